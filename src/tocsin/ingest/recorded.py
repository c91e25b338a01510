"""A recorded day has its own clock: what was read together is accepted together, at the time it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from tocsin.bus.codec import decode
from tocsin.ingest.envelopes import MAX_ITEMS
from tocsin.kernel.clock import EPOCH, FileClock
from tocsin.kernel.events import RawBatch
from tocsin.kernel.ports import Bus
from tocsin.sdk.reading import Refused, from_json
from tocsin.sdk.rows import RowReader

#: rows further apart than this do not share an envelope, so that none looks late beside the others
SAME_TIME = timedelta(seconds=5)

TimeOf = Callable[[bytes], datetime | None]

_row = msgspec.json.Decoder(dict[str, object]).decode


class RecordedTime:
    """Moves a ``FileClock`` along; never back."""

    def __init__(self, bus: Bus, clock: FileClock) -> None:
        self._bus = bus
        self._clock = clock
        self._resumed = False

    async def resume(self) -> None:
        """After a restart the clock goes on from the newest envelope."""
        if self._resumed:
            return
        newest = await self._bus.last("RAW", "raw.>")
        if newest is not None:
            self._clock.advance(decode(newest.data, RawBatch).accepted_at)
        self._resumed = True

    def advance(self, to: datetime) -> None:
        self._clock.advance(to.astimezone(UTC))

    def groups(self, payloads: Sequence[bytes], time_of: TimeOf) -> Iterator[Sequence[bytes]]:
        """Payloads that share an envelope; the clock stands at the newest of a group when it is yielded."""
        group: list[bytes] = []
        first, newest = None, EPOCH
        for payload in payloads:
            at = time_of(payload)
            apart = at is not None and first is not None and abs(at - first) > SAME_TIME
            if group and (apart or len(group) == MAX_ITEMS):
                self._clock.advance(newest)
                yield group
                group, first, newest = [], None, EPOCH
            group.append(payload)
            if at is not None:
                first = first or at
                newest = max(newest, at)
        if group:
            self._clock.advance(newest)
            yield group


def time_in_json(payload: bytes) -> datetime | None:
    """When a JSON reading was made; None where it does not say, which normalise will tell its sender."""
    try:
        return from_json(payload).observed_at
    except Refused:
        return None


def time_in_rows(reader: RowReader) -> TimeOf:
    """The same for rows of a mapping."""

    def time_of(payload: bytes) -> datetime | None:
        try:
            return reader.observed_at(_row(payload))
        except (Refused, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    return time_of
