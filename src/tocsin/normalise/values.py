"""One converter per attribute of a model: from what was sent to an ``Attribute`` in the model's own unit."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite
from typing import Any

import msgspec

from tocsin.kernel.events import Attribute
from tocsin.kernel.ids import ATTRIBUTE_NAME as NAME
from tocsin.kernel.text import MAX_CHARS
from tocsin.normalise.models import AttributeModel
from tocsin.normalise.text import shown
from tocsin.normalise.units import CODE, conversions, dimension_of, words_of
from tocsin.sdk.reading import Refused, Rule

#: an integer beyond this is no count of anything, and does not survive JSON readers
MAX_WHOLE = 2**53

# Quality that is left with a doubt of each kind; the lowest of an observation counts.
OUT_OF_BOUNDS = 0.2
NO_VALUE = 0.5
NOT_WHOLE = 0.9

#: what was doubted, and the quality that is left
Doubts = list[tuple[str, float]]
#: (value, unit code or None, doubts to add to) -> attribute. Raises ``Refused``.
Converter = Callable[[Any, str | None, Doubts], Attribute]


def converter(name: str, model: AttributeModel) -> Converter:
    """The converter of a modelled attribute, made once."""
    if model.kind in ("number", "integer"):
        return _number(name, model, whole=model.kind == "integer")
    if model.kind == "bool":
        return _bool(name)
    if model.kind == "enum":
        return _enum(name, frozenset(model.choices))
    return _text(name) if model.kind == "text" else _any(name, None)


def unmodelled(name: str) -> Converter:
    """The converter of an attribute that no model knows: kept as it is, with a doubt."""
    if not NAME.match(name):
        raise Refused(
            Rule.BAD_NAME, "a name is letters, digits, '_', '.', '-'", field=name[:80], value=name,
            cure="rename it; at most 64 characters, a letter first",
        )  # fmt: skip
    return _any(name, f"unmodelled: {name}")


def _number(name: str, model: AttributeModel, *, whole: bool) -> Converter:
    canonical = model.unit
    low = -inf if model.low is None else model.low
    high = inf if model.high is None else model.high
    if canonical:
        factors = conversions(dimension_of(canonical) or "", canonical)
    else:
        factors = conversions(model.dimension or "count", "C62")

    def convert(value: Any, unit: str | None, doubts: Doubts) -> Attribute:
        kind = type(value)
        if kind is not float and kind is not int:
            if value is None:
                doubts.append((f"no value: {name}", NO_VALUE))
                return Attribute(name, None, canonical)
            raise _wrong_type(name, value, "a number")
        if unit is not None and unit != canonical:
            try:
                factor, offset = factors[unit]
            except (KeyError, TypeError):
                raise _wrong_unit(name, unit, canonical, factors) from None
            if factor != 1.0 or offset != 0.0:
                value = float(value) * factor + offset
        if not -1e300 < value < 1e300:
            raise Refused(
                Rule.NOT_A_NUMBER, f"{name} is not finite", field=name, value=value, cure=_LEAVE_OUT
            )
        if whole:
            if value != int(value):
                doubts.append((f"not whole: {name}", NOT_WHOLE))
            elif abs(value) > MAX_WHOLE:
                raise Refused(
                    Rule.NOT_A_NUMBER, f"{name} is no count", field=name, value=value, cure=_LEAVE_OUT
                )
            else:
                value = int(value)
        else:
            value = float(value)
        if not low <= value <= high:
            doubts.append((f"out of bounds: {name} ({_bounds(low, high)})", OUT_OF_BOUNDS))
        return Attribute(name, value, canonical)

    return convert


def _bool(name: str) -> Converter:
    def convert(value: Any, unit: str | None, doubts: Doubts) -> Attribute:
        if type(value) is not bool:
            if value is None:
                doubts.append((f"no value: {name}", NO_VALUE))
            else:
                raise _wrong_type(name, value, "true or false")
        _no_unit(name, unit)
        return Attribute(name, value)

    return convert


def _enum(name: str, choices: frozenset[str]) -> Converter:
    listed = ", ".join(sorted(choices))

    def convert(value: Any, unit: str | None, doubts: Doubts) -> Attribute:
        if value is None:
            doubts.append((f"no value: {name}", NO_VALUE))
        elif type(value) is not str:
            raise _wrong_type(name, value, "a text")
        elif value not in choices:
            raise Refused(
                Rule.NOT_A_CHOICE,
                f"{name} is one of {listed}",
                field=name,
                value=value,
                cure="send one of those",
            )
        _no_unit(name, unit)
        return Attribute(name, value)

    return convert


def _text(name: str) -> Converter:
    def convert(value: Any, unit: str | None, doubts: Doubts) -> Attribute:
        if value is None:
            doubts.append((f"no value: {name}", NO_VALUE))
            return Attribute(name, None)
        if type(value) is not str:
            raise _wrong_type(name, value, "a text")
        _no_unit(name, unit)
        return Attribute(name, _show(name, value, doubts))

    return convert


def _any(name: str, doubt: str | None) -> Converter:
    """Numbers, texts and booleans as they are; a structure as its JSON text."""

    def convert(value: Any, unit: str | None, doubts: Doubts) -> Attribute:
        if doubt:
            doubts.append((doubt, 1.0))
        if value is None:
            doubts.append((f"no value: {name}", NO_VALUE))
        elif type(value) is str:
            value = _show(name, value, doubts)
        elif type(value) is int:
            if abs(value) > MAX_WHOLE:
                raise Refused(
                    Rule.NOT_A_NUMBER, f"{name} is no count", field=name, value=value, cure=_LEAVE_OUT
                )
        elif type(value) is float:
            if not isfinite(value):
                raise Refused(
                    Rule.NOT_A_NUMBER, f"{name} is not finite", field=name, value=value, cure=_LEAVE_OUT
                )
        elif type(value) is not bool:
            encoded = msgspec.json.encode(value)
            if len(encoded) > MAX_CHARS:
                raise Refused(
                    Rule.TOO_LARGE, f"{name} is a structure of {len(encoded)} bytes", field=name,
                    cure=f"at most {MAX_CHARS} bytes, or send its parts as attributes",
                )  # fmt: skip
            value = _show(name, encoded.decode(), doubts)
        if unit is not None and (type(unit) is not str or not CODE.match(unit)):
            raise Refused(
                Rule.WRONG_UNIT,
                f"{name} has no UN/CEFACT code",
                field=name,
                value=unit,
                cure="for example MTR",
            )
        return Attribute(name, value, unit)

    return convert


_LEAVE_OUT = "leave out an attribute that has no value"


def _show(name: str, text: str, doubts: Doubts) -> str:
    text, done = shown(text)
    if done:
        doubts.append((f"text: {name} {done}", 1.0))
    return text


def _no_unit(name: str, unit: object) -> None:
    if unit is not None:
        raise Refused(Rule.WRONG_UNIT, f"{name} has no unit", field=name, value=unit, cure="send no unitCode")


def _wrong_type(name: str, value: object, wanted: str) -> Refused:
    return Refused(
        Rule.WRONG_TYPE, f"{name} is {wanted}, not {type(value).__name__}", field=name, value=value,
        cure=f"send {wanted}",
    )  # fmt: skip


def _wrong_unit(
    name: str, unit: object, canonical: str | None, factors: dict[str, tuple[float, float]]
) -> Refused:
    came = words_of(unit) if type(unit) is str else repr(unit)
    wanted = words_of(canonical) if canonical else "no unit code"
    others = [words_of(code) for code in factors if code != canonical]
    return Refused(
        Rule.WRONG_UNIT, f"{name} came in {came[:60]}, expected {wanted}", field=name, value=unit,
        cure="send " + " or ".join([wanted, *others]),
    )  # fmt: skip


def _bounds(low: float, high: float) -> str:
    return f"{low:g} to {high:g}" if isfinite(high) else f"at least {low:g}"
