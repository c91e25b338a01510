"""Asking advisors, what they answered, deciding on it; what-ifs, and plans that are kept for the day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tocsin.api.commands.reach import open_advice, open_incident, room_of
from tocsin.api.commands.unit import decide
from tocsin.api.schemas import Page
from tocsin.api.schemas_advice import OfferedPlan, PlanWhole
from tocsin.api.services import Services
from tocsin.bus.codec import decode, encode
from tocsin.db import Connection
from tocsin.identity.policy import Permission, Relation, Subject
from tocsin.incidents import service as incidents
from tocsin.incidents.advice import repository, service
from tocsin.incidents.advice.machine import Ask, gist_of
from tocsin.incidents.seen import task_relation
from tocsin.kernel.advice import (
    AdviceAnswered,
    Consultation,
    ConsultationEvent,
    Request,
    SavedPlan,
    ThreatsAsked,
    WhatIf,
)
from tocsin.kernel.errors import NotFound, Unavailable
from tocsin.kernel.events import Advice
from tocsin.kernel.geo import Point
from tocsin.kernel.ids import random_id
from tocsin.kernel.subjects import THREATS, WHAT_IF
from tocsin.spaces import service as spaces

#: an advisor's own time is shorter; its process may have to start first
_WHAT_IF_S = 90.0
#: a saved plan is offered within so many metres of its space
OFFER_M = 300.0


async def ask_advisor(
    ask: Services, caller: Subject, incident: str, tool: str, request: Request, reason: str, key: str | None
) -> Consultation:
    """A person asks. The same key once more answers what was asked then.

    A request that says nothing of threats has those that the alerts of the incident mean.
    """
    await ask.ops.read(lambda conn: open_incident(conn, caller, incident))
    named = request.get("space")
    wanted = Ask(
        key=f"person:{key or random_id()}",
        tool=tool,
        request=request,
        why="person",
        reason=reason or f"{caller.name} asks",
        space=named if isinstance(named, str) else None,
    )

    if wanted.open_to_threats:
        wanted = wanted.filled_with(await _threats(ask, ThreatsAsked(incident, tool, request)))

    def command(conn: Connection, by: str, at: datetime) -> Consultation:
        again = repository.by_key(conn, incident, wanted.key)
        return again or service.ask(conn, incident, wanted, by, at)

    return await decide(
        ask,
        caller,
        command,
        action="advice.ask",
        kind="incident",
        object_id=incident,
        detail={"tool": tool, "space": wanted.space or ""},
    )


async def _threats(ask: Services, asked: ThreatsAsked) -> list[dict[str, Any]]:
    """None where it names a space that is not known: the advisor says so in its own words."""
    try:
        return decode(await ask.bus.ask(THREATS.subject, encode(asked)), list[dict[str, Any]])
    except NotFound:
        return []


async def of_incident(ask: Services, caller: Subject, incident: str) -> Page[Consultation]:
    """Newest first; without those of tasks that are closed to the caller's room."""

    def read(conn: Connection) -> list[Consultation]:
        open_incident(conn, caller, incident)
        whole = incidents.get(conn, incident)
        shut = {t.id for t in whole.tasks if task_relation(caller.seat, whole, t) is Relation.NONE}
        return [c for c in service.of_incident(conn, incident) if c.task not in shut]

    return Page(await ask.ops.read(read))


async def get(ask: Services, caller: Subject, consultation: str) -> Consultation:
    return await ask.ops.read(lambda conn: open_advice(conn, caller, consultation))


async def answer(ask: Services, caller: Subject, consultation: str) -> Advice:
    def read(conn: Connection) -> Advice:
        open_advice(conn, caller, consultation)
        return service.answer(conn, consultation)

    return await ask.ops.read(read)


async def events(ask: Services, caller: Subject, consultation: str) -> Page[ConsultationEvent]:
    def read(conn: Connection) -> list[ConsultationEvent]:
        open_advice(conn, caller, consultation)
        return service.events(conn, consultation)

    return Page(await ask.ops.read(read))


