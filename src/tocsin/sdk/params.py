"""``params.py`` of a tool: one frozen dataclass named ``Params``, a unit in each name, bounds and the why.

    @dataclass(frozen=True, slots=True)
    class Params:
        crush_people_per_m2: float = param(4.0, low=2.0, high=8.0, why="flow breaks down; Still (2014)")

A city overrides values in ``<state>/tools/<id>.toml`` under ``[params]``; a wrong one names the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, field, fields
from typing import Any, TypeVar

from tocsin.kernel.errors import Invalid

P = TypeVar("P")

#: What a name may end in. ``count``, ``share``, ``ratio`` and the like say that a figure bears no unit.
UNITS = (
    "s", "ms", "min", "h", "days", "m", "km", "m2", "per_m2", "per_min", "per_h", "per_s", "per_day",
    "mps", "kmh", "deg", "db", "kb", "ugm3", "c", "pct", "share", "ratio", "count", "sigma", "probability",
    "score", "weight", "factor", "readings", "steps", "bins", "per_district_day", "per_sensor_day",
)  # fmt: skip


def param(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    why: str,
    choices: tuple[str, ...] = (),
) -> Any:
    """A parameter: its default, inclusive bounds in the unit of its name, and why that default.

    Numbers need both bounds; text needs ``choices``; truth values need neither.
    """
    return field(default=default, metadata={"low": low, "high": high, "why": why, "choices": choices})


def make_params(cls: type[P], overrides: Mapping[str, Any], *, where: str) -> P:
    """``cls`` with ``overrides``, every value checked. ``where`` is the file, for the words.

    Raises ``Invalid`` naming the first wrong field, its value and the cure.
    """
    known = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    for name in overrides:
        if name not in known:
            raise Invalid(
                f"{where}: no such parameter",
                field=name,
                value=overrides[name],
                cure=f"one of {sorted(known)}",
            )
    values: dict[str, Any] = {}
    for name, spec in known.items():
        if spec.default is MISSING or "why" not in spec.metadata:
            raise Invalid(f"{where}: declared without param()", field=name, cure="declare it with param(...)")
        values[name] = _checked(name, overrides.get(name, spec.default), spec.default, spec.metadata, where)
    return cls(**values)


def _checked(name: str, value: Any, default: Any, meta: Mapping[str, Any], where: str) -> Any:
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
        raise Invalid(f"{where}: not a truth value", field=name, value=value, cure="true or false")
    if isinstance(default, str):
        if isinstance(value, str) and value in meta["choices"]:
            return value
        raise Invalid(
            f"{where}: not one of its choices",
            field=name,
            value=value,
            cure=f"one of {list(meta['choices'])}",
        )
    low, high = meta["low"], meta["high"]
    if low is None or high is None:
        raise Invalid(f"{where}: a number without bounds", field=name, cure="give param(low=, high=)")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(
            f"{where}: not a number", field=name, value=value, cure=f"a number from {low} to {high}"
        )
    if isinstance(default, int) and not isinstance(value, int):
        raise Invalid(
            f"{where}: not a whole number", field=name, value=value, cure="write it without a fraction"
        )
    if not low <= value <= high:  # NaN fails here too
        raise Invalid(f"{where}: out of bounds", field=name, value=value, cure=f"from {low} to {high}")
    return float(value) if isinstance(default, float) else value


def unit_of(name: str) -> str | None:
    """The unit a parameter's name ends in; the longest that fits; None where it bears none."""
    fitting = [u for u in UNITS if name == u or name.endswith("_" + u)]
    return max(fitting, key=len) if fitting else None


def describe(params: object) -> dict[str, dict[str, Any]]:
    """Each parameter with value, default, bounds, unit and why: for the status wall and the guide."""
    return {
        f.name: {
            "value": getattr(params, f.name),
            "default": f.default,
            "low": f.metadata.get("low"),
            "high": f.metadata.get("high"),
            "unit": unit_of(f.name),
            "why": f.metadata.get("why", ""),
        }
        for f in fields(params)  # type: ignore[arg-type]
    }
