"""Asking for what exists and is closed to one's room, and answering."""

from __future__ import annotations

from datetime import datetime

from tocsin.alerts import service as alerts
from tocsin.api.commands.reach import require_reach, room_of, task_of
from tocsin.api.commands.unit import decide
from tocsin.api.cursor import pack, unpack
from tocsin.api.schemas import Page
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity import access, policy, sharing
from tocsin.identity.policy import Permission, Relation, Seat, Subject
from tocsin.identity.repository import is_partner, standing_ids
from tocsin.incidents import service as incidents
from tocsin.incidents import sharing as incident_sharing
from tocsin.incidents.seen import sharing_of
from tocsin.kernel.access import AccessKind, AccessRequest
from tocsin.kernel.errors import Conflict
from tocsin.kernel.sharing import Sharing


async def request(ask: Services, caller: Subject, kind: AccessKind, thing: str, reason: str) -> AccessRequest:
    """Raises ``NotFound``, ``Invalid``, ``Conflict`` where the caller's room works on it already."""
    here = room_of(caller)

    def command(conn: Connection, by: str, at: datetime) -> AccessRequest:
        owner, now = _shared(conn, kind, thing)
        if policy.relation(caller.seat, now) >= Relation.WORKS:
            raise Conflict(f"{thing} is open to your room", field="id", value=thing, cure="look at it")
        return access.ask(conn, kind, thing, owner=owner, room=here, by=by, at=at, reason=reason)

    return await decide(
        ask,
        caller,
        command,
        action="access.request",
        kind="request",
        reason=reason,
        detail={"object": thing},
        permission=Permission.SEE,
    )


async def find(
    ask: Services, caller: Subject, *, state: str, limit: int, after: str | None
) -> Page[AccessRequest]:
    """To the caller's room, and by it, newest first."""
    below = unpack(after, int)[0] if after else None
    items, following = await ask.ops.read(
        lambda conn: access.find(conn, room_of(caller), state=state, limit=limit, below=below)
    )
    return Page(list(items), None if following is None else pack(following))


async def answer(
    ask: Services, caller: Subject, request_id: str, granted: bool, reason: str
) -> AccessRequest:
    """Granted: the room that asked works on the thing from now on. Raises ``Forbidden``, ``Conflict``."""

    def command(conn: Connection, by: str, at: datetime) -> AccessRequest:
        asked = access.get(conn, request_id)
        require_reach(conn, caller, asked.kind, asked.object, Relation.OWNS)
        decided = access.decide(conn, asked, granted, by, at, reason)
        if granted:
            _open(conn, asked, by, at)
        return decided

    return await decide(
        ask,
        caller,
        command,
        action="access.grant" if granted else "access.refuse",
        kind="request",
        reason=reason or None,
    )


def _shared(conn: Connection, kind: AccessKind, thing: str) -> tuple[str, Sharing]:
    """Who decides about it, and how it is shared."""
    if kind == "alert":
        found = alerts.get(conn, thing).sharing
        return found.room, found
    incident, _, task = thing.partition("/")
    held = incidents.get(conn, incident)
    return held.sharing.room, sharing_of(held, task_of(held, task)) if kind == "task" else held.sharing


def _open(conn: Connection, asked: AccessRequest, by: str, at: datetime) -> None:
    """A task is seen within its incident: whoever gets the one gets to see the other."""
    standing, why = standing_ids(conn), f"{asked.id}, asked by {asked.by}: {asked.reason}"

    def named(before: Sharing) -> Sharing:
        return sharing.name(before, asked.room, standing)

    if asked.kind == "alert":
        alerts.reshare(conn, asked.object, None, "shared", named, by, at, why)
        return
    incident, _, task = asked.object.partition("/")
    seat = Seat(asked.room, is_partner(conn, asked.room))
    held = incidents.get(conn, incident)
    if asked.kind == "incident" or not policy.relation(seat, held.sharing):
        held = incident_sharing.reshare(conn, incident, None, "shared", named, why, by, at)
    if asked.kind == "task":
        after = named(sharing_of(held, task_of(held, task)))
        incident_sharing.share_task(conn, incident, None, task, after, why, by, at)
