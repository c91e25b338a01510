"""What a phone in the field says and hears, and what a control room says of tasks there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from tocsin.api.schemas import Body
from tocsin.incidents.field.answers import Act
from tocsin.kernel.decisions import Mark, TaskItem, TaskRole, TaskState
from tocsin.kernel.events import Place, Severity

#: one for each answer, made on the phone; the same key again is the same answer
Key = Annotated[str, Meta(pattern="^[A-Za-z0-9-]{16,64}$")]
#: with its zone: a phone's own time of day says nothing to a control room
Moment = Annotated[datetime, Meta(tz=True)]


class FieldConsent(msgspec.Struct, frozen=True):
    """The control room ``room`` may see where the caller is while on this task, until ``until`` at most."""

    room: str
    given_at: datetime
    until: datetime


class FieldTask(msgspec.Struct, frozen=True):
    """One task of the caller's: all that a phone is told of its incident.

    ``place``: the task's, else the incident's. ``answers``: to its ``question``, where it ends with a
    decision. ``picture``: the one that goes along, shown blurred. ``by_name``: sent to the caller alone.
    ``room``: title of the control room whose task it is, to which consent would be given.
    """

    incident: str
    task: str
    severity: Severity
    title: str
    words: str
    role: TaskRole
    state: TaskState
    checklist: tuple[TaskItem, ...]
    question: str | None
    answers: tuple[str, ...]
    place: Place | None
    due_at: datetime | None
    started: Mark | None
    cannot: Mark | None
    picture: str | None
    by_name: bool
    room: str
    consent: FieldConsent | None


class FieldTasks(msgspec.Struct, frozen=True):
    """The caller's tasks, gravest first, then by when they are due; ``zone``: the city's clock.

    ``organisation``, ``title``: where the caller sits.
    """

    items: list[FieldTask]
    person: str
    organisation: str
    title: str
    realm: str
    city: str
    zone: str
    now: datetime


class AnswerFieldTask(Body, frozen=True):
    """``said_at``: when it was pressed, by the phone's clock. ``item``: line of the checklist, from 0."""

    key: Key
    act: Act
    said_at: Moment
    reason: Annotated[str, Meta(max_length=2000)] | None = None
    item: Annotated[int, Meta(ge=0, le=1000)] | None = None
    answer: Annotated[str, Meta(max_length=200)] | None = None


class FieldAnswer(msgspec.Struct, frozen=True):
    """``changed`` false: it stood so already. ``task``: as it now is; None where it has left the phone."""

    changed: bool
    task: FieldTask | None


class SendPosition(Body, frozen=True):
    """WGS 84 degrees; ``accuracy_m``: radius of 68 % as the phone states it."""

    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-90, le=90)]
    accuracy_m: Annotated[float, Meta(ge=0, le=100_000)]


class SendTask(Body, frozen=True):
    """``to``: one person by name, or none: all who hold its role. ``picture``: evidence of the incident."""

    to: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    place: Place | None = None
    picture: Annotated[str, Meta(max_length=64)] | None = None
    version: int | None = None


class Responder(msgspec.Struct, frozen=True):
    """Somebody of the caller's room to whom a task can be sent."""

    name: str
    roles: tuple[str, ...]


class FieldPosition(msgspec.Struct, frozen=True):
    """Somebody on a task who consented. ``lon`` None: nothing has come yet. ``at``: received."""

    task: str
    person: str
    since: datetime
    until: datetime
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    at: datetime | None = None