async def accept(
    ask: Services, caller: Subject, consultation: str, reason: str | None, version: int | None
) -> Consultation:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: service.accept(conn, consultation, reason, by, at, version),
        action="advice.accept",
        kind="advice",
        object_id=consultation,
        reason=reason,
    )


async def decline(
    ask: Services, caller: Subject, consultation: str, reason: str, version: int | None
) -> Consultation:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: service.decline(conn, consultation, reason, by, at, version),
        action="advice.decline",
        kind="advice",
        object_id=consultation,
        reason=reason,
    )


async def withdraw(ask: Services, caller: Subject, consultation: str, version: int | None) -> Consultation:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: service.withdraw(conn, consultation, by, at, version),
        action="advice.withdraw",
        kind="advice",
        object_id=consultation,
    )


async def what_if(ask: Services, caller: Subject, tool: str, request: Request) -> Advice:
    return (await _wonder(ask, caller, tool, request)).advice


class _Wondered(msgspec.Struct, frozen=True):
    advice: Advice
    took_s: float


async def _wonder(ask: Services, caller: Subject, tool: str, request: Request) -> _Wondered:
    """Raises what the advisor refuses with, ``AdvisorFailed``, ``Unavailable``."""
    asked = WhatIf(tool, request, room_of(caller))
    told = decode(await ask.bus.ask(WHAT_IF.subject, encode(asked), timeout_s=_WHAT_IF_S), AdviceAnswered)
    if told.advice is None:
        raise Unavailable("the advisor was stopped", cure="ask again")
    return _Wondered(told.advice, told.took_s)


async def save_plan(ask: Services, caller: Subject, name: str, tool: str, request: Request) -> PlanWhole:
    found = await _wonder(ask, caller, tool, request)
    named = request.get("space")

    def command(conn: Connection, by: str, at: datetime) -> SavedPlan:
        space = named if isinstance(named, str) else None
        plan = SavedPlan(
            id=random_id(),
            name=name,
            room=room_of(caller),
            tool=tool,
            request=request,
            gist=gist_of(found.advice, found.took_s),
            by=by,
            at=at,
            space=space,
            space_version=spaces.get(conn, space).version if space else None,
        )
        repository.save_plan(conn, plan, found.advice)
        return plan

    saved = await decide(
        ask,
        caller,
        command,
        action="plan.save",
        kind="plan",
        detail={"tool": tool, "name": name},
        permission=Permission.PLAN,
    )
    return PlanWhole(saved, found.advice)


async def plans(
    ask: Services, caller: Subject, *, space: str | None, incident: str | None, near: Point | None
) -> Page[OfferedPlan]:
    """All, newest first; of one space; or those whose space is near an incident or a place, nearest first."""

    def read(conn: Connection) -> list[OfferedPlan]:
        place = near
        if incident is not None:
            found = open_incident(conn, caller, incident)
            if found.place is None:
                return []
            place = Point(found.place.lon, found.place.lat)
        if place is None:
            kept = repository.plans(conn, None if space is None else [space])
            return [OfferedPlan(plan) for plan in kept]
        away = {card.id: m for m, card in spaces.near(conn, place, OFFER_M)}
        kept = [p for p in repository.plans(conn, list(away)) if space is None or p.space == space]
        offered = [OfferedPlan(plan, away[plan.space]) for plan in kept if plan.space]
        return sorted(offered, key=lambda one: one.away_m or 0.0)

    return Page(await ask.ops.read(read))


async def plan(ask: Services, name: str) -> PlanWhole:
    saved, advice = await ask.ops.read(lambda conn: repository.plan(conn, name))
    return PlanWhole(saved, advice)


async def drop_plan(ask: Services, caller: Subject, name: str) -> None:
    await decide(
        ask,
        caller,
        lambda conn, _by, _at: repository.drop_plan(conn, name),
        action="plan.drop",
        kind="plan",
        object_id=name,
        permission=Permission.PLAN,
    )
