"""A place in a text that is being read, shared by the languages of clauses 4.9, 4.17, 4.19 and 4.21."""

from __future__ import annotations

import re
from functools import lru_cache

from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.query.refusals import SHOWN, bad, bounded


@lru_cache
def _before(stops: str) -> re.Pattern[str]:
    return re.compile(f"[^{re.escape(stops)}]*")


class Reader:
    """Reads ``text`` from left to right; ``field`` is the parameter that refusals name.

    Raises ``BadRequestData`` where the text is longer than ``limit`` characters or empty.
    """

    __slots__ = ("at", "end", "field", "text")

    def __init__(self, field: str, text: str, limit: int) -> None:
        self.field, self.text, self.at = field, bounded(field, text, limit), 0
        self.end = len(text)
        self.skip()
        if self.done:
            raise bad(field, "is empty", cure="leave the parameter out, or say what is asked for")

    @property
    def done(self) -> bool:
        return self.at >= self.end

    @property
    def next(self) -> str:
        """The character that comes next; empty at the end."""
        return self.text[self.at : self.at + 1]

    def skip(self) -> None:
        """Passes blanks, which mean nothing between the parts of an expression."""
        while self.at < self.end and self.text[self.at] == " ":
            self.at += 1

    def take(self, *words: str) -> str | None:
        """The first of ``words`` that stands here, which is passed; None where none does."""
        for word in words:
            if self.text.startswith(word, self.at):
                self.at += len(word)
                self.skip()
                return word
        return None

    def until(self, stops: str) -> str:
        """What stands before the next character of ``stops`` (or the end), without blanks at its ends."""
        start = self.at
        self.at = _before(stops).match(self.text, start).end()  # type: ignore[union-attr]
        return self.text[start : self.at].strip(" ")

    def refuse(self, message: str, cure: str, *, at: int | None = None) -> BadRequestData:
        """The refusal of what stands at ``at`` (here, when not given)."""
        place = self.at if at is None else at
        here = self.text[place : place + SHOWN] or "the end"
        return bad(self.field, f"position {place + 1}: {message}", value=here, cure=cure)
