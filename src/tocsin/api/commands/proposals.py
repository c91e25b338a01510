"""Proposals of correlation: asking, accepting (one transaction over alerts and incidents), declining."""

from __future__ import annotations

from datetime import datetime

from tocsin.alerts import service as alerts
from tocsin.api.commands.reach import open_proposal, proposal_is_open, room_of
from tocsin.api.commands.unit import decide
from tocsin.api.cursor import pack, unpack
from tocsin.api.schemas import Page
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity.policy import Subject
from tocsin.incidents import service as incidents
from tocsin.incidents.correlation import service
from tocsin.kernel.proposals import Proposal, ProposalEvent


async def find(
    ask: Services, caller: Subject, *, state: str, limit: int, after: str | None
) -> Page[Proposal]:
    mark = unpack(after, str)[0] if after else None

    def read(conn: Connection) -> tuple[list[Proposal], str | None]:
        items, following = service.find(conn, state=state, limit=limit, after=mark)
        return [p for p in items if proposal_is_open(conn, caller, p)], following

    items, following = await ask.ops.read(read)
    return Page(items, pack(following) if following else None)


async def get(ask: Services, caller: Subject, proposal: str) -> Proposal:
    return await ask.ops.read(lambda conn: open_proposal(conn, caller, proposal))


async def events(ask: Services, caller: Subject, proposal: str) -> Page[ProposalEvent]:
    """Those steps whose alerts are all open to the caller's room: an earlier one may have held others."""

    def read(conn: Connection) -> list[ProposalEvent]:
        open_proposal(conn, caller, proposal)
        steps = service.events(conn, proposal)
        return [step for step in steps if proposal_is_open(conn, caller, step.proposal)]

    return Page(await ask.ops.read(read))


async def accept(
    ask: Services, caller: Subject, proposal: str, version: int | None, title: str | None = None
) -> Proposal:
    """The alerts join, and the incident's log says by which proposal and rule."""

    def command(conn: Connection, by: str, at: datetime) -> Proposal:
        taken = service.take(conn, proposal, version)
        members = [alerts.get(conn, alert) for alert in taken.alerts]
        service.still_open(members)
        if taken.incident is None:
            incident = incidents.open_(conn, title or taken.title, members, by, at, room_of(caller)).id
        else:
            incident = incidents.add_alerts(conn, taken.incident, members, by, at).id
        for alert in taken.alerts:
            alerts.join(conn, alert, incident, by, at)
        # the reasons, which tell of the alerts, stay in the proposal: the incident may be open to more rooms
        incidents.note(
            conn, incident, f"{taken.id} accepted, rule {taken.rule.id}: {taken.rule.words}", by, at
        )
        return service.accepted(conn, taken, incident, by, at)

    return await decide(ask, caller, command, action="proposal.accept", kind="proposal", object_id=proposal)


async def decline(
    ask: Services, caller: Subject, proposal: str, reason: str, version: int | None
) -> Proposal:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: service.decline(conn, proposal, reason, by, at, version),
        action="proposal.decline",
        kind="proposal",
        object_id=proposal,
        reason=reason,
    )
