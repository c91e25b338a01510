"""Keys whose term is over, as a store that forgets: what they made can be linked by nobody any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.privacy.forgetting import Term
from tocsin.privacy.keys import KeyOf, Keys


class OldKeys:
    """``name`` is the store's in the record; one deletion a key."""

    def __init__(self, name: str, keys: Keys, words: str) -> None:
        self.name = name
        self._keys, self._words = keys, words

    def terms(self, now: datetime) -> Sequence[Term]:
        return [
            Term(f"{key.purpose}@{key.period}", self._words, "pseudonym", key.purpose, key.destroyed_at)
            for key in self._keys.all()
            if key.destroyed_at <= now
        ]

    async def due(self, term: Term) -> int:
        return int(self._there(term) is not None)

    async def forget(self, term: Term) -> int:
        key = self._there(term)
        if key is None:
            return 0
        self._keys.destroy(key.purpose, key.period)
        return 1

    async def settle(self) -> None:
        """Each key is gone when it is destroyed."""

    def _there(self, term: Term) -> KeyOf | None:
        return next((key for key in self._keys.all() if f"{key.purpose}@{key.period}" == term.rule), None)
