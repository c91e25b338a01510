"""What the field leaves behind, past its time: consents that ran out, keys of old answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.db import Database
from tocsin.incidents.field import repository
from tocsin.incidents.field.service import KEYS_LAST
from tocsin.privacy.forgetting import Term

POSITIONS, KEYS = "field-positions", "field-answers"


class FieldShelf:
    """A store that forgets. That a task's end forgets its positions at once is ``ending``'s work."""

    name = "field"

    def __init__(self, ops: Database) -> None:
        self._ops = ops

    def terms(self, now: datetime) -> Sequence[Term]:
        return [
            Term(POSITIONS, "Where responders are while on a task", "personal", "field", now),
            Term(KEYS, "Keys of answers from the field", "personal", "field", now - KEYS_LAST),
        ]

    async def due(self, term: Term) -> int:
        count = repository.over if term.rule == POSITIONS else repository.answers_before
        return await self._ops.read(lambda conn: count(conn, term.before))

    async def forget(self, term: Term) -> int:
        gone = repository.drop_over if term.rule == POSITIONS else repository.drop_answers
        return await self._ops.write(lambda conn: gone(conn, term.before))

    async def settle(self) -> None:
        """Rows were overwritten with their deletion."""
