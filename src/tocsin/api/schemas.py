"""What the API says and hears beyond the kernel's own structs. These classes are the OpenAPI components."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from tocsin.kernel.access import AccessRequest
from tocsin.kernel.advice import Consultation
from tocsin.kernel.decisions import Alert, Incident, TaskCard
from tocsin.kernel.languages import Language
from tocsin.kernel.state import EntityState
from tocsin.sdk.status import ToolStatus

T = TypeVar("T")

Words = Annotated[str, Meta(min_length=1, max_length=10_000)]
Title = Annotated[str, Meta(min_length=1, max_length=300)]
Id = Annotated[str, Meta(min_length=1, max_length=256)]
Moment = Annotated[datetime, Meta(tz=True)]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list. ``next`` goes into ``after`` of the next call; null at the end."""

    items: list[T]
    next: str | None = None


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457, with the field at fault, its value and the cure."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    value: str | None = None
    cure: str | None = None


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request body: an unknown key is a mistake that its sender wants to hear of."""


# people, sessions, tokens


class SignIn(Body, frozen=True):
    """``organisation``: where to sit; without it, the first by id that gives a role.

    ``code``: of the second factor, for who has one; a refusal of the kind ``code-needed`` asks for it.
    """

    user: Annotated[str, Meta(min_length=1, max_length=200)]
    password: Annotated[str, Meta(min_length=1, max_length=1000)]
    organisation: Annotated[str, Meta(max_length=40)] | None = None
    code: Annotated[str, Meta(max_length=64)] | None = None


class Seat(msgspec.Struct, frozen=True):
    """A control room that somebody may sit in, with their roles there."""

    organisation: str
    title: str
    roles: list[str]


class User(msgspec.Struct, frozen=True):
    """``roles`` and ``permissions`` are those at ``organisation``, the seat taken."""

    name: str
    roles: list[str]
    permissions: list[str]
    organisation: str
    seats: list[Seat]
    #: what this person has chosen; null: the city's first language, or the browser's
    language: Language | None = None


class TakeSeat(Body, frozen=True):
    organisation: Annotated[str, Meta(min_length=1, max_length=40)]


class NewOrganisation(Body, frozen=True):
    """``partner``: of the city, yet not a control room; it sees what is shared with the city group."""

    id: Annotated[str, Meta(min_length=1, max_length=40)]
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    partner: bool = False


class NewPerson(Body, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    organisation: Annotated[str, Meta(min_length=1, max_length=40)]
    role: Annotated[str, Meta(min_length=1, max_length=40)]


class PersonItem(msgspec.Struct, frozen=True):
    name: str
    created_at: datetime
    disabled_at: datetime | None
    seats: list[Seat]


class PersonMade(msgspec.Struct, frozen=True):
    """``password`` is shown this once and kept nowhere."""

    name: str
    password: str


class SignedIn(msgspec.Struct, frozen=True):
    """``csrf`` goes into the header X-CSRF-Token of every mutation made with the cookie."""

    user: User
    csrf: str
    expires_at: datetime
    #: the city's, the first one first; empty where it states none
    languages: tuple[Language, ...] = ()


class ChooseLanguage(Body, frozen=True):
    """``language`` null: the city's again."""

    language: Language | None


class SessionItem(msgspec.Struct, frozen=True):
    id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str
    agent: str
    current: bool


Scope = Literal["read", "ingest", "act"]


class NewToken(Body, frozen=True):
    """``organisation``: whose eyes it has; without it, the room where the caller sits."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    scopes: list[Scope]
    organisation: Annotated[str, Meta(min_length=1, max_length=40)] | None = None


class TokenItem(msgspec.Struct, frozen=True):
    id: str
    name: str
    scopes: list[str]
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    organisation: str = ""


class TokenMade(msgspec.Struct, frozen=True):
    """``token`` is shown this once and kept nowhere."""

    item: TokenItem
    token: str


# the state of the house

StageState = Literal["working", "degraded", "silent", "out of service"]


class StageStatus(msgspec.Struct, frozen=True):
    """``lag``: messages of a stream not yet committed. ``heard_at``: its last word, null if never."""

    name: str
    state: str
    words: str
    position: dict[str, int]
    lag: dict[str, int]
    figures: dict[str, float]
    heard_at: datetime | None


class StreamStatus(msgspec.Struct, frozen=True):
    first: int
    last: int
    messages: int
    bytes: int


class MqttAddress(msgspec.Struct, frozen=True):
    host: str
    port: int


class Act(msgspec.Struct, frozen=True):
    """One step of the demonstration's tour: what happens when, what to press, which screens to look at."""

    at: datetime
    title: str
    words: str
    press: str = ""
    boards: list[str] = []


class Demo(msgspec.Struct, frozen=True):
    seed: int
    title: str
    acts: list[Act]
    started_at: datetime


class LiveFigures(msgspec.Struct, frozen=True):
    """Of the live stream: ``coalesced`` values were replaced by newer ones, ``gaps`` were told to clients."""

    clients: int
    gaps: int
    missed: int
    coalesced: int


class CityPlace(msgspec.Struct, frozen=True):
    lon: float
    lat: float


