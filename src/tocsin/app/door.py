"""The process *door*: everything that comes in by HTTP or MQTT, and everything that people see."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvicorn

import tocsin
from tocsin.api.app import build
from tocsin.api.board import Board
from tocsin.api.decisions import StoredDecisions
from tocsin.api.headers import names_of
from tocsin.api.live import LiveHub
from tocsin.api.processes import processes_file
from tocsin.api.refreshing import Refreshing
from tocsin.api.services import Services
from tocsin.app.databases import context_db, ops_db
from tocsin.app.edge_shots import Shots
from tocsin.app.feeds import feeds_of
from tocsin.app.gate import Gate
from tocsin.app.hosting import House, Place
from tocsin.app.keeping import intake_of
from tocsin.app.lake_asked import tables
from tocsin.app.ngsi import broker
from tocsin.app.notify import desk_of
from tocsin.app.privacy import engine
from tocsin.app.protecting import quarantine_keys
from tocsin.app.public import public_page
from tocsin.app.signing_in import hosts_of, sign_on
from tocsin.app.warning import issuer_of
from tocsin.audit.desk import Desk
from tocsin.bus.accounts import Folder, Plan
from tocsin.bus.cluster import Peer
from tocsin.bus.codec import encode
from tocsin.bus.qos0 import AtMostOnce
from tocsin.bus.retention import kept_for
from tocsin.context import ContextReader
from tocsin.db.outbox import Outbox
from tocsin.edge.register import Register
from tocsin.identity.identity import Identity
from tocsin.incidents.procedures.library import Procedures
from tocsin.ingest.heard import Heard
from tocsin.ingest.http import HttpIntake
from tocsin.ingest.mappings import Mappings
from tocsin.ingest.mqtt import MqttIntake, items_of
from tocsin.ingest.pulse import ClockIntake
from tocsin.ingest.room import Room
from tocsin.ingest.styles import Styles
from tocsin.ingest.supervisor import SourceSupervisor
from tocsin.kernel.events import RawBatch
from tocsin.kernel.geo import stated_place
from tocsin.kernel.ids import random_id
from tocsin.kernel.languages import stated
from tocsin.kernel.ports import Bus, Health, Outgoing, Stage
from tocsin.lake.asking import LakeAsked
from tocsin.lake.desk import HistoryAsked
from tocsin.lake.reader import LakeReader
from tocsin.lake.temporal.desk import TemporalAsked
from tocsin.ngsi.temporal.evolution import Evolution
from tocsin.privacy.bus_record import BusRecord
from tocsin.privacy.seal import Seal
from tocsin.sdk.source import find_sources

#: built by scripts/build_console.py
CONSOLE = Path(tocsin.__file__).parent / "console_dist"
#: who must be heard for the city to be in order
EXPECTED = (
    "normalise",
    "edges",
    "context",
    "alerts",
    "incidents",
    "correlation",
    "procedures",
    "advice",
    "audit",
    "evidence",
    "warnings",
    "lake",
    "runner",
    "advisors",
    "live",
    "http",
)
#: and in the live realm, which alone sends anything
NOTIFYING = ("notify", "delivery", "subscriptions")


class HttpServer:
    """uvicorn as a stage; signals are the host's business."""

    name = "http"

    def __init__(self, app: Any, host: str, port: int) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=75,
        )
        self._server = uvicorn.Server(config)
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)

    async def run(self) -> None:
        try:
            await self._server._serve()  # serve() would take the signals for itself
        except asyncio.CancelledError:
            self._server.should_exit = True
            raise

    def health(self) -> Health:
        ready = self._server.started
        return Health(
            name=self.name, state="working" if ready else "degraded", words="" if ready else "starting"
        )


def _mqtt(place: Place) -> tuple[str, int] | None:
    """Where devices send to: our own server, or the first node of a cluster."""
    bus = place.settings.bus
    if bus.servers:
        host = bus.servers.split()[0].partition("://")[2].rpartition(":")[0]
        return host, bus.mqtt_port or Peer("", host).mqtt_port
    plan = Plan.load(Folder(place.state))
    return (plan.host, plan.mqtt_port) if plan else None


