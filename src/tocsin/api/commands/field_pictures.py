"""Pictures in the field: the one that goes along with a task, and those that a responder takes there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

from tocsin.api.commands.consult import consult
from tocsin.api.commands.evidence import BLURRED, KIND, intake_of
from tocsin.api.commands.field import require_shown
from tocsin.api.commands.unit import decide
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.evidence import repository as kept_evidence
from tocsin.evidence import service as evidence
from tocsin.evidence.exhibit import Exhibit
from tocsin.evidence.vault import Kept
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Relation, Subject
from tocsin.incidents import service as incidents
from tocsin.incidents.field import repository, service
from tocsin.incidents.field.mine import require_mine
from tocsin.incidents.machine import step
from tocsin.kernel.decisions import Incident, Task, sharing_of
from tocsin.kernel.errors import Conflict, Invalid


async def shown(ask: Services, caller: Subject, incident: str, task: str) -> tuple[Exhibit, Iterator[bytes]]:
    """The blurred likeness of the picture that was sent with the caller's task. Recorded.

    Raises ``NotFound``, and ``Forbidden`` also where the picture is no longer open to the caller's room.
    """

    def which(conn: Connection) -> str:
        mine = require_mine(caller, incidents.get(conn, incident), task)
        return require_shown(mine.sent.picture if mine.sent else None, mine.title)

    picture = await ask.ops.read(which)

    def look(conn: Connection) -> tuple[Exhibit, Kept]:
        """Asked again in the transaction of the record: another may go along by now."""
        found = evidence.get(conn, picture)
        policy.require_reach(caller.seat, found.sharing, Relation.SEES, picture)
        if which(conn) != picture:
            raise Conflict("another picture goes with it now", field="task", value=task, cure="look again")
        return evidence.where(conn, picture)

    found, kept = await consult(
        ask,
        caller,
        Permission.SELF,
        look,
        action=BLURRED,
        kind=KIND,
        object_id=picture,
        purpose="blurred likeness, sent with a task",
        reason="",
    )
    return found, await asyncio.to_thread(intake_of(ask).vault.read, kept, "blurred")


async def add(
    ask: Services,
    caller: Subject,
    body: AsyncIterator[bytes],
    incident: str,
    task: str,
    *,
    key: str,
    stated: int | None,
    name: str,
    taken_at: datetime | None,
) -> Exhibit:
    """A picture from the place, kept as evidence of the task's incident, blurred as all of it is.

    Also of a task that has ended meanwhile: what was seen was seen. The same key again answers what the first
    made, before a byte is read.
    """
    policy.require(caller, Permission.SELF)
    intake = intake_of(ask)
    digest = service.digest_of(incident, task, b"picture")

    def mine(conn: Connection) -> tuple[Incident, Task]:
        found = incidents.get(conn, incident)
        return found, require_mine(caller, found, task)

    def before(conn: Connection) -> tuple[Exhibit | None, int]:
        mine(conn)
        made = service.repeated(conn, caller, key, digest)
        return (evidence.get(conn, made) if made else None), kept_evidence.stored_bytes(conn)

    known, used = await ask.ops.read(before)
    if known is not None:
        return known
    async with intake.receive(body, stated=stated, used=used) as received:
        if received.sort.kind != "picture":
            raise Invalid(
                "this is no picture; nothing of it was kept", field="body", cure="send a photograph"
            )

        def enter(conn: Connection, by: str, at: datetime) -> Exhibit:
            found, of_task = mine(conn)
            if service.repeated(conn, caller, key, digest) is not None:
                raise Conflict("this picture has come already", field="key", value=key, cure="nothing to do")
            made = evidence.add(
                conn,
                received,
                name=name,
                alert=None,
                incident=incident,
                place=of_task.place or found.place,
                taken_at=taken_at,
                # a task may be closed to rooms that see its incident; what is seen on it, too
                sharing=sharing_of(found, of_task),
                room=caller.seat.organisation,
                retention="incident",
                by=by,
                program=False,
                at=at,
            )
            words = f"{made.id} added from the field: picture"
            incidents.revise(conn, incident, None, lambda i: step(i, "noted", by, at, words, [of_task.id]))
            repository.remember(conn, caller.name, key, digest, made.id, at)
            return made

        return await decide(
            ask,
            caller,
            enter,
            action="evidence.add",
            kind=KIND,
            detail={"on": f"{incident}/{task}", "media": received.sort.media, "digest": received.sha256},
            permission=Permission.SELF,
        )
