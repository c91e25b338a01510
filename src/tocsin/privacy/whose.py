"""Under which pseudonyms a person's own identifier may be stored: with every key that is still there.

Once a key is destroyed nobody can find what was made with it, nor link it to the person: then it is no data
of that person any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.privacy.classes import Classes
from tocsin.privacy.keys import Keys
from tocsin.privacy.shield import ID_PREFIX, PREFIX, pseudonym


@dataclass(frozen=True, slots=True)
class Names:
    """``texts``: as values (``p:…``). ``locals``: as ends of entities' ids (``p~…``)."""

    texts: tuple[str, ...]
    locals: tuple[str, ...]


def names_of(identifier: str, classes: Classes, keys: Keys) -> Names:
    """``identifier``: as a sensor would send it (a plate, an address), or the end of an entity's id."""
    digests = set()
    for of in keys.all():
        key = keys.find(of.purpose, of.period)
        if key is None:
            continue
        for named in (*classes.rules, classes.default):
            if named.rule.purpose == of.purpose:
                digests.add(pseudonym(identifier, key, fold=named.rule.fold))
    ordered = sorted(digests)
    return Names(tuple(PREFIX + one for one in ordered), tuple(ID_PREFIX + one for one in ordered))
