"""Hosts the sources that are pulled, and notices the ones that have fallen silent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from tocsin.bus.codec import encode
from tocsin.ingest.cursors import HEADER, Cursors, Mark
from tocsin.ingest.envelopes import check_sizes, cut
from tocsin.ingest.heard import Heard
from tocsin.ingest.room import Room
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Invalid, TocsinError, TooMany, Unavailable
from tocsin.kernel.events import RawBatch, RawItem
from tocsin.kernel.ids import random_id
from tocsin.kernel.ports import Bus, Health, Outgoing
from tocsin.kernel.subjects import token
from tocsin.sdk.feeds_file import Feed
from tocsin.sdk.source import Fetched, Fetcher, Params, SourceFolder, Sources, load_fetch, load_listen

BACKOFF_FIRST_S = 1.0
BACKOFF_MOST_S = 300.0
#: silence of this many expected intervals is shown
SILENT_AFTER = 3.0
#: one answer of a feed that takes longer than this is given up
FETCH_WITHIN_S = 60.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Hosted:
    """A source that is pulled or listens, under its own name or that of a city's feed."""

    name: str
    source: SourceFolder
    params: Params | None
    title: str = ""
    failures: int = 0
    words: str = ""
    #: what a city must do first; asking again is of no use
    fault: str = ""


