"""What an index may narrow by before ``Query.matches`` decides: conditions that every matching entity meets.

A comparison holds of an entity where *some* scalar of *some* instance of the attribute (``scalars_of``) is
of its kind and within it. Bounds are included; numbers may be rounded to doubles, which keeps their order.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.kernel.geo import Box
from tocsin.ngsi.query.conditions import meant
from tocsin.ngsi.query.literals import Kind, Literal, Span
from tocsin.ngsi.query.names import Expand
from tocsin.ngsi.query.targets import attribute_of
from tocsin.ngsi.query.tree import And, Node, Operand, Or, Term

Scalar = int | float | str | bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The entity has ``attribute`` (an IRI), and, where ``kind`` is not ``any``, a scalar of that kind
    (``number``, ``text``, ``boolean``) in ``one_of``, or from ``low`` to ``high``; None is no bound.
    """

    attribute: str
    kind: str = "any"
    one_of: frozenset[Scalar] | None = None
    low: Scalar | None = None
    high: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """Each member is None (or empty) where nothing is known; together they are a conjunction."""

    ids: frozenset[str] | None = None
    #: IRIs of which every match has at least one
    types: frozenset[str] | None = None
    #: IRIs of attributes of which every match has at least one
    attributes: frozenset[str] | None = None
    comparisons: tuple[Comparison, ...] = ()
    #: IRI of a GeoProperty, and boxes of which one meets a box (``boxes_of``) of an instance's geometry
    boxes: tuple[str, tuple[Box, ...]] | None = None


def necessary(node: Node, expand: Expand, expanded: frozenset[str]) -> tuple[Comparison, ...]:
    """The comparisons that every entity which meets ``node`` meets."""
    if isinstance(node, Term):
        attribute = attribute_of(node.path, expand)
        return () if attribute is None else (_of_term(node, attribute, meant(node, expand, expanded)),)
    each = [necessary(part, expand, expanded) for part in node.parts]
    if isinstance(node, And):
        return tuple(dict.fromkeys(comparison for part in each for comparison in part))
    assert isinstance(node, Or)
    return _common(each)


def _common(branches: list[tuple[Comparison, ...]]) -> tuple[Comparison, ...]:
    """What holds whichever branch does: of attributes in all branches, the narrowest of each, made one."""
    found = []
    for attribute in dict.fromkeys(comparison.attribute for comparison in branches[0]):
        chosen = [[c for c in branch if c.attribute == attribute] for branch in branches]
        if all(chosen):
            narrowest = [max(options, key=_narrowness) for options in chosen]
            widest = narrowest[0]
            for other in narrowest[1:]:
                widest = _wide_enough(widest, other)
            found.append(widest)
    return tuple(found)


def _narrowness(comparison: Comparison) -> int:
    if comparison.one_of is not None:
        return 3
    return (comparison.low is not None) + (comparison.high is not None)


def _wide_enough(a: Comparison, b: Comparison) -> Comparison:
    if a.kind != b.kind or a.kind == "any":
        return Comparison(a.attribute)
    if a.one_of is not None and b.one_of is not None:
        return Comparison(a.attribute, a.kind, a.one_of | b.one_of)
    lows, highs = zip(_ends(a), _ends(b), strict=True)
    low = None if None in lows else min(lows)  # type: ignore[type-var]
    high = None if None in highs else max(highs)  # type: ignore[type-var]
    return Comparison(a.attribute, a.kind, None, low, high)


def _ends(comparison: Comparison) -> tuple[Scalar | None, Scalar | None]:
    if comparison.one_of is not None:
        return min(comparison.one_of), max(comparison.one_of)
    return comparison.low, comparison.high


def _of_term(term: Term, attribute: str, operand: Operand) -> Comparison:
    exists = Comparison(attribute)
    if len(term.path.names) > 1 or term.path.trail or term.path.link or term.operator in ("", "!="):
        return exists
    if isinstance(operand, str) or operand is None:
        return Comparison(attribute, "text") if term.operator in ("~=", "!~=") else exists
    if isinstance(operand, Span):
        low, high = _bounds(operand.low)[0], _bounds(operand.high)[1]
        return Comparison(attribute, _kind(operand.low), None, low, high)
    if isinstance(operand, tuple):
        single = [_of_term(Term(term.path, "==", literal), attribute, literal) for literal in operand]
        whole = single[0]
        for other in single[1:]:
            whole = _wide_enough(whole, other)
        return whole
    low, high = _bounds(operand)
    if term.operator == "==":
        exact = frozenset({low}) if low == high else None
        return Comparison(attribute, _kind(operand), exact, *((None, None) if exact else (low, high)))
    upward = term.operator.startswith(">")
    return Comparison(attribute, _kind(operand), None, low if upward else None, None if upward else high)


def _kind(literal: Literal) -> str:
    return {Kind.NUMBER: "number", Kind.TRUTH: "boolean"}.get(literal.kind, "text")


def _bounds(literal: Literal) -> tuple[Scalar, Scalar]:
    """The least and greatest scalar that is the same: a moment is written with or without its fraction."""
    if literal.kind in (Kind.MOMENT, Kind.TIME):
        seconds = str(literal.value).partition(".")[0]
        return seconds, seconds + "~"
    return literal.value, literal.value
