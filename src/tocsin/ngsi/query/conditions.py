"""Makes a tree of clause 4.9 into one function of an entity: whether it matches."""

from __future__ import annotations

import operator as op
from collections.abc import Callable
from typing import Any

from tocsin.ngsi.query.literals import Kind, Literal, Span, moment, sortable
from tocsin.ngsi.query.names import MOMENTS, Expand
from tocsin.ngsi.query.patterns import finder
from tocsin.ngsi.query.targets import Entity, Shape, Target, targets_of
from tocsin.ngsi.query.tree import And, Link, Node, Operand, Path, Term

Condition = Callable[[Entity], bool]
#: an entity by its id, None where there is none
Links = Callable[[str], Entity | None]
Check = Callable[[Any], bool]

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {">": op.gt, ">=": op.ge, "<": op.lt, "<=": op.le}


def condition(
    node: Node, expand: Expand, expanded: frozenset[str], raw: frozenset[str], links: Links
) -> Condition:
    """``expanded`` are the attributes of ``expandValues``, ``raw`` those of ``jsonKeys``; ``links`` finds
    what relationships lead to.

    Raises ``BadRequestData`` for a pattern that cannot be matched.
    """
    if isinstance(node, Term):
        return _term(node, expand, expanded, raw, links)
    parts = [condition(part, expand, expanded, raw, links) for part in node.parts]
    if isinstance(node, And):
        return _all(parts)
    return lambda entity: any(part(entity) for part in parts)


def _all(parts: list[Condition]) -> Condition:
    def holds(entity: Entity) -> bool:
        for part in parts:  # noqa: SIM110
            if not part(entity):
                return False
        return True

    return holds


def meant(term: Term, expand: Expand, expanded: frozenset[str]) -> Operand:
    """The operand as it is compared: expanded by ``expandValues``, a moment where the target is one."""
    operand = term.operand
    names = term.path.names
    if isinstance(operand, str) or operand is None:
        return operand
    if isinstance(operand, Span):
        return Span(_as_moment(operand.low, names), _as_moment(operand.high, names))
    if expanded.isdisjoint((names[0], names[-1], ".".join(names))):
        return _each(operand, lambda literal: _as_moment(literal, names))
    return _each(operand, lambda literal: _as_term(literal, expand))


def _each(operand: Literal | tuple[Literal, ...], change: Callable[[Literal], Literal]) -> Operand:
    return change(operand) if isinstance(operand, Literal) else tuple(map(change, operand))


def _as_moment(literal: Literal, names: tuple[str, ...]) -> Literal:
    """observedAt>="2017-12-24T12:00:00Z": quotes do not make it text, for the target is always a DateTime."""
    if literal.kind is Kind.TEXT and names[-1] in MOMENTS and (at := moment(literal.written)) is not None:
        return Literal(Kind.MOMENT, at, literal.written)
    return literal


def _as_term(literal: Literal, expand: Expand) -> Literal:
    if literal.kind not in (Kind.TEXT, Kind.WORD):
        return literal
    return Literal(literal.kind, expand(literal.written), literal.written)


def _term(
    term: Term, expand: Expand, expanded: frozenset[str], raw: frozenset[str], links: Links
) -> Condition:
    if term.path.link is not None:
        inner = _term(Term(term.path.link.path, term.operator, term.operand), expand, expanded, raw, links)
        return _linked(term.path, term.path.link, expand, inner, links)
    targets = targets_of(term.path, expand, not raw.isdisjoint(term.path.names))
    holds = _holding(term.operator, meant(term, expand, expanded))

    def matches(entity: Entity) -> bool:
        for target in targets(entity):  # noqa: SIM110
            if holds(target):
                return True
        return False

    return matches


def _linked(path: Path, link: Link, expand: Expand, inner: Condition, links: Links) -> Condition:
    """Whether ``inner`` holds of an entity that the relationship at ``path`` leads to."""
    targets = targets_of(Path(path.names), expand)
    types = frozenset(map(expand, link.types))

    def matches(entity: Entity) -> bool:
        for target in targets(entity):
            if target.shape is not Shape.LINK:
                continue
            for uri in target.value if type(target.value) is list else [target.value]:
                other = links(uri)
                if other is None or (types and types.isdisjoint(other["type"])):
                    continue
                if inner(other):
                    return True
        return False

    return matches


def _holding(operator: str, operand: Operand) -> Callable[[Target], bool]:
    if operator == "":
        return lambda _target: True
    if operator in ("==", "!="):
        same, likely = _same(operand), _likely(operand)
        equal = operator == "=="
        return lambda target: _includes(same, likely, target.value) is equal
    if isinstance(operand, str):
        found = finder("q", operand)
        wanted = operator == "~="
        return lambda target: _text_holds(found, wanted, target)
    assert isinstance(operand, Literal)
    kind, bound, order = operand.kind, operand.value, _ORDERS[operator]

    def ordered(value: Any) -> bool:
        comparable = sortable(kind, value)
        return comparable is not None and order(comparable, bound)

    return lambda target: _order_holds(ordered, target)


def _likely(operand: Operand) -> Any:
    """The one value that a list must hold, by Python's equality, to hold the operand; None: of several."""
    if isinstance(operand, Literal) and operand.kind in (Kind.TEXT, Kind.WORD, Kind.NUMBER):
        return operand.value
    return None


def _includes(same: Check, likely: Any, value: Any) -> bool:
    if type(value) is not list:
        return same(value)
    # a long list is mostly without it, and `in` says so forty times as fast as a check of each
    return (likely is None or likely in value) and any(map(same, value))


def _order_holds(ordered: Check, target: Target) -> bool:
    if target.shape is Shape.VALUE:
        return ordered(target.value)
    return target.shape is Shape.ANY and any(map(ordered, target.value))


def _text_holds(found: Callable[[str], bool], wanted: bool, target: Target) -> bool:
    """Clause 4.9: what is no String matches neither the pattern nor its negation."""
    if target.shape is Shape.LINK:
        return False
    if target.shape is Shape.VALUE:
        return type(target.value) is str and found(target.value) is wanted
    texts = [text for text in target.value if type(text) is str]
    return bool(texts) and any(map(found, texts)) is wanted


def _same(operand: Operand) -> Check:
    if isinstance(operand, Span):
        kind, low, high = operand.low.kind, operand.low.value, operand.high.value

        def within(value: Any) -> bool:
            comparable = sortable(kind, value)
            return comparable is not None and low <= comparable <= high  # type: ignore[operator]

        return within
    if isinstance(operand, Literal):
        of, wanted = operand.kind, operand.value
        if of in (Kind.TEXT, Kind.WORD):
            return lambda value: type(value) is str and value == wanted
        return lambda value: sortable(of, value) == wanted
    assert isinstance(operand, tuple)
    checks = [_among(kind, operand) for kind in dict.fromkeys(literal.kind for literal in operand)]
    return lambda value: any(check(value) for check in checks)


def _among(kind: Kind, literals: tuple[Literal, ...]) -> Check:
    """Whether a value is one of those of ``kind``: a set, for lists may be long and so may the target be."""
    values = frozenset(literal.value for literal in literals if literal.kind is kind)

    def among(value: Any) -> bool:
        comparable = sortable(kind, value)
        return comparable is not None and comparable in values

    return among
