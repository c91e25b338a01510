"""The process *stages*: from raw readings to the city as it is, alerts and incidents."""

from __future__ import annotations

import asyncio

import structlog

from tocsin.alerts.stage import Alerts
from tocsin.app.databases import context_db, ops_db
from tocsin.app.hosting import House, Place
from tocsin.bus.codec import decode
from tocsin.context import Context
from tocsin.db.outbox import Outbox
from tocsin.incidents.correlation.rules import city_rules
from tocsin.incidents.correlation.stage import Correlation
from tocsin.incidents.stage import Incidents
from tocsin.kernel.clock import Clock, FileClock
from tocsin.kernel.events import ObservationBatch
from tocsin.kernel.ports import Bus, Health, Stage
from tocsin.normalise.feeds import load_feeds
from tocsin.normalise.formats import Formats
from tocsin.normalise.items import Items
from tocsin.normalise.models import read_models
from tocsin.normalise.observe import Observer
from tocsin.normalise.stage import Normalise
from tocsin.sdk.source import find_sources

log = structlog.get_logger(__name__)


class FollowTheFile:
    """In a realm whose clock is its files': the clock goes where the observations' acceptance is."""

    name = "clock"

    def __init__(self, bus: Bus, clock: FileClock) -> None:
        self._bus, self._clock = bus, clock

    async def run(self) -> None:
        newest = await self._bus.last("OBS", "obs.src.>")
        async with self._bus.read("OBS", after=newest.seq - 1 if newest else 0) as batches:
            async for messages in batches:
                self._clock.advance(decode(messages[-1].data, ObservationBatch).accepted_at)
                await asyncio.sleep(0)

    def health(self) -> Health:
        return Health(name=self.name, words=f"the file's: {self._clock.now():%Y-%m-%d %H:%M}")


async def compose(place: Place, bus: Bus) -> House:
    ops, context = ops_db(place), context_db(place)
    clock: Clock = place.clock()
    feeds, broken = load_feeds(find_sources())
    for source in broken:
        log.error("source_broken", source=source.name, reason=source.reason)
    formats = Formats(place.state / "mappings", feeds)
    stages: list[Stage] = [
        Normalise(bus, Items(Observer(read_models()), formats)),
        Context(bus, context),
        Alerts(bus, ops, clock),
        Incidents(bus, ops),
        Correlation(bus, ops, clock, rules=city_rules(place.state)),
        Outbox(ops, bus, "stages"),
    ]
    if isinstance(clock, FileClock):
        stages.append(FollowTheFile(bus, clock))

    def close() -> None:
        ops.close()
        context.close()

    return House(stages, close)
