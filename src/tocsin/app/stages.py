"""The process *stages*: from raw readings to the city as it is, alerts and incidents."""

from __future__ import annotations

import structlog

from tocsin.alerts.routing import city_routing
from tocsin.alerts.stage import Alerts
from tocsin.app.databases import context_db, ops_db
from tocsin.app.hosting import House, Place
from tocsin.audit.stage import Checkpoints
from tocsin.context import Context
from tocsin.db.outbox import Outbox
from tocsin.incidents.correlation.rules import city_rules
from tocsin.incidents.correlation.stage import Correlation
from tocsin.incidents.overdue.stage import Overdue
from tocsin.incidents.stage import Incidents
from tocsin.kernel.ports import Bus, Stage
from tocsin.normalise.feeds import load_feeds
from tocsin.normalise.formats import Formats
from tocsin.normalise.items import Items
from tocsin.normalise.models import read_models
from tocsin.normalise.observe import Observer
from tocsin.normalise.stage import Normalise
from tocsin.sdk.source import find_sources

log = structlog.get_logger(__name__)


async def compose(place: Place, bus: Bus) -> House:
    ops, context = ops_db(place), context_db(place)
    clock, kept = place.clock(), place.settings.audit
    feeds, broken = load_feeds(find_sources())
    for source in broken:
        log.error("source_broken", source=source.name, reason=source.reason)
    formats = Formats(place.state / "mappings", feeds)
    stages: list[Stage] = [
        Normalise(bus, Items(Observer(read_models()), formats)),
        Context(bus, context),
        Alerts(bus, ops, clock, routing=city_routing(place.state)),
        Incidents(bus, ops),
        Overdue(ops, clock),
        Correlation(bus, ops, clock, rules=city_rules(place.state)),
        Outbox(ops, bus, "stages"),
        Checkpoints(ops, place.state, keep_days=kept.keep_days, every_s=kept.sign_every_s),
    ]

    def close() -> None:
        ops.close()
        context.close()

    return House(stages, close)
