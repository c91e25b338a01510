"""Hosts the sources that are pulled, and notices the ones that have fallen silent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from tocsin.bus.codec import encode
from tocsin.ingest.envelopes import check_sizes, cut
from tocsin.ingest.heard import Heard
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.events import RawBatch, RawItem
from tocsin.kernel.ids import random_id
from tocsin.kernel.ports import Bus, Health, Outgoing
from tocsin.kernel.subjects import token
from tocsin.sdk.source import Fetcher, Params, SourceFolder, Sources, load_fetch

#: where a pulled source goes on after a restart
CURSOR = "Tocsin-Cursor"
BACKOFF_FIRST_S = 1.0
BACKOFF_MOST_S = 300.0
#: silence of this many expected intervals is shown
SILENT_AFTER = 3.0
#: one answer of a feed that takes longer than this is given up
FETCH_WITHIN_S = 60.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Puller:
    source: SourceFolder
    failures: int = 0
    words: str = ""


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
    ) -> None:
        """``params``: what a city sets, by source, over what its manifest says."""
        self._bus = bus
        self._clock = clock
        self._sources = sources
        self._heard = heard
        self._chance = chance or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._backoff_first_s = backoff_first_s
        self._params = dict(params or {})
        self._began = datetime.now(UTC)
        self._pullers = [_Puller(s) for s in sources.folders if s.manifest.kind == "pull"]

    async def run(self) -> None:
        self._began = datetime.now(UTC)
        async with asyncio.TaskGroup() as tasks:
            for puller in self._pullers:
                tasks.create_task(self._pull(puller))
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
        failing = {p.source.manifest.id: p for p in self._pullers if p.failures}
        made = [
            Health(f"source.{b.name}", state="out of service", words=b.reason) for b in self._sources.broken
        ]
        for source in self._sources.folders:
            name, expected = source.manifest.id, source.manifest.expect_every_s
            health = Health(f"source.{name}", figures={"items": self._heard.items.get(name, 0)})
            heard = self._heard.last(name)
            since = now - (heard or self._began)
            awaited = heard is not None or source.manifest.kind == "pull"  # nobody may use MQTT here
            if name in failing:
                health.state, health.words = "degraded", failing[name].words
            elif expected is not None and awaited and since.total_seconds() > SILENT_AFTER * expected:
                health.state = "silent"
                health.words = f"nothing for {since.total_seconds():.0f} s, expected every {expected:g} s"
            made.append(health)
        return made

    async def _pull(self, puller: _Puller) -> None:
        manifest = puller.source.manifest
        every_s = manifest.every_s or 60.0
        fetcher: Fetcher | None = None
        cursor: str | None = None
        while True:
            try:
                if fetcher is None:
                    cursor = await self._last_cursor(manifest.id)
                    given = self._params.get(manifest.id)
                    fetcher = await asyncio.to_thread(load_fetch, puller.source, given)
                async with asyncio.timeout(FETCH_WITHIN_S):
                    fetched = await fetcher.fetch(cursor)
                await self._store(manifest.id, fetched.items, fetched.cursor)
                cursor = fetched.cursor
                puller.failures, puller.words = 0, ""
                pause = every_s
            except Exception as error:  # noqa: BLE001 - a stranger's code: it may raise anything
                puller.failures += 1
                known = isinstance(error, TocsinError)
                puller.words = str(error) if known else f"{type(error).__name__}: {error}"[:300]
                pause = min(BACKOFF_MOST_S, self._backoff_first_s * 2 ** min(puller.failures - 1, 12))
                log.warning(
                    "source_failed", source=manifest.id, failures=puller.failures, reason=puller.words
                )
            # jitter, so that a hundred feeds of one provider do not come back as one
            await asyncio.sleep(pause * self._chance.uniform(0.8, 1.2))

    async def _last_cursor(self, source: str) -> str | None:
        newest = await self._bus.last("RAW", f"raw.{token(source)}")
        return newest.headers.get(CURSOR) if newest else None

    async def _store(self, source: str, items: Sequence[bytes], cursor: str | None) -> None:
        check_sizes(items)
        request = random_id()
        raw = [RawItem(f"{request}:{i}", bytes(item)) for i, item in enumerate(items)]
        groups = list(cut(raw))
        outs = []
        for number, group in enumerate(groups):
            batch = RawBatch(source, f"feed:{source}", self._clock.now(), group)
            headers = {CURSOR: cursor} if cursor is not None and number == len(groups) - 1 else {}
            outs.append(
                Outgoing(
                    f"raw.{token(source)}", encode(batch), msg_id=f"feed:{request}:{number}", headers=headers
                )
            )
        if outs:
            await self._bus.publish_many(outs)
            self._heard.note(source, len(raw), datetime.now(UTC))
