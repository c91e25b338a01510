"""When each source was last heard: the one memory behind silence detection."""

from __future__ import annotations

from datetime import datetime


class Heard:
    """Written by the intakes, read by the supervisor. Times are wall clock."""

    def __init__(self) -> None:
        self._at: dict[str, datetime] = {}
        self.items: dict[str, int] = {}

    def note(self, source: str, items: int, at: datetime) -> None:
        if source not in self._at and len(self._at) > 10_000:
            return  # a flood of made-up names shall not eat the memory
        self._at[source] = at
        self.items[source] = self.items.get(source, 0) + items

    def last(self, source: str) -> datetime | None:
        return self._at.get(source)
