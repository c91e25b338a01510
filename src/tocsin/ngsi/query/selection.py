"""Which entities are looked at: by id, by pattern of id, by type (clause 4.17) and by scope (clause 4.19)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from tocsin.ngsi.query.names import Expand, is_iri, is_name
from tocsin.ngsi.query.reader import Reader
from tocsin.ngsi.query.refusals import bad, bounded

#: characters of a selection, its alternatives, ids of one request
LONGEST, MOST, MOST_IDS = 16_384, 512, 10_000

#: alternatives, each a set of which all must be there
Alternatives = tuple[frozenset[str], ...]

_LEVEL = re.compile(r"[^\W\d_]\w*|\+")


def read_types(text: str, expand: Expand) -> Alternatives | None:
    """``(Home;Vehicle),Motorhome`` as sets of IRIs, any of which an entity may have whole; None for ``*``,
    every type.

    Raises ``BadRequestData``.
    """
    if text.strip() == "*":
        return None

    def iri(name: str) -> str:
        if not (is_name(name) or is_iri(name)):
            raise bad("type", "no entity type", value=name, cure="a name of the @context, or a URI")
        return expand(name)

    return _alternatives("type", text, iri)


def read_scopes(text: str) -> Alternatives:
    """``/Madrid/#,(/A/+;/B)`` as sets of scope patterns without their first slash; other than those of
    types (clause 4.17), scopes that must all be there need no parentheses.

    Raises ``BadRequestData``.
    """

    def pattern(scope: str) -> str:
        levels = scope.removeprefix("/").split("/")
        kept = levels[:-1] if levels[-1] == "#" else levels
        if not all(_LEVEL.fullmatch(level) for level in kept):
            raise bad(
                "scopeQ",
                "no scope",
                value=scope,
                cure="levels of letters, digits and _, or +, joined by /; /# at the end",
            )
        return "/".join(levels)

    return _alternatives("scopeQ", text, pattern, bare=True)


def scope_matches(pattern: str, scope: str) -> bool:
    """Whether ``scope`` is one that ``pattern`` (of ``read_scopes``) stands for.

    >>> scope_matches("Madrid/Gardens/#", "/Madrid/Gardens"), scope_matches("Madrid/+", "/Madrid")
    (True, False)
    """
    return _levels_match(_levels(pattern), _levels(scope))


@lru_cache(maxsize=4096)
def _levels(scope: str) -> tuple[str, ...]:
    return tuple(scope.removeprefix("/").split("/"))


def _levels_match(wanted: tuple[str, ...], levels: tuple[str, ...]) -> bool:
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(
        w in ("+", have) for w, have in zip(wanted, levels, strict=True)
    )


def scopes_match(alternatives: Alternatives, scopes: Sequence[str]) -> bool:
    """Clause 4.19: of some alternative, every pattern is met by one of the entity's scopes."""
    held = {_levels(scope) for scope in scopes}
    return any(
        all(any(_levels_match(_levels(pattern), levels) for levels in held) for pattern in every)
        for every in alternatives
    )


def read_ids(ids: Sequence[str] | str) -> frozenset[str]:
    """The URIs of ``id``: a list, or a text with commas.

    Raises ``BadRequestData``.
    """
    listed = [part.strip() for part in ids.split(",")] if isinstance(ids, str) else list(ids)
    if not listed or len(listed) > MOST_IDS:
        raise bad("id", f"{len(listed)} ids", cure=f"between 1 and {MOST_IDS}")
    for one in listed:
        bounded("id", one, LONGEST)
        if not is_iri(one):
            raise bad("id", "no URI", value=one, cure="urn:ngsi-ld:Type:name, several joined by commas")
    return frozenset(listed)


def _alternatives(field: str, text: str, item: Callable[[str], str], *, bare: bool = False) -> Alternatives:
    """``bare``: ``A;B`` is one alternative as ``(A;B)`` is."""
    reader = Reader(field, text, LONGEST)
    found: list[frozenset[str]] = []
    while True:
        found.append(_one(reader, item, bare=bare))
        if len(found) > MOST:
            raise reader.refuse(f"more than {MOST} alternatives", "ask in several requests")
        if reader.done:
            return tuple(found)
        if not reader.take("|", ","):
            raise reader.refuse(
                "this follows a whole alternative", "alternatives by , or |; all of several: (A;B)"
            )


def _one(reader: Reader, item: Callable[[str], str], *, bare: bool) -> frozenset[str]:
    start = reader.at
    closed = reader.take("(")
    every = {_item(reader, item)}
    while (closed or bare) and reader.take(";"):
        every.add(_item(reader, item))
    if closed and not reader.take(")"):
        raise reader.refuse("the parenthesis is not closed", f"close the ( of position {start + 1}")
    return frozenset(every)


def _item(reader: Reader, item: Callable[[str], str]) -> str:
    start = reader.at
    name = reader.until("|,;()")
    if not name:
        raise reader.refuse("a name is missing", "names joined by , or |; all of several: (A;B)", at=start)
    return item(name)
