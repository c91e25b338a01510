"""The process *box* of an edge: readings in, normalised, and on to the centre with what detectors found."""

from __future__ import annotations

from functools import partial

import structlog

import tocsin
from tocsin.app.feeds import feeds_of, open_feeds
from tocsin.app.hosting import House, Place
from tocsin.app.protecting import known_attributes, open_sources, pseudonym_keys
from tocsin.bus.accounts import Folder
from tocsin.bus.nats_config import invitation_of
from tocsin.bus.qos0 import AtMostOnce
from tocsin.bus.uplink import Centre
from tocsin.edge.box import Box
from tocsin.edge.shutter import FOLDER as SHOTS
from tocsin.edge.shutter import Shutter
from tocsin.edge.teller import Teller, processes_of
from tocsin.edge.uplink import Uplink
from tocsin.ingest.heard import Heard
from tocsin.ingest.mqtt import MqttIntake, items_of
from tocsin.ingest.pulse import ClockIntake
from tocsin.ingest.room import Room
from tocsin.ingest.styles import Styles
from tocsin.ingest.supervisor import SourceSupervisor
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.ports import Bus, Stage
from tocsin.normalise.feeds import load_feeds
from tocsin.normalise.formats import Formats
from tocsin.normalise.items import Items
from tocsin.normalise.models import read_models
from tocsin.normalise.observe import Observer
from tocsin.normalise.stage import Normalise
from tocsin.privacy.classes import city_classes
from tocsin.privacy.shield import Shield
from tocsin.sdk.source import find_sources

log = structlog.get_logger(__name__)

GIB = 1024**3
MOST_PIXELS = 40_000_000


def blur(data: bytes) -> bytes:
    """The likeness that may leave. Loads what draws pictures only once there is one. Raises ``Invalid``."""
    from tocsin.evidence.pictures import drawn
    from tocsin.evidence.sniff import ENOUGH, sort_of

    return drawn(data, sort_of(data[:ENOUGH]).media, most_pixels=MOST_PIXELS).blurred


async def compose(place: Place, bus: Bus) -> House:
    invitation = invitation_of(Folder(place.state))
    if invitation is None:
        raise Misconfigured(
            "this box knows no centre", field="state", value=place.state, cure="tocsin edge join FILE"
        )
    clock, heard = place.clock(), Heard()
    sources, models = find_sources(), read_models()
    formats_of, broken = load_feeds(sources)
    for source in broken:
        log.error("source_broken", source=source.name, reason=source.reason)
    feeds = feeds_of(place, sources)
    shield = Shield(
        city_classes(place.state),
        pseudonym_keys(place),
        known=known_attributes(models),
        open_sources=open_sources(sources) | open_feeds(feeds, sources),
    )
    centre, room = await Centre.connect(place.state, invitation.edge), Room(place.state)
    uplink = Uplink(bus, centre, Box(place.state))
    # what was not understood is sealed at the centre, whose people read it; here our disk is encrypted
    items = Items(Observer(models, shield), Formats(place.state / "mappings", formats_of))
    stages: list[Stage] = [
        MqttIntake(bus, clock, heard, styles=Styles(items_of, sources, place.state / "ingest")),
        AtMostOnce(bus),
        SourceSupervisor(
            bus,
            clock,
            sources,
            heard,
            params={"cap": {"addresses": place.settings.warnings.feeds}},
            feeds=feeds,
            room=room,
            folder=place.state / "ingest",
        ),
        ClockIntake(bus, clock),
        Normalise(bus, items),
        Shutter(bus, place.state / SHOTS, blur),
        uplink,
        Teller(
            bus,
            centre,
            uplink,
            clock,
            edge=invitation.edge,
            state=place.state,
            version=tocsin.__version__,
            tools=place.settings.edge.tools.split(),
            store_bytes=place.settings.bus.store_gb * GIB,
            processes=partial(processes_of, place.state),
        ),
        room,
    ]
    return House(stages, centre.close)
