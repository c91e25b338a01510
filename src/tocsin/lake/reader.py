"""The lake for those who ask: history, counts, quarantine. Reads beside the stage that writes, in any
process.

lake = LakeReader(state_dir, HistoryAsked(bus), resend=publish)
points = await lake.history(entity="urn:ngsi-ld:...", attribute="NO2", limit=500)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tocsin.kernel.clock import Clock, WallClock
from tocsin.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from tocsin.kernel.events import RawBatch, RawItem
from tocsin.kernel.ids import content_id
from tocsin.lake import repository
from tocsin.lake.ledger import ledger_database
from tocsin.lake.records import (
    CityAsked,
    CityThen,
    HistoryCount,
    HistoryPoint,
    PointsAsked,
    QuarantineItem,
    SeriesAsked,
    SeriesPoint,
)
from tocsin.lake.rows import moment
from tocsin.privacy.keys import Expired
from tocsin.privacy.seal import HEAD_BYTES, OVERHEAD, Seal, is_sealed, masked

#: Stores an envelope on ``raw.*``, but not on ``raw.mqtt``: there ingest finds how far it has come in
#: stream MQTT.
Resend = Callable[[RawBatch], Awaitable[object]]

_MAX_STEPS = 5_000
#: of raw bytes that a person reads; a reading has at most 1 MB
_MAX_SHOWN = 64 * 1024
_UNREADABLE = "not readable any more: the key of its day was destroyed"
_STATES = {"open": ("open", "retried"), "all": ("open", "retried", "resolved", "discarded")}


class Readings(Protocol):
    """``History`` itself, or ``HistoryAsked`` in another process."""

    async def points(self, asked: PointsAsked) -> list[HistoryPoint]: ...

    async def series(self, asked: SeriesAsked) -> list[SeriesPoint]: ...

    async def city(self, asked: CityAsked) -> CityThen: ...


class LakeReader:
    """``state_dir``: the realm's; its ledger is read here. ``clock``: the realm's, for what is sent again.
    ``seal`` opens what normalise sealed.
    """

    def __init__(
        self,
        state_dir: Path,
        history: Readings,
        *,
        resend: Resend | None = None,
        clock: Clock | None = None,
        seal: Seal | None = None,
    ) -> None:
        self._seal = seal
        self._history = history
        self._db = ledger_database(state_dir)
        self._resend = resend
        self._clock = clock or WallClock()

    def close(self) -> None:
        self._db.close()

    async def history(
        self,
        *,
        entity: str,
        attribute: str,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 1000,
        before: tuple[datetime | str, str] | None = None,
    ) -> list[HistoryPoint]:
        """The newest ``limit`` readings of one attribute in [start, end) before the cursor, oldest first.

        ``before``: observed_at (or its ISO text) and observation id of the oldest one already had.
        Raises ``Invalid`` for a cursor that is none.
        """
        cursor = _cursor(before)
        return await self._history.points(PointsAsked(entity, attribute, start, end, limit, cursor))

    async def series(
        self, *, entity: str, attribute: str, start: datetime, end: datetime, steps: int = 300
    ) -> list[SeriesPoint]:
        """Mean, least and most of a number over at most ``steps`` equal steps of [start, end)."""
        if not 1 <= steps <= _MAX_STEPS or end <= start:
            raise Invalid(
                "no such series", field="steps", value=steps, cure=f"1 to {_MAX_STEPS} steps, end after start"
            )
        return await self._history.series(SeriesAsked(entity, attribute, start, end, steps))

    async def city(self, *, at: datetime, staleness_s: float) -> CityThen:
        """Every entity as it was known at ``at``, from readings at most ``staleness_s`` old then."""
        return await self._history.city(CityAsked(at, staleness_s))

    async def count(self, source: str | None = None) -> HistoryCount:
        """Of one source or of all; a source never heard of has counted nothing."""
        return HistoryCount(*await self._db.read(lambda conn: repository.totals(conn, source)))

    async def quarantine(
        self, *, state: str = "open", source: str | None = None, limit: int = 100, after: str | None = None
    ) -> tuple[list[QuarantineItem], str | None]:
        """A page of items, newest first, and the cursor of the next page (None: this is the last)."""
        if state not in _STATES:
            raise Invalid("no such state", field="state", value=state, cure="open or all")
        before = _page_cursor(after)
        rows = await self._db.read(
            lambda conn: repository.page(
                conn, states=_STATES[state], source=source, limit=limit + 1, before=before
            )
        )
        more, rows = len(rows) > limit, rows[:limit]
        items = [
            QuarantineItem(
                id=row.id,
                source=row.source,
                device=row.device,
                format=row.format,
                reason=row.reason,
                field=row.field,
                cure=row.cure,
                payload=self._shown(row.payload),
                payload_bytes=row.payload_bytes - (OVERHEAD if is_sealed(row.payload) else 0),
                received_at=moment(row.received_at),
                state=row.state,
                masked=is_sealed(row.payload),
            )
            for row in rows
        ]
        return items, f"{rows[-1].received_at}~{rows[-1].id}" if more else None

    def _shown(self, head: bytes) -> str:
        """What a list shows of raw bytes: all of plain ones, of sealed ones their shape."""
        if not is_sealed(head):
            return _printable(head[:HEAD_BYTES])
        if self._seal is None:
            return _UNREADABLE
        try:
            return masked(_printable(self._seal.head(head)))
        except Expired:
            return _UNREADABLE

    async def payload(self, item: str) -> str:
        """The raw bytes as text, at most 64 kB: whoever asks must have said why, on the record.

        Raises ``NotFound``, ``Conflict`` where nobody can read them any more.
        """
        row = await self._db.read(lambda conn: repository.find(conn, item))
        if row is None:
            raise NotFound("no such quarantined item", field="id", value=item)
        return _printable(self._opened(row.payload)[:_MAX_SHOWN])

    def _opened(self, stored: bytes) -> bytes:
        if not is_sealed(stored):
            return stored
        try:
            if self._seal is not None:
                return self._seal.open(stored)
        except Expired:
            pass
        raise Conflict(_UNREADABLE, field="payload", cure="discard it; its reason stays")

    async def retry(self, item: str, by: str) -> None:
        """Send the raw bytes through again. Raises ``NotFound``, ``Conflict`` (done already),
        ``Unavailable``.
        """
        row = await self._db.read(lambda conn: repository.find(conn, item))
        if row is None:
            raise NotFound("no such quarantined item", field="id", value=item)
        if row.state not in ("open", "retried"):
            raise Conflict(f"this item is {row.state}", field="state", value=row.state)
        if self._resend is None:
            raise Unavailable("this process cannot send readings", cure="ask the process that hosts ingest")
        again = self._opened(row.payload)
        attempt = RawItem(content_id(item, "retry", row.tries + 1), again, row.device, retry_of=item)
        await self._resend(RawBatch(row.source, row.format, self._clock.now(), (attempt,)))
        # Sent first: if we die in between, a second click is a duplicate. Only an item still open is marked,
        # for the lake may have resolved it by now.
        await self._db.write(
            lambda conn: repository.mark(conn, item, "retried", by, only_from=("open", "retried"))
        )

    async def discard(self, item: str, by: str) -> None:
        """Off the list of open ones; it stays counted. Raises ``NotFound``, ``Conflict``."""
        done = await self._db.write(
            lambda conn: repository.mark(conn, item, "discarded", by, only_from=("open", "retried"))
        )
        if done:
            return
        row = await self._db.read(lambda conn: repository.find(conn, item))
        if row is None:
            raise NotFound("no such quarantined item", field="id", value=item)
        if row.state != "discarded":
            raise Conflict(f"this item is {row.state}", field="state", value=row.state)


def _cursor(before: tuple[datetime | str, str] | None) -> tuple[datetime, str] | None:
    if before is None:
        return None
    at, observation = before
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at)
        except ValueError as error:
            raise Invalid(
                "not a cursor", field="after", value=at, cure="give back `next` as it came"
            ) from error
    return at, observation


def _page_cursor(after: str | None) -> tuple[int, str] | None:
    if after is None:
        return None
    us, parted, item = after.partition("~")
    if not parted or not us.lstrip("-").isdigit():
        raise Invalid("not a cursor", field="after", value=after, cure="give back `next` as it came")
    return int(us), item


def _printable(payload: bytes) -> str:
    """Text where it is text; other bytes and control characters escaped. Never interpreted by anyone."""
    text = payload.decode("utf-8", errors="backslashreplace")
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)
