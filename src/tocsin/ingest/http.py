"""Readings that come by HTTP. Each call returns how many items are stored on the bus, durably."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from tocsin.ingest.envelopes import check_sizes, cut, split_list
from tocsin.ingest.gather import Gather, envelope, offer
from tocsin.ingest.heard import Heard
from tocsin.ingest.mappings import Mappings
from tocsin.ingest.notified import NOTIFIED, entities_of
from tocsin.ingest.recorded import RecordedTime, TimeOf, time_in_json, time_in_rows
from tocsin.ingest.room import Room
from tocsin.kernel.clock import Clock, FileClock, iso
from tocsin.kernel.errors import Invalid, TooLarge
from tocsin.kernel.events import RawItem
from tocsin.kernel.ids import random_id
from tocsin.kernel.ports import Bus, Outgoing
from tocsin.kernel.subjects import AT_EDGES

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_LIST = 50_000
#: a request of more items than this does not wait for company
SMALL = 100
#: names of other intakes, whose positions lie in their own messages
RESERVED = frozenset({"mqtt", "clock"})


class HttpIntake:
    """The door's side of ingest. ``clock`` is the realm's; a ``FileClock`` is moved on by what comes.

    ``room``: says when the disk is too full to take anything. ``feeds``: names of sources that are pulled;
    nobody may send under them, for each finds its own position on its newest message.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        mappings: Mappings,
        heard: Heard | None = None,
        room: Room | None = None,
        *,
        feeds: Iterable[str] = (),
    ) -> None:
        self._bus = bus
        self._room = room
        self._clock = clock
        self._recorded = RecordedTime(bus, clock) if isinstance(clock, FileClock) else None
        self._mappings = mappings
        self._heard = heard or Heard()
        self._gather = Gather(bus, clock)
        self._reserved = RESERVED.union(feeds)
        self._in_order = asyncio.Lock()

    async def accept_json(self, body: bytes, source: str = "http") -> int:
        """A JSON list of readings. Raises ``TooLarge``, ``Invalid`` (with the position), ``Unavailable``."""
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(
                f"the body has {len(body)} bytes",
                field="body",
                cure=f"at most {MAX_BODY_BYTES}; send several",
            )
        return await self.json(split_list(body), source=source)

    async def json(self, items: Sequence[bytes], *, source: str = "http") -> int:
        """The same for readings that are split already, each as its bytes."""
        self._check_disk()
        return await self._accept(self._checked(items, source), source, "json", time_in_json)

    async def notified(self, body: bytes, source: str) -> int:
        """Entities of a broker's notification, NGSI-LD or NGSIv2: each an item, with when it was heard.

        Raises ``Invalid`` for what is no notification, else as ``accept_json``.
        """
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(f"the body has {len(body)} bytes", field="body", cure="notify of fewer entities")
        self._check_disk()
        heard = iso(datetime.now(UTC)).encode()
        letters = [b'{"heard":"%s","entity":%s}' % (heard, one) for one in entities_of(body)]
        return await self._accept(self._checked(letters, source), source, NOTIFIED, lambda _: None)

    async def mapped(
        self, name: str, rows: Sequence[bytes], *, clock: datetime | None = None, source: str | None = None
    ) -> int:
        """Rows of a saved mapping, in order of time. ``source`` is the mapping's name where none is given.

        In a realm with a file's clock, ``clock`` (or, without it, the time of the rows) moves that clock;
        in ``live`` it has no effect. No rows and a clock: time goes by, nothing is read.
        Raises ``NotFound`` for an unknown mapping, else as ``accept_json``.
        """
        format_, reader = await asyncio.to_thread(self._mappings.newest, name)
        source = source or name
        self._check_disk()
        payloads = self._checked(rows, source)
        if self._recorded is None or clock is None:
            return await self._accept(payloads, source, format_, time_in_rows(reader))
        if clock.tzinfo is None:
            raise Invalid("the clock has no zone", field="clock", value=clock, cure="RFC 3339 with a zone")
        async with self._in_order:
            await self._recorded.resume()
            self._recorded.advance(clock)
            await offer(self._bus, self._envelopes(source, format_, [payloads], even_empty=True))
        self._note(source, payloads)
        return len(payloads)

    async def save_mapping(self, name: str, toml: str) -> None:
        """Check and keep a mapping. Raises ``Invalid`` that names the line and the cure."""
        await asyncio.to_thread(self._mappings.save, name, toml)

    async def close(self) -> None:
        """Answer all that is waiting."""
        await self._gather.drain()

    def _checked(self, items: Sequence[bytes], source: str) -> list[bytes]:
        if source in self._reserved or source.startswith(AT_EDGES) or not 0 < len(source) <= 64:
            raise Invalid(
                "not a name for a source", field="source", value=source, cure="another name, up to 64 long"
            )
        if len(items) > MAX_LIST:
            raise TooLarge(
                f"the list has {len(items)} items", field="body", cure=f"at most {MAX_LIST}; send several"
            )
        payloads = [bytes(item) for item in items]
        check_sizes(payloads)
        return payloads

    def _check_disk(self) -> None:
        if self._room is not None:
            self._room.check()

    async def _accept(self, payloads: Sequence[bytes], source: str, format_: str, time_of: TimeOf) -> int:
        if not payloads:
            return 0
        self._gather.check_room(sum(map(len, payloads)))
        if self._recorded is not None:
            async with self._in_order:
                await self._recorded.resume()
                groups = self._recorded.groups(payloads, time_of)
                await offer(self._bus, self._envelopes(source, format_, groups))
        elif len(payloads) > SMALL:
            await offer(self._bus, self._envelopes(source, format_, [payloads]))
        else:
            for group in cut(_items(random_id(), payloads)):
                await self._gather.add(source, format_, group)
        self._note(source, payloads)
        return len(payloads)

    def _envelopes(
        self, source: str, format_: str, groups: Iterable[Sequence[bytes]], *, even_empty: bool = False
    ) -> list[Outgoing]:
        """One message or more for each group, stamped with the clock as it stands when the group is taken."""
        outs: list[Outgoing] = []
        request = random_id()
        for number, payloads in enumerate(groups):
            parts = list(cut(_items(f"{request}.{number}", payloads))) or ([()] if even_empty else [])
            for part in parts:
                outs.append(envelope(source, format_, self._clock, part, f"http:{request}:{len(outs)}"))
        return outs

    def _note(self, source: str, payloads: Sequence[bytes]) -> None:
        self._heard.note(source, len(payloads), datetime.now(UTC))


def _items(request: str, payloads: Sequence[bytes]) -> Iterable[RawItem]:
    return (RawItem(f"{request}:{index}", payload) for index, payload in enumerate(payloads))