class SourceSupervisor:
    """Stage. One task a pulled source: it fails, waits longer each time, goes on; the others never notice."""

    name = "ingest.sources"

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        sources: Sources,
        heard: Heard,
        *,
        chance: random.Random | None = None,
        backoff_first_s: float = BACKOFF_FIRST_S,
        params: Mapping[str, Params] | None = None,
        feeds: Mapping[str, Feed] | None = None,
        room: Room | None = None,
        folder: Path | None = None,
    ) -> None:
        """``params``: what a city sets, by source, over what its manifest says. ``feeds``: the city's own, by
        name. ``room``: says when the disk is too full to take anything. ``folder``: where cursors are kept.
        """
        self._bus = bus
        self._clock = clock
        self._sources = sources
        self._heard = heard
        self._chance = chance or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._backoff_first_s = backoff_first_s
        self._room = room
        self._cursors = Cursors(bus, folder)
        self._began = datetime.now(UTC)
        self._lost: list[Health] = []
        self._hosted = [
            _Hosted(s.manifest.id, s, (params or {}).get(s.manifest.id))
            for s in sources.folders
            if s.manifest.kind == "pull" and not s.manifest.asks
        ]
        for name, feed in (feeds or {}).items():
            if feed.enabled:
                self._add(name, feed)

    async def run(self) -> None:
        self._began = datetime.now(UTC)
        async with asyncio.TaskGroup() as tasks:
            for one in self._hosted:
                tasks.create_task(self._pull(one) if _pulled(one) else self._listen(one))
            await asyncio.Event().wait()

    def health(self) -> Health:
        """Degraded where a source is quiet or broken; each of them under ``detail``."""
        each = self.healths()
        worst = [h for state in ("out of service", "degraded", "silent") for h in each if h.state == state]
        return Health(
            self.name,
            state="degraded" if worst else "working",
            words="; ".join(f"{h.name}: {h.words}" for h in worst)[:500],
            figures={"sources": len(each)},
            detail={h.name: {"state": h.state, "words": h.words, **h.figures} for h in each},
        )

    def healths(self, now: datetime | None = None) -> list[Health]:
        """One for each source folder, broken ones too."""
        now = now or datetime.now(UTC)
        made = [
            Health(f"source.{b.name}", state="out of service", words=b.reason) for b in self._sources.broken
        ]
        made += self._lost
        hosted = {one.name: one for one in self._hosted}
        known = {s.manifest.id: s for s in self._sources.folders if not s.manifest.asks and not _listens(s)}
        for name, source in (known | {one.name: one.source for one in self._hosted}).items():
            expected, one = source.manifest.expect_every_s, hosted.get(name)
            health = Health(f"source.{name}", figures={"items": self._heard.items.get(name, 0)})
            heard = self._heard.last(name)
            since = now - (heard or self._began)
            awaited = heard is not None or source.manifest.kind == "pull"  # nobody may use MQTT here
            if one is not None and one.failures:
                health.state = "out of service" if one.fault else "degraded"
                health.words = f"{one.title}: {one.words}" if one.title else one.words
            elif expected is not None and awaited and since.total_seconds() > SILENT_AFTER * expected:
                health.state = "silent"
                health.words = f"nothing for {since.total_seconds():.0f} s, expected every {expected:g} s"
            made.append(health)
        return made

    def _add(self, name: str, feed: Feed) -> None:
        source = next((s for s in self._sources.folders if s.manifest.id == feed.source), None)
        listens = source is not None and _listens(source)
        if source is None or not (listens or source.manifest.kind == "pull"):
            words = f"{feed.title}: no source {feed.source!r} that could be asked; see docs/howto/feeds.md"
            self._lost.append(Health(f"source.{name}", state="out of service", words=words))
            return
        self._hosted = [one for one in self._hosted if one.name != name]
        self._hosted.append(_Hosted(name, source, feed.params, feed.title))

    async def _listen(self, one: _Hosted) -> None:
        """Until cancelled; begun again after a failure, as feeds are asked again."""

        async def take(items: Sequence[bytes]) -> None:
            if self._room is not None:
                self._room.check()
            await self._store(one, items, None, random_id())
            one.failures, one.words = 0, ""

        while True:
            begun = False
            try:
                listener = load_listen(one.source, one.params)
                begun = True
                await listener.listen(take)
                raise RuntimeError("it ended")
            except Exception as error:  # noqa: BLE001 - a stranger's code: it may raise anything
                pause = self._failed(one, error, begun=begun)
                await asyncio.sleep(pause * self._chance.uniform(0.8, 1.2))

    def _failed(self, one: _Hosted, error: Exception, *, begun: bool) -> float:
        """Keep why; the seconds until it is worth another attempt. ``begun``: its settings are sound."""
        one.failures += 1
        known = isinstance(error, TocsinError)
        whole = str(error) if known else f"{type(error).__name__}: {error}"[:300]
        # on the wall beside others: what is wrong; the cure where somebody must act, all of it in the log
        one.words = error.message if isinstance(error, TocsinError) and begun else whole
        one.fault = one.words if isinstance(error, Invalid) and not begun else ""
        log.warning("source_failed", source=one.name, failures=one.failures, reason=whole)
        pause: float = min(BACKOFF_MOST_S, self._backoff_first_s * 2 ** min(one.failures - 1, 12))
        if isinstance(error, TooMany):
            pause = max(pause, error.retry_after_s)
        return pause

    async def _pull(self, puller: _Hosted) -> None:
        every_s = puller.source.manifest.every_s or 60.0
        fetcher: Fetcher | None = None
        mark = Mark()
        pending: tuple[str, Fetched] | None = None
        while True:
            try:
                if self._room is not None:
                    self._room.check()
                if fetcher is None:
                    mark = await self._cursors.newest(puller.name)
                    fetcher = await asyncio.to_thread(load_fetch, puller.source, puller.params)
                if pending is None:
                    async with asyncio.timeout(FETCH_WITHIN_S):
                        pending = random_id(), await fetcher.fetch(mark.cursor)
                request, fetched = pending
                seq = await self._store(puller, fetched.items, fetched.cursor, request)
                pending = None
                if seq or fetched.cursor != mark.cursor:
                    mark = Mark(seq or mark.seq, fetched.cursor)
                    await asyncio.to_thread(self._cursors.write, puller.name, mark)
                puller.failures, puller.words = 0, ""
                pause = max(every_s, fetched.again_s)
            except Exception as error:  # noqa: BLE001 - a stranger's code: it may raise anything
                # what could not be stored is offered again: many services tell each thing once
                pending = pending if isinstance(error, Unavailable) else None
                pause = self._failed(puller, error, begun=fetcher is not None)
            # jitter, so that a hundred feeds of one provider do not come back as one; what is asked of us
            # is never undercut
            await asyncio.sleep(pause * self._chance.uniform(1.0 if pause > every_s else 0.8, 1.2))

    async def _store(self, one: _Hosted, items: Sequence[bytes], cursor: str | None, request: str) -> int:
        """The sequence of the last message in RAW; 0 where there was nothing to store. ``request``: the same
        when it is tried again."""
        source, format_ = one.name, f"feed:{one.source.manifest.id}"
        check_sizes(items)
        raw = [RawItem(f"{request}:{i}", bytes(item)) for i, item in enumerate(items)]
        groups = list(cut(raw))
        outs = []
        for number, group in enumerate(groups):
            batch = RawBatch(source, format_, self._clock.now(), group)
            headers = {HEADER: cursor} if cursor is not None and number == len(groups) - 1 else {}
            outs.append(
                Outgoing(
                    f"raw.{token(source)}", encode(batch), msg_id=f"feed:{request}:{number}", headers=headers
                )
            )
        if not outs:
            return 0
        sequences = await self._bus.publish_many(outs)
        self._heard.note(source, len(raw), datetime.now(UTC))
        return sequences[-1]


def _listens(source: SourceFolder) -> bool:
    return (source.path / "listen.py").is_file()


def _pulled(one: _Hosted) -> bool:
    return one.source.manifest.kind == "pull"
