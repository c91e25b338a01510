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
    """RFC 3339 in UTC with a ``Z`` (in its own zone where UTC has no such time), microseconds only where
    there are any."""
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:  # the first or last hours that there are, in a zone that would leave them
        return moment.isoformat()
    return moment.isoformat().replace("+00:00", "Z")
