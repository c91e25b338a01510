"""What an attribute or a type is called in readings, on screens and in the lake: its last word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from tocsin.ngsi.jsonld import CORE

LOCATION = CORE.expand("location")
_LAST = re.compile(r"[^/#:]+$")


@lru_cache(65536)
def short(iri: str) -> str:
    """``temperature`` of any IRI that ends so. What a model or a rule of the city calls a thing is found by
    it, whatever vocabulary a sender prefers.
    """
    own = CORE.compact(iri)
    if ":" not in own and "/" not in own:
        return own
    found = _LAST.search(iri)
    return found[0] if found else iri


@lru_cache(65536)
def iri_of(name: str) -> str:
    """The IRI of a name in a reading, where no document of its entity says another."""
    return CORE.expand(name)


def names(iris: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """A name for each attribute of one entity; ``known`` ones stay. Of two that end alike the later one keeps
    its whole IRI.
    """
    made = {iri: known[iri] for iri in iris if iri in known}
    taken = set(made.values())
    for iri in iris:
        if iri not in made:
            name = short(iri)
            made[iri] = name if name not in taken else iri
            taken.add(made[iri])
    return made
