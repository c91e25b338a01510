"""Text as the words that people search by: lower case, without accents, each once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

#: ``sq-d4``, ``crowd.surge``, ``4.8`` are one word, and their parts are words too
_WORD = re.compile(r"\w+(?:[-.'@]\w+)*")
_PART = re.compile(r"[-.'@]")
#: stands in every entity's id and says nothing
_URN = "urn:ngsi-ld:"
_LONGEST = 64
_MOST, _MOST_TERMS = 5_000, 8


def tokens(texts: Iterable[str]) -> set[str]:
    """All words of some texts, with the parts of compound ones; the first 5,000."""
    found: dict[str, None] = {}
    for text in texts:
        for word in _words(text):
            found[word[:_LONGEST]] = None
            for part in _PART.split(word):
                found[part[:_LONGEST]] = None
        if len(found) > _MOST:
            break
    return set(list(found)[:_MOST])


def terms(query: str) -> tuple[str, ...]:
    """The words of a query, compound ones whole, each once, at most eight."""
    return tuple(dict.fromkeys(word[:_LONGEST] for word in _words(query)))[:_MOST_TERMS]


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.replace(_URN, " ")).casefold()
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))
