"""``pick`` and ``omit``: members of an entity, and in braces those of what a relationship leads to (4.21)."""

from __future__ import annotations

import re
from typing import Any

from tocsin.ngsi.jsonld import Terms
from tocsin.ngsi.model.checks import name
from tocsin.ngsi.model.write import Projection
from tocsin.ngsi.problems import BadRequestData

#: members that are no attributes
PLAIN = frozenset(("id", "type", "scope", "createdAt", "modifiedAt"))
_DEEPEST = 16
_NAME = re.compile(r"[^{},|]*")
#: a member as it is written, and what is said of the entities that it leads to
Tree = dict[str, "Tree | None"]


def projection_of(pick: Any, omit: Any, terms: Terms) -> Projection:
    """Of two parameters, or of two members of a Query. Raises ``BadRequestData``."""
    picked = None if pick is None else _picked(_read(pick, "pick"), terms)
    omitted = Projection() if omit is None else _omitted(_read(omit, "omit"), terms)
    made = _both(picked or Projection(), omitted)
    if made.pick is not None and made.pick & made.omit:
        raise BadRequestData("picked and omitted at once", field="omit", cure="name it in one of them")
    return made


def _read(given: Any, field: str) -> Tree:
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) for one in listed):
        raise BadRequestData("not a list of names", field=field, value=given, cure="names, joined by commas")
    made: Tree = {}
    for text in listed:
        tree, end = _tree(text, 0, field, 0)
        if end != len(text):
            raise _wrong(field, text, end)
        made |= tree
    return made


def _tree(text: str, at: int, field: str, level: int) -> tuple[Tree, int]:
    """Names from ``at`` up to the end of the text or of the braces, and where that is."""
    made: Tree = {}
    while True:
        found = _NAME.match(text, at)
        assert found is not None, "it may be empty"
        word, at = found[0].strip(), found.end()
        if not word:
            raise BadRequestData("a name is missing", field=field, value=text, cure="names, joined by commas")
        made[word] = None
        if text[at : at + 1] == "{":
            if level == _DEEPEST or word in PLAIN:
                raise _wrong(field, text, at)
            made[word], at = _tree(text, at + 1, field, level + 1)
            if text[at : at + 1] != "}":
                raise _wrong(field, text, at)
            at += 1
        if text[at : at + 1] not in (",", "|"):
            return made, at
        at += 1


def _wrong(field: str, text: str, at: int) -> BadRequestData:
    return BadRequestData(
        f"position {at + 1}: no projection",
        field=field,
        value=text,
        cure="names joined by commas, those of linked entities in braces: name,isPartOf{id,name}",
    )


def _iri(word: str, terms: Terms, field: str) -> str:
    return word if word in PLAIN else terms.expand(name(word, field))


def _picked(tree: Tree, terms: Terms) -> Projection:
    named = {_iri(word, terms, "pick"): inner for word, inner in tree.items()}
    inner = {iri: _picked(one, terms) for iri, one in named.items() if one is not None}
    return Projection(frozenset(named), linked=inner)


def _omitted(tree: Tree, terms: Terms) -> Projection:
    """What has braces stays: something of what it leads to is left out."""
    named = {_iri(word, terms, "omit"): inner for word, inner in tree.items()}
    inner = {iri: _omitted(one, terms) for iri, one in named.items() if one is not None}
    return Projection(omit=frozenset(named.keys() - inner.keys()), linked=inner)


def _both(picked: Projection, omitted: Projection) -> Projection:
    of = picked.linked.keys() | omitted.linked.keys()
    nothing = Projection()
    inner = {iri: _both(picked.linked.get(iri, nothing), omitted.linked.get(iri, nothing)) for iri in of}
    return Projection(picked.pick, omitted.omit, inner)
