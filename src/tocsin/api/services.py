"""All that the API needs of the house, as ports. The composition root fills ``Services`` once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from tocsin.api.board import Board
from tocsin.api.lake import Tables
from tocsin.api.limits import RateLimit
from tocsin.api.live import LiveHub
from tocsin.api.privacy import Privacy
from tocsin.api.public import PublicPage
from tocsin.audit.desk import Desk
from tocsin.context.census import Kind
from tocsin.db import Database
from tocsin.edge.register import Register
from tocsin.evidence.intake import Intake
from tocsin.identity.identity import Identity
from tocsin.identity.oidc import SingleSignOn
from tocsin.incidents.procedures.library import Procedures
from tocsin.kernel.clock import Clock
from tocsin.kernel.geo import Box
from tocsin.kernel.languages import Language
from tocsin.kernel.ports import Bus
from tocsin.kernel.state import EntityState
from tocsin.lake.records import CityThen, HistoryCount, HistoryPoint, QuarantineItem, SeriesPoint
from tocsin.ngsi.broker import Broker
from tocsin.notify.delivery.desk import NotifyDesk
from tocsin.notify.warnings.issuer import Issuer
from tocsin.reports.printer import Printer


class ContextReader(Protocol):
    """The city as it is now (``context.reader``)."""

    async def get(self, entity: str) -> EntityState | None: ...

    async def query(
        self,
        *,
        type: str | None = None,  # noqa: A002
        box: Box | None = None,
        attribute: str | None = None,
        min: float | None = None,  # noqa: A002
        max: float | None = None,  # noqa: A002
        limit: int = 100,
        after: str | None = None,
    ) -> tuple[Sequence[EntityState], str | None]: ...

    async def census(self) -> list[Kind]: ...


class LakeReader(Protocol):
    """The city as it was."""

    async def history(
        self,
        *,
        entity: str,
        attribute: str,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        before: tuple[datetime, str] | None,
    ) -> Sequence[HistoryPoint]: ...

    async def series(
        self, *, entity: str, attribute: str, start: datetime, end: datetime, steps: int = 300
    ) -> Sequence[SeriesPoint]: ...

    async def city(self, *, at: datetime, staleness_s: float) -> CityThen: ...

    async def count(self, source: str | None) -> HistoryCount: ...

    async def quarantine(
        self, *, state: str, source: str | None, limit: int, after: str | None
    ) -> tuple[Sequence[QuarantineItem], str | None]: ...

    async def payload(self, item: str) -> str: ...

    async def retry(self, item: str, by: str) -> None: ...

    async def discard(self, item: str, by: str) -> None: ...


class HttpIntake(Protocol):
    """Where readings enter by HTTP (``ingest.http``). Answers how many are stored on the bus."""

    async def notified(self, body: bytes, source: str) -> int: ...

    async def accept_json(self, body: bytes, source: str = "http") -> int: ...

    async def mapped(
        self, name: str, rows: Sequence[bytes], *, clock: datetime | None = None, source: str | None = None
    ) -> int: ...

    async def save_mapping(self, name: str, toml: str) -> None: ...


class DeviceGate(Protocol):
    """The bus's list of MQTT users, one a device; it may publish only below ``devices/<id>/``."""

    async def add(self, device: str) -> str:
        """Let it in; answers its password. Adding one that is in gives it a new password."""
        ...

    async def remove(self, device: str) -> None: ...


class DemoBoard(Protocol):
    def __call__(self) -> Mapping[str, Any] | None:
        """What the running demonstration says of itself; None where there is none."""
        ...


@dataclass(frozen=True)
class Services:
    """The API's whole world. Values, no settings object."""

    realm: str
    version: str
    clock: Clock
    bus: Bus
    ops: Database
    identity: Identity
    context: ContextReader
    lake: LakeReader
    intake: HttpIntake
    gate: DeviceGate
    live: LiveHub
    board: Board
    mqtt: tuple[str, int] | None = None
    console: Path | None = None
    #: host names under which this API may be called (against DNS rebinding); empty allows every one
    hosts: frozenset[str] = field(default_factory=lambda: frozenset({"127.0.0.1", "localhost", "::1"}))
    #: attempts to sign in, by address
    sign_ins: RateLimit = field(default_factory=lambda: RateLimit(per_minute=20, burst=20))
    body_limit_bytes: int = 10 * 1024 * 1024
    procedures: Procedures = field(default_factory=Procedures)
    #: the city's OpenID provider; None: name and password alone
    sign_on: SingleSignOn | None = None
    #: pictures, clips and documents; None: this installation keeps none
    evidence: Intake | None = None
    #: verification, figures and copies of the record; None where only the tables are at hand
    record: Desk | None = None
    privacy: Privacy | None = None
    #: nobody puts an alert aside for longer in one go
    longest_shelf: timedelta = timedelta(days=7)
    #: reports on paper
    printer: Printer = field(default_factory=Printer)
    #: what citizens may read
    public: PublicPage = field(default_factory=PublicPage)
    #: what people and administrators set of messages; None: this realm sends none
    notify: NotifyDesk | None = None
    #: the city's, the first one first; empty where it states none
    languages: tuple[Language, ...] = ()
    #: who signs warnings to the public; None: this installation cannot issue any
    issuer: Issuer | None = None
    #: where the public reaches this door (``https://city.example``); empty: as each caller does
    public_url: str = ""
    #: SQL, series and erasures of the lake; None: it cannot be asked from this process
    tables: Tables | None = None
    #: the NGSI-LD interface; None: there is none
    ngsi: Broker | None = None
    #: boxes at the edge; None: this realm has none
    edges: Register | None = None
