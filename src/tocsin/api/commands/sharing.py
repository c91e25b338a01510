"""Opening alerts, incidents and tasks to other rooms, and handing them over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from tocsin.alerts import service as alerts
from tocsin.api.commands.reach import room_of, task_of
from tocsin.api.commands.unit import decide
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.evidence import service as evidence
from tocsin.identity import policy, sharing
from tocsin.identity.policy import Relation, Subject
from tocsin.identity.repository import standing_ids
from tocsin.incidents import service as incidents
from tocsin.incidents import sharing as incident_sharing
from tocsin.incidents.seen import seen_by
from tocsin.kernel.decisions import Alert, Incident, sharing_of
from tocsin.kernel.errors import Conflict
from tocsin.kernel.sharing import Sharing

Kind = Literal["alert", "incident"]
Act = Literal["shared", "offered", "taken", "declined"]
#: (the sharing before, ids of standing organisations, now) to the sharing after
Change = Callable[[Sharing, frozenset[str], datetime], Sharing]


def share(caller: Subject, level: str, rooms: Sequence[str]) -> Change:
    here = room_of(caller)
    return lambda before, standing, _: sharing.share(before, here, level, rooms, standing)


def offer(caller: Subject, to: str, reason: str) -> Change:
    """It stays this room's until the other takes it."""
    return lambda before, standing, at: sharing.offer(before, to, reason, caller.name, at, standing)


def take(caller: Subject) -> Change:
    """What was offered to this room, or what nobody owns."""
    return lambda before, _, __: sharing.take(before, room_of(caller))


def decline(caller: Subject) -> Change:
    """The room that was asked says no, or the owner takes the offer back."""

    def change(before: Sharing, _standing: frozenset[str], _at: datetime) -> Sharing:
        after = sharing.decline(before)
        to = before.offer.to if before.offer else ""
        if policy.relation(caller.seat, before) is not Relation.OWNS and to != room_of(caller):
            raise Conflict("it was offered to another room", field="to", value=to, cure="leave it to them")
        return after

    return change


async def reshare(
    ask: Services,
    caller: Subject,
    kind: Kind,
    thing: str,
    act: Act,
    change: Change,
    reason: str,
    version: int | None,
) -> Alert | Incident:
    """Raises what ``change`` raises, ``NotFound``, ``Forbidden``, ``Conflict``."""

    def command(conn: Connection, by: str, at: datetime) -> Alert | Incident:
        standing = standing_ids(conn)

        giver = ""

        def changed(before: Sharing) -> Sharing:
            nonlocal giver
            giver = before.room
            return change(before, standing, at)

        after: Alert | Incident
        if kind == "alert":
            after = alerts.reshare(conn, thing, version, act, changed, by, at, reason)
        else:
            whole = incident_sharing.reshare(conn, thing, version, act, changed, reason, by, at)
            after = seen_by(caller.seat, whole)
        if act == "taken" and giver:
            evidence.follow(conn, thing, giver, lambda own: sharing.pass_on(own, room_of(caller)), by, at)
        return after

    return await decide(
        ask,
        caller,
        command,
        action=f"{kind}.{act}",
        kind=kind,
        object_id=thing,
        # who may look may take what is offered or free, and decline: the change itself says whose it is
        needs=Relation.OWNS if act in ("shared", "offered") else Relation.SEES,
        reason=reason or None,
    )


async def share_task(
    ask: Services,
    caller: Subject,
    incident: str,
    task: str,
    level: str | None,
    rooms: Sequence[str],
    reason: str,
    version: int | None,
) -> Incident:
    """``level`` None: as the incident again. A task is never open to more rooms than its incident."""

    def command(conn: Connection, by: str, at: datetime) -> Incident:
        before, after = incidents.get(conn, incident), None
        now = sharing_of(before, task_of(before, task))
        if level is not None:
            after = sharing.share(now, room_of(caller), level, rooms, standing_ids(conn))
        return incident_sharing.share_task(conn, incident, version, task, after, reason, by, at)

    shared = await decide(
        ask,
        caller,
        command,
        action="task.shared",
        kind="incident",
        object_id=incident,
        needs=Relation.OWNS,
        reason=reason,
        detail={"task": task, "level": level or "as the incident", "rooms": " ".join(rooms)},
    )
    return seen_by(caller.seat, shared)