def _demo_file(path: Path) -> Mapping[str, Any] | None:
    try:
        told: Mapping[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return told


async def compose(place: Place, bus: Bus) -> House:
    ops, context = ops_db(place), context_db(place)
    clock, heard = place.clock(), Heard()

    async def resend(batch: RawBatch) -> None:
        """A quarantined item once more, on the way that every reading takes.

        Not on its source's own subject: the newest message there tells the intake where to go on.
        """
        await bus.publish(Outgoing("raw.retry", encode(batch), msg_id=random_id()))

    lake = LakeReader(
        place.state, HistoryAsked(bus), resend=resend, clock=clock, seal=Seal(quarantine_keys(place))
    )
    reader = ContextReader(context)
    written = Outbox(context, bus, "ngsi-ld")
    most = place.settings.queries.instances
    ngsi = broker(place, context, clock, Evolution(TemporalAsked(bus), bus, written.relayed, most=most))
    live = LiveHub(bus, reader, StoredDecisions(ops), clock)
    mqtt = _mqtt(place)
    board = Board(
        bus,
        clock,
        live,
        realm=place.realm,
        version=tocsin.__version__,
        city=place.settings.city.name,
        zone=place.settings.city.zone,
        expected=EXPECTED + (NOTIFYING if place.live else ()),
        mqtt=mqtt,
        processes=processes_file(place.state / "run" / "processes.json"),
        demo=lambda: _demo_file(place.state / "run" / "demo.json"),
        place=stated_place(place.settings.city.place),
    )
    live.show(board)
    room = Room(place.state)
    sources = find_sources()
    feeds = feeds_of(place, sources)
    pulled = [s.manifest.id for s in sources.folders if s.manifest.kind == "pull"]
    mappings = Mappings(place.state / "mappings")
    intake = HttpIntake(bus, clock, mappings, heard, room, feeds=[*pulled, *feeds])
    record, evidence = Desk(ops, place.state), intake_of(place, ops)
    http, settings = place.settings.http, place.settings.identity
    identity = Identity(ops, idle=settings.idle, longest=settings.longest, state=place.state)
    services = Services(
        realm=place.realm,
        version=tocsin.__version__,
        clock=clock,
        bus=bus,
        ops=ops,
        identity=identity,
        context=reader,
        lake=lake,
        intake=intake,
        gate=Gate(place, "door"),
        live=live,
        board=board,
        mqtt=mqtt,
        console=CONSOLE if CONSOLE.exists() else None,
        hosts=hosts_of(names_of(http.host), http.public_url),
        body_limit_bytes=http.body_limit_mb * 2**20,
        procedures=Procedures(place.state / "procedures"),
        sign_on=sign_on(place.state, place.settings, ops, identity.sessions),
        evidence=evidence,
        record=record,
        privacy=engine(place, bus),
        longest_shelf=place.settings.alerts.longest_shelf,
        public=public_page(place),
        notify=desk_of(place),
        languages=stated(place.settings.city.languages),
        issuer=issuer_of(place),
        public_url=http.public_url.rstrip("/"),
        tables=tables(place, LakeAsked(bus)),
        ngsi=ngsi,
        edges=Register(ops, place.state, clock) if place.live else None,
    )
    stages: list[Stage] = [
        Outbox(ops, bus, "door"),
        written,
        MqttIntake(bus, clock, heard, styles=Styles(items_of, sources, place.state / "ingest")),
        SourceSupervisor(
            bus,
            clock,
            sources,
            heard,
            params={"cap": {"addresses": place.settings.warnings.feeds}},
            feeds=feeds if place.live else {},
            room=room,
            folder=place.state / "ingest",
        ),
        AtMostOnce(bus),
        room,
        live,
        board,
        Refreshing(services),
        HttpServer(build(services), http.host, http.port),
    ]
    if place.live:
        stages.append(ClockIntake(bus, clock))
        stages.append(Shots(bus, ops, evidence, clock))
        every_s = place.settings.privacy.forget_every_s
        stages.append(BusRecord(bus, ops, clock, kept_for(place.settings), every_s=every_s))

    async def close() -> None:
        await intake.close()
        await ngsi.close()
        await services.identity.refusals.close()
        await record.close()
        lake.close()
        ops.close()
        context.close()

    return House(stages, close)
