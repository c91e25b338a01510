"""Regular expressions of strangers (``~=``, ``!~=``, ``idPattern``): matched in time linear in the text.

RE2 has no back-references and no look-around, which are what makes other engines slow without end; a
pattern that needs too much memory is refused when it is read (docs/adr/0014).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import re2

from tocsin.ngsi.query.refusals import bad, bounded

#: characters of a pattern; bytes that its automaton may take
LONGEST, MEMORY = 1_024, 1 << 20

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = MEMORY


def finder(field: str, pattern: str) -> Callable[[str], bool]:
    """Whether a text holds what ``pattern`` describes (``^`` and ``$`` bind it to the text's ends).

    Raises ``BadRequestData``.
    """
    bounded(field, pattern, LONGEST)
    try:
        return _compiled(pattern)
    except re2.error as problem:
        told = problem.args[0].decode(errors="replace") if problem.args else "not a regular expression"
        raise bad(field, told, value=pattern, cure="RE2 syntax: no look-around, no back-references") from None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Callable[[str], bool]:
    search = re2.compile(pattern, _OPTIONS).search

    def found(text: str) -> bool:
        try:
            return search(text) is not None
        except UnicodeEncodeError:  # half of a surrogate pair: no pattern can say it
            return False

    return found
