"""One clock a realm: the wall in ``live``, the file's own in ``backtest``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: A reading further ahead of the realm's clock than this is refused: its clock is wrong, not the city.
MAX_AHEAD = timedelta(minutes=5)


class Clock(Protocol):
    def now(self) -> datetime:
        """The realm's time, aware, UTC."""
        ...


class WallClock:
    """The time of day of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FileClock:
    """A recorded day's own time: stands still until a batch says what time it is there, never goes back."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, to: datetime) -> None:
        self._now = max(self._now, to)


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC with a ``Z``, microseconds only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
