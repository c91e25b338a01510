"""The process *stages*: from raw readings to the city as it is, alerts and incidents."""

from __future__ import annotations

import structlog

from tocsin.alerts.routing import city_routing
from tocsin.alerts.stage import Alerts
from tocsin.app.advising import City, advisors
from tocsin.app.databases import context_db, ops_db
from tocsin.app.feeds import feeds_of, open_feeds
from tocsin.app.hosting import House, Place
from tocsin.app.keeping import vault_of
from tocsin.app.notifications import notifications
from tocsin.app.notify import notifying
from tocsin.app.protecting import known_attributes, open_sources, pseudonym_keys, quarantine_keys
from tocsin.app.warning import note_end
from tocsin.audit.stage import Checkpoints
from tocsin.bus.leaf import EdgeUsers
from tocsin.context import Context, ContextReader
from tocsin.context.forgetting import ContextShelf
from tocsin.db.outbox import Outbox
from tocsin.edge.arrivals import Edges
from tocsin.edge.heard import Heard
from tocsin.evidence.stage import Keeping
from tocsin.incidents.advice.rules import city_rules as advice_rules
from tocsin.incidents.advice.stage import AdviceStage
from tocsin.incidents.correlation.rules import city_rules
from tocsin.incidents.correlation.stage import Correlation
from tocsin.incidents.field.shelf import FieldShelf
from tocsin.incidents.overdue.stage import Overdue
from tocsin.incidents.stage import Incidents
from tocsin.kernel.ports import Bus, Stage
from tocsin.normalise.feeds import load_feeds
from tocsin.normalise.formats import Formats
from tocsin.normalise.items import Items
from tocsin.normalise.models import read_models
from tocsin.normalise.observe import Observer
from tocsin.normalise.stage import Normalise
from tocsin.notify.warnings.watch import Watch
from tocsin.privacy.classes import city_classes
from tocsin.privacy.forgetting import Forgetting
from tocsin.privacy.forgetting import Shelf as Forgetful
from tocsin.privacy.old_keys import OldKeys
from tocsin.privacy.seal import Seal
from tocsin.privacy.shield import Shield
from tocsin.sdk.source import find_sources

log = structlog.get_logger(__name__)


async def compose(place: Place, bus: Bus) -> House:
    ops, context = ops_db(place), context_db(place)
    clock, kept = place.clock(), place.settings.audit
    sources, models = find_sources(), read_models()
    feeds, broken = load_feeds(sources)
    for source in broken:
        log.error("source_broken", source=source.name, reason=source.reason)
    formats = Formats(place.state / "mappings", feeds)
    classes, known = city_classes(place.state), known_attributes(models)
    pseudonyms, day_keys = pseudonym_keys(place), quarantine_keys(place)
    without = open_sources(sources) | open_feeds(feeds_of(place, sources), sources)
    shield = Shield(classes, pseudonyms, known=known, open_sources=without)
    now = Context(bus, context, clock=clock, journaled=place.live)
    forgetful: list[Forgetful] = [
        ContextShelf(now, classes, known),
        OldKeys("pseudonym keys", pseudonyms, "Key of pseudonyms"),
        OldKeys("quarantine keys", day_keys, "Key of raw bytes that were not understood"),
        FieldShelf(ops),
    ]
    sealing = Seal(day_keys)
    edges = Heard(clock, EdgeUsers(place.state).all if place.live else dict)
    stages: list[Stage] = [
        Edges(bus, clock, lambda payload, at: sealing.close(payload, at, at), edges),
        Normalise(bus, Items(Observer(models, shield), formats, sealing)),
        now,
        Alerts(bus, ops, clock, routing=city_routing(place.state)),
        Incidents(bus, ops),
        Overdue(ops, clock),
        AdviceStage(
            bus,
            ops,
            clock,
            City(ops, ContextReader(context), clock),
            advice_rules(place.state),
            tools=advisors(place.settings.runner.tools_dir),
        ),
        Correlation(bus, ops, clock, rules=city_rules(place.state)),
        Outbox(ops, bus, "stages"),
        Keeping(ops, vault_of(place.state)),
        Checkpoints(ops, place.state, keep_days=kept.keep_days, every_s=kept.sign_every_s),
        Watch(ops, clock, ended=note_end),
    ]
    if place.live:  # recorded days are old by nature: age is a reason to forget in the live realm only
        every_s = place.settings.privacy.forget_every_s
        stages.append(Forgetting("privacy", ops, forgetful, every_s=every_s))
    stages += notifying(place, bus, ops, clock)
    stages += notifications(place, ops, context, clock)

    def close() -> None:
        ops.close()
        context.close()

    return House(stages, close)