class EdgeStatus(msgspec.Struct, frozen=True):
    """A box at the edge as the centre knows it: ``silent`` while it is cut off, as it was when last heard.

    ``waiting``: messages that it has and the centre has not, of 1 to 500 readings each; ``oldest``: when the
    oldest of them was made. ``store_share``: how full its space for messages is, 0 to 1.
    """

    id: str
    state: StageState
    words: str
    heard_at: datetime | None = None
    waiting: int = 0
    oldest: str | None = None
    store_share: float = 0.0
    memory_mb: float = 0.0
    version: str = ""
    tools: list[str] = []


class Status(msgspec.Struct, frozen=True):
    realm: str
    version: str
    started_at: datetime
    now: datetime
    state: StageState
    stages: list[StageStatus]
    tools: list[ToolStatus]
    processes: dict[str, int]
    streams: dict[str, StreamStatus]
    mqtt: MqttAddress | None
    demo: Demo | None
    live: LiveFigures
    city: str
    #: IANA name: times on screens are told in it, with UTC beside them
    zone: str
    #: the middle of the city, degrees; null: it states none
    place: CityPlace | None = None
    #: boxes at the edge of the city that may connect
    edges: list[EdgeStatus] = []


# readings


class Reading(msgspec.Struct, frozen=True, rename="camel"):
    """One reading. Every other key is an attribute: a number, text, bool, or ``{"value", "unitCode"}``."""

    id: Annotated[str, Meta(description="local id, or urn:ngsi-ld:<type>:<id>")]
    type: Annotated[str, Meta(description="a Smart Data Models type, e.g. CrowdFlowObserved")]
    observed_at: Moment
    lon: float | None = None
    lat: float | None = None
    name: str | None = None


class Accepted(msgspec.Struct, frozen=True):
    """So many readings are stored on the bus and will take effect."""

    accepted: int


class MappedRows(Body, frozen=True):
    """Rows for a mapping. ``clock``: the file's own time, in a backtest realm."""

    rows: list[msgspec.Raw]
    clock: Moment | None = None


class MappingSaved(msgspec.Struct, frozen=True):
    name: str


# alerts and incidents


class AlertCommand(Body, frozen=True):
    """``version``: refuse (409) if the alert has moved on since. ``until`` is for shelving; ``once``: until
    what raised it ends.
    """

    version: int | None = None
    reason: Annotated[str, Meta(max_length=10_000)] | None = None
    until: Moment | None = None
    once: bool = False


class NewIncident(Body, frozen=True):
    title: Title
    alerts: Annotated[list[Id], Meta(max_length=500)] = []


class AddAlerts(Body, frozen=True):
    alerts: Annotated[list[Id], Meta(min_length=1, max_length=500)]
    version: int | None = None


class Note(Body, frozen=True):
    words: Words
    version: int | None = None


Outcome = Literal["handled", "false alarm", "no action needed", "handed over", "exercise"]


class CloseIncident(Body, frozen=True):
    outcome: Outcome
    words: Annotated[str, Meta(max_length=10_000)] = ""
    version: int | None = None


class ReopenIncident(Body, frozen=True):
    reason: Words
    version: int | None = None


# devices


class NewDevice(Body, frozen=True):
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_~\-]{1,64}$")]
    title: Annotated[str, Meta(max_length=200)] = ""


class DeviceItem(msgspec.Struct, frozen=True):
    id: str
    title: str
    created_at: datetime
    created_by: str
    topic: str


class DeviceMade(msgspec.Struct, frozen=True):
    """``password`` is shown this once and kept nowhere. MQTT 3.1.1."""

    id: str
    user: str
    password: str
    topic: str
    mqtt: MqttAddress | None


# live (server-sent events on /live; ``data`` of each event)


class LiveSnapshot(msgspec.Struct, frozen=True):
    """event: snapshot. All of the present picture; replaces what the client holds."""

    entities: list[EntityState]
    alerts: list[Alert]
    incidents: list[Incident]
    tasks: list[TaskCard]
    requests: list[AccessRequest]
    advice: list[Consultation]
    status: Status
    now: datetime


class LiveChange(msgspec.Struct, frozen=True):
    """event: change. Whole items by id, newest only."""

    entities: list[EntityState]
    alerts: list[Alert]
    incidents: list[Incident]
    tasks: list[TaskCard]
    requests: list[AccessRequest]
    advice: list[Consultation]
    now: datetime
    status: Status | None = None


class LiveGone(msgspec.Struct, frozen=True):
    """event: gone. Ids of what ended, to take off the screen; event: shut: of what was closed to this caller,
    of which nothing may be kept.
    """

    entities: list[str]
    alerts: list[str]
    incidents: list[str]
    tasks: list[str]
    requests: list[str]
    advice: list[str]


class LiveGap(msgspec.Struct, frozen=True):
    """event: gap. So many changes since then were not sent (null: unknown); a snapshot follows."""

    missed: int | None
    since: datetime


class LiveEnded(msgspec.Struct, frozen=True):
    """event: ended. The last one of a caller who is no longer let in, and why; nothing follows."""

    why: Literal["disabled", "session ended", "no role"]
    now: datetime


class LiveBeat(msgspec.Struct, frozen=True):
    """event: beat. At least every second; two seconds without one is a lost stream."""

    now: datetime
