"""Advice on its way, asked, surroundings, progress, answered; and what people see of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from tocsin.kernel.decisions import Mark
from tocsin.kernel.events import Advice, Observation, Place, Severity, Value

#: consultations travel on ``incident.advice.<id>``, beside ``incident.<id>`` of the incidents themselves
CONSULTATION_SUBJECT = "incident.advice."

Request = dict[str, Any]


class NearbyAlert(msgspec.Struct, frozen=True):
    """An alert as an advisor sees it: where and what, not who decided about it."""

    id: str
    kind: str
    category: str
    severity: Severity
    place: Place
    onset: datetime
    active: bool
    entities: tuple[str, ...] = ()


class Surroundings(msgspec.Struct, frozen=True):
    """The city as it is told to an advisor; ``spaces``: documents of ``sdk.spaces`` by id, with versions.

    ``entities``: one observation each, with the newest known value of every attribute.
    """

    now: datetime
    entities: tuple[Observation, ...] = ()
    alerts: tuple[NearbyAlert, ...] = ()
    spaces: dict[str, Any] = {}
    versions: dict[str, int] = {}


class SurroundingsAsked(msgspec.Struct, frozen=True):
    """``types``: of entities that the tool may read. ``organisation``: who wants to know; alerts that are
    closed to it are left out. With ``incident``: its alerts, and those open to all, for all who see the
    incident see the answer.
    """

    tool: str
    request: Request
    types: tuple[str, ...]
    organisation: str = ""
    incident: str | None = None


class ThreatsAsked(msgspec.Struct, frozen=True):
    """On ``ask.threats``; answered by a list of them as a request has them (the guide of the advisor)."""

    incident: str
    tool: str
    request: Request


class AdviceAsked(msgspec.Struct, frozen=True):
    """On ``advice.requested.<id>``. ``withdrawn``: nobody waits for it any more."""

    id: str
    tool: str
    request: Request
    incident: str
    at: datetime
    withdrawn: bool = False


class WhatIf(msgspec.Struct, frozen=True):
    """Asked on ``ask.advice``, answered by ``AdviceAnswered``, kept by nobody."""

    tool: str
    request: Request
    organisation: str


class Footing(msgspec.Struct, frozen=True):
    """Something that an answer stood on: a value that was read, an alert, the version of a space.

    ``kind``: entity, alert or space; ``id``: its id; ``name``: of the attribute, where it is an entity.
    """

    kind: Literal["entity", "alert", "space"]
    id: str
    value: Value
    name: str = ""


class AdviceAnswered(msgspec.Struct, frozen=True):
    """On ``advice.given.<id>``: exactly one for each that was asked. ``trouble``: why there is no advice."""

    id: str
    advice: Advice | None = None
    trouble: str | None = None
    withdrawn: bool = False
    footing: tuple[Footing, ...] = ()
    took_s: float = 0.0


class AdviceProgress(msgspec.Struct, frozen=True):
    """On ``advising.<id>``, ephemeral: how far it is, 0 to 1, in words."""

    id: str
    share: float
    words: str


class SavedPlan(msgspec.Struct, frozen=True):
    """A what-if that was worth keeping: what was asked, and what it came to then."""

    id: str
    name: str
    room: str
    tool: str
    request: Request
    gist: Gist
    by: str
    at: datetime
    space: str | None = None
    space_version: int | None = None


class Gist(msgspec.Struct, frozen=True):
    """An advice without its plan: what a list shows. ``complete``: False where its time ran out."""

    words: str
    bounds: dict[str, float]
    assumptions: tuple[str, ...]
    valid_until: datetime
    complete: bool
    tool_version: str
    took_s: float


ConsultationState = Literal["asked", "given", "failed", "withdrawn"]
#: ``proposed`` until a person accepts or declines it; ``superseded`` by one that was accepted later
Standing = Literal["none", "proposed", "accepted", "declined", "superseded"]
Why = Literal["person", "procedure", "rule", "change"]


class Consultation(msgspec.Struct, frozen=True):
    """An advisor is asked in an incident; ``id`` counts up (``AD-0001``).

    ``why`` it was asked, ``reason`` in words (the rule, the step, what has changed). ``beside``: the plan in
    force that this one is proposed beside; ``differences`` from it in words. ``share`` and ``progress``: how
    far it is, while it is asked. ``filled``: fields of the request that nobody wrote; asked anew, they are
    found anew.
    """

    id: str
    version: int
    incident: str
    tool: str
    request: Request
    why: Why
    reason: str
    state: ConsultationState
    standing: Standing
    asked_by: str
    asked_at: datetime
    updated_at: datetime
    space: str | None = None
    task: str | None = None
    beside: str | None = None
    differences: tuple[str, ...] = ()
    gist: Gist | None = None
    trouble: str | None = None
    decided: Mark | None = None
    share: float = 0.0
    progress: str = ""
    filled: tuple[str, ...] = ()


ConsultationAct = Literal["asked", "given", "failed", "withdrawn", "accepted", "declined", "superseded"]


class ConsultationEvent(msgspec.Struct, frozen=True):
    """One step of a consultation; ``consultation`` is how it stood after."""

    act: ConsultationAct
    by: str
    at: datetime
    consultation: Consultation
