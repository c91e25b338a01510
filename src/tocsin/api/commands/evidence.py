"""Evidence: asking for it and looking at it. Every check stands in the transaction of its effect.

The policy, row by row (relation of the caller's room to the piece; permission or role of the caller):
list, entry, blurred picture: sees, ``see``. Clear picture, clip, document: works, ``act``, with a reason.
Add: works on the alert or incident, ``act``. Share: owns, ``act``. Hold, release, erase: owns, and is a
supervisor or administrator there. Who looked: owns and is a supervisor there, or ``oversee``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from tocsin.alerts import service as alerts
from tocsin.api.commands.consult import consult
from tocsin.api.schemas import Page
from tocsin.api.schemas_evidence import EvidenceList, EvidenceRead
from tocsin.api.services import Services
from tocsin.audit import service as audit
from tocsin.db import Connection
from tocsin.evidence import custody, service
from tocsin.evidence.exhibit import Exhibit
from tocsin.evidence.intake import Intake
from tocsin.evidence.stream import Part
from tocsin.evidence.vault import Kept
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Relation, Subject
from tocsin.incidents import service as incidents
from tocsin.kernel.errors import Forbidden, NotFound, Unavailable

KIND = "evidence"
BLURRED, CLEAR = "evidence.view", "evidence.read"
#: who may end or keep a piece of evidence, in the room that owns it
KEEPERS = frozenset({"supervisor", "administrator"})
_MOST_READS = 200


def intake_of(ask: Services) -> Intake:
    """Raises ``Unavailable`` where none is kept."""
    if ask.evidence is None:
        raise Unavailable("this installation keeps no evidence", cure="ask who runs it")
    return ask.evidence


# --- asking ----------------------------------------------------------------------------------------------


async def of_alert(ask: Services, caller: Subject, alert: str) -> EvidenceList:
    policy.require(caller, Permission.SEE)

    def look(conn: Connection) -> EvidenceList:
        policy.require_reach(caller.seat, alerts.get(conn, alert).sharing, Relation.SEES, alert)
        return _seen(caller, service.of(conn, [alert], []))

    return await ask.ops.read(look)


async def of_incident(ask: Services, caller: Subject, incident: str) -> EvidenceList:
    """Its own, that of its alerts, and what came with the incidents that were merged into it."""
    policy.require(caller, Permission.SEE)

    def look(conn: Connection) -> EvidenceList:
        found = incidents.get(conn, incident)
        policy.require_reach(caller.seat, found.sharing, Relation.SEES, incident)
        whole, ahead = {found.id}, list(found.merged)
        while ahead:
            if (one := ahead.pop()) not in whole:
                whole.add(one)
                ahead += incidents.get(conn, one).merged
        return _seen(caller, service.of(conn, found.alerts, sorted(whole)))

    return await ask.ops.read(look)


async def get(ask: Services, caller: Subject, exhibit: str) -> Exhibit:
    policy.require(caller, Permission.SEE)
    return await ask.ops.read(lambda conn: reached(service.get(conn, exhibit), caller, Relation.SEES))


async def reads(ask: Services, caller: Subject, exhibit: str) -> Page[EvidenceRead]:
    """Who looked, newest first. Looking at that is itself recorded."""

    def look(conn: Connection) -> Page[EvidenceRead]:
        found = service.get(conn, exhibit)
        if Permission.OVERSEE not in caller.permissions:
            require_keeper(caller, found, roles=frozenset({"supervisor"}))
        rows = [
            one
            for action in (BLURRED, CLEAR)
            for one in audit.find(
                conn, action=action, object_kind=KIND, object_id=exhibit, limit=_MOST_READS
            )[0]
        ]
        rows.sort(key=lambda one: one.seq, reverse=True)
        # who was refused saw nothing: that stands in the record, with the refusals
        looks = [one.entry for one in rows if one.entry.outcome == "done"][:_MOST_READS]
        return Page(
            [
                EvidenceRead(e.at, e.person, e.organisation, e.action == CLEAR, e.purpose, e.reason)
                for e in looks
            ]
        )

    return await consult(
        ask,
        caller,
        Permission.SEE,
        look,
        action="evidence.reads",
        kind=KIND,
        object_id=exhibit,
        purpose="oversight",
        reason="",
    )


# --- looking ---------------------------------------------------------------------------------------------


async def blurred(ask: Services, caller: Subject, exhibit: str) -> tuple[Exhibit, Iterator[bytes]]:
    """The blurred likeness of a picture. Recorded, without asking why."""
    found, kept = await consult(
        ask,
        caller,
        Permission.SEE,
        lambda conn: _picture(_where(conn, exhibit, caller, Relation.SEES)),
        action=BLURRED,
        kind=KIND,
        object_id=exhibit,
        purpose="blurred likeness",
        reason="",
    )
    return found, await _read(ask, kept, "blurred")


async def clear(
    ask: Services, caller: Subject, exhibit: str, *, purpose: str, reason: str, picture: bool
) -> tuple[Exhibit, Iterator[bytes]]:
    """The thing itself, once it is recorded who looks at it and why."""

    def look(conn: Connection) -> tuple[Exhibit, Kept]:
        found = _where(conn, exhibit, caller, Relation.WORKS)
        return _picture(found) if picture else found

    found, kept = await consult(
        ask,
        caller,
        Permission.ACT,
        look,
        action=CLEAR,
        kind=KIND,
        object_id=exhibit,
        purpose=purpose,
        reason=custody.said(reason, act="look"),
    )
    return found, await _read(ask, kept, "clear")


async def _read(ask: Services, kept: Kept, part: Part) -> Iterator[bytes]:
    return await asyncio.to_thread(intake_of(ask).vault.read, kept, part)


# --- who may ---------------------------------------------------------------------------------------------


def _seen(caller: Subject, found: list[Exhibit]) -> EvidenceList:
    items = [one for one in found if policy.relation(caller.seat, one.sharing) >= Relation.SEES]
    return EvidenceList(items, len(found) - len(items))


def reached(exhibit: Exhibit, caller: Subject, needs: Relation) -> Exhibit:
    policy.require_reach(caller.seat, exhibit.sharing, needs, exhibit.id)
    return exhibit


def _where(conn: Connection, exhibit: str, caller: Subject, needs: Relation) -> tuple[Exhibit, Kept]:
    reached(service.get(conn, exhibit), caller, needs)
    return service.where(conn, exhibit)


def _picture(found: tuple[Exhibit, Kept]) -> tuple[Exhibit, Kept]:
    if found[0].kind != "picture":
        raise NotFound(
            f"{found[0].id} is no picture", field="id", value=found[0].id, cure="open it with a reason"
        )
    return found


def require_keeper(caller: Subject, exhibit: Exhibit, roles: frozenset[str] = KEEPERS) -> None:
    reached(exhibit, caller, Relation.OWNS)
    if roles.isdisjoint(caller.roles):
        raise Forbidden(
            f"{caller.name} may not do this",
            field="role",
            value=", ".join(caller.roles),
            cure=f"ask a {' or '.join(sorted(roles))} of {exhibit.sharing.room or 'your room'}",
        )
