"""Warnings to the public: asking for them, composing, deciding. Every check stands in its transaction.

The policy, row by row: list, read, preview: sees, ``see``. Compose, change, submit, take back, withdraw,
update, cancel: works on it, ``act``, a person. Approve, refuse: of the owning room, a decision maker or
supervisor there at this moment, not an author, the one asked if one was. What the public has, everybody sees.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.alerts import service as alerts
from tocsin.api.commands.reach import open_incident, room_of
from tocsin.api.commands.unit import decide
from tocsin.api.cursor import pack, unpack
from tocsin.api.schemas import Page
from tocsin.api.schemas_warnings import InForce, WarningCheck, WarningDesk, WarningTemplate
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.policy import Relation, Subject
from tocsin.identity.repository import memberships_in, partners, person, roles_in
from tocsin.incidents import service as incidents
from tocsin.kernel.decisions import Incident
from tocsin.kernel.errors import Forbidden, NotFound, Unavailable
from tocsin.kernel.sharing import Level, Sharing, narrowest
from tocsin.notify.warnings import repository, service
from tocsin.notify.warnings.feed import address_of
from tocsin.notify.warnings.fitness import flaws
from tocsin.notify.warnings.issuer import Issuer
from tocsin.notify.warnings.machine import APPROVERS
from tocsin.notify.warnings.model import Kind, PublicWarning, WarningContent, mark
from tocsin.notify.warnings.templates import Template, begun, shipped

KIND = "warning"
_GRAVEST = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")


def issuer_of(ask: Services) -> Issuer:
    """Raises ``Unavailable`` where this installation cannot issue any."""
    if ask.issuer is None:
        raise Unavailable(
            "this installation cannot sign warnings",
            field="key",
            cure="look at the door's log for no_warnings, and use another way to warn meanwhile",
        )
    return ask.issuer


# --- asking ----------------------------------------------------------------------------------------------


async def find(
    ask: Services, caller: Subject, *, state: str, incident: str | None, limit: int, after: str | None
) -> Page[PublicWarning]:
    below = unpack(after, int)[0] if after else None
    seat = caller.seat
    items, following = await ask.ops.read(
        lambda conn: service.find(
            conn,
            state=state,
            room=seat.organisation,
            partner=seat.partner,
            incident=incident,
            limit=limit,
            below=below,
        )
    )
    return Page(list(items), None if following is None else pack(following))


async def get(ask: Services, caller: Subject, warning: str) -> PublicWarning:
    return await ask.ops.read(lambda conn: _open(conn, caller, warning))


async def document(ask: Services, caller: Subject, warning: str) -> bytes:
    """As it went out, of any realm. Raises ``NotFound`` before it did."""

    def look(conn: Connection) -> bytes | None:
        _open(conn, caller, warning)
        return repository.document(conn, warning)

    found = await ask.ops.read(look)
    if found is None:
        raise NotFound(f"{warning} is not issued", field="id", value=warning, cure="look at its preview")
    return found


async def check(ask: Services, caller: Subject, warning: str) -> WarningCheck:
    issuer, at = issuer_of(ask), ask.clock.now()
    found = await get(ask, caller, warning)
    return WarningCheck(flaws(found, issuer, at), issuer.unsigned(issuer.message(found, at)))


async def in_force(ask: Services) -> Page[InForce]:
    """What the public has now, newest first; in an exercise, what it would have."""
    found = await ask.ops.read(repository.in_force)
    return Page(
        [
            InForce(
                id=one.id,
                kind=one.kind,
                identifier=one.identifier,
                content=one.content,
                sent_at=one.sent_at,
                expires_at=one.expires_at,
                expiring=one.expiring,
                address=address_of("", one),
            )
            for one in reversed(found)
            if one.identifier and one.sent_at and one.expires_at
        ],
        None,
    )


async def desk(ask: Services, caller: Subject, incident: str | None) -> WarningDesk:
    """Templates, those that fit the incident first, and who may approve."""
    issuer, at = issuer_of(ask), ask.clock.now()

    def look(conn: Connection) -> tuple[Incident | None, list[str], list[str]]:
        held = None if incident is None else open_incident(conn, caller, incident)
        kinds = [alerts.get(conn, one).kind for one in held.alerts] if held else []
        return held, kinds, _approvers(conn, caller)

    held, kinds, approvers = await ask.ops.read(look)
    values = _values(issuer, held, at)
    return WarningDesk(
        exercise=not issuer.live,
        sender=issuer.sender_name or issuer.name,
        languages=list(issuer.languages),
        approvers=approvers,
        templates=sorted(
            (_offered(one, issuer, values, kinds) for one in shipped()),
            key=lambda offered: (not offered.fits, _GRAVEST.index(offered.content.severity), offered.title),
        ),
        feed=f"{ask.public_url}/cap/feed.atom",
    )


def _approvers(conn: Connection, caller: Subject) -> list[str]:
    rows = memberships_in(conn, room_of(caller))
    names = {str(row["person"]) for row in rows if row["role"] in APPROVERS} - {caller.name}
    accounts = ((name, person(conn, name)) for name in sorted(names))
    return [name for name, row in accounts if row is not None and row["disabled_at"] is None]


def _values(issuer: Issuer, incident: Incident | None, at: datetime) -> dict[str, str]:
    values = {
        "sender": issuer.sender_name or issuer.name,
        "time": f"{at.astimezone(ZoneInfo(issuer.zone)):%H:%M}",
    }
    if incident is not None and incident.place is not None and incident.place.name:
        values["place"] = incident.place.name
    return values


def _offered(template: Template, issuer: Issuer, values: dict[str, str], kinds: list[str]) -> WarningTemplate:
    return WarningTemplate(
        id=template.id,
        title=template.title,
        fits=any(kind.startswith(prefix) for kind in kinds for prefix in template.kinds),
        radius_m=template.radius_m,
        content=begun(template, issuer.languages, values),
    )


# --- acting ----------------------------------------------------------------------------------------------


async def compose(
    ask: Services, caller: Subject, content: WarningContent, incident: str | None
) -> PublicWarning:
    """Open to the caller's room alone, or to nobody who does not see the incident that it is about."""
    issuer = issuer_of(ask)

    def command(conn: Connection, by: str, at: datetime) -> PublicWarning:
        _require_author(caller)
        sharing = Sharing(room_of(caller), Level.OWN)
        if incident is not None:
            held = open_incident(conn, caller, incident)
            sharing = narrowest([held.sharing], room_of(caller), partners(conn))
        return service.compose(conn, content, by, at, issuer=issuer, sharing=sharing, incident=incident)

    return await decide(
        ask,
        caller,
        command,
        action="warning.compose",
        kind=KIND,
        detail={} if incident is None else {"incident": incident},
        also=[] if incident is None else [("incident", incident)],
    )


async def follow(
    ask: Services, caller: Subject, warning: str, kind: Kind, content: WarningContent | None
) -> PublicWarning:
    """A draft that updates or cancels it."""

    def command(conn: Connection, by: str, at: datetime) -> PublicWarning:
        _require_author(caller)
        return service.follow(conn, warning, kind, content, by, at)

    return await decide(ask, caller, command, action=f"warning.{kind.lower()}", kind=KIND, object_id=warning)


async def change(
    ask: Services, caller: Subject, warning: str, content: WarningContent, version: int | None
) -> PublicWarning:
    return await _act(
        ask,
        caller,
        warning,
        "change",
        lambda conn, by, at: service.change(conn, warning, content, by, at, version),
    )


async def submit(
    ask: Services, caller: Subject, warning: str, approver: str | None, version: int | None
) -> PublicWarning:
    """Raises ``Invalid`` for an approver who may not."""
    issuer = issuer_of(ask)

    def command(conn: Connection, by: str, at: datetime) -> PublicWarning:
        if approver is not None:
            _require_able(conn, service.get(conn, warning), approver)
        return service.submit(conn, warning, approver, by, at, version, issuer=issuer)

    return await _act(ask, caller, warning, "submit", command, {"approver": approver or "any"})


async def take_back(ask: Services, caller: Subject, warning: str, version: int | None) -> PublicWarning:
    return await _act(
        ask,
        caller,
        warning,
        "take_back",
        lambda conn, by, at: service.take_back(conn, warning, by, at, version),
    )


async def withdraw(ask: Services, caller: Subject, warning: str, version: int | None) -> PublicWarning:
    return await _act(
        ask,
        caller,
        warning,
        "withdraw",
        lambda conn, by, at: service.withdraw(conn, warning, by, at, version),
    )


async def approve(ask: Services, caller: Subject, warning: str, version: int) -> PublicWarning:
    """Issued. The incident's log says so, in the same transaction."""
    issuer = issuer_of(ask)

    def command(conn: Connection, by: str, at: datetime) -> PublicWarning:
        roles = _roles(conn, caller, service.get(conn, warning))
        issued = service.approve(conn, warning, by, at, roles, version, issuer=issuer)
        _note(conn, issued, by, at)
        return issued

    return await _decide_as_second(ask, caller, warning, "approve", command)


async def refuse(
    ask: Services, caller: Subject, warning: str, reason: str, version: int | None
) -> PublicWarning:
    def command(conn: Connection, by: str, at: datetime) -> PublicWarning:
        roles = _roles(conn, caller, service.get(conn, warning))
        return service.refuse(conn, warning, by, at, roles, reason, version)

    return await _decide_as_second(ask, caller, warning, "refuse", command, reason)


Command = Callable[[Connection, str, datetime], PublicWarning]


async def _act(
    ask: Services,
    caller: Subject,
    warning: str,
    verb: str,
    command: Command,
    detail: dict[str, object] | None = None,
) -> PublicWarning:
    def by_author(conn: Connection, by: str, at: datetime) -> PublicWarning:
        _require_author(caller)
        return command(conn, by, at)

    return await decide(
        ask, caller, by_author, action=f"warning.{verb}", kind=KIND, object_id=warning, detail=detail or {}
    )


async def _decide_as_second(
    ask: Services, caller: Subject, warning: str, verb: str, command: Command, reason: str | None = None
) -> PublicWarning:
    return await decide(
        ask,
        caller,
        command,
        action=f"warning.{verb}",
        kind=KIND,
        object_id=warning,
        reason=reason,
        needs=Relation.OWNS,
    )


def _open(conn: Connection, caller: Subject, warning: str) -> PublicWarning:
    found = service.get(conn, warning)
    policy.require_reach(caller.seat, found.sharing, Relation.SEES, warning)
    return found


def _require_author(caller: Subject) -> None:
    """Of two persons, both are persons: a token is nobody's signature. Raises ``Forbidden``."""
    if caller.person is None:
        raise Forbidden(
            "a warning is written by a person who signed in",
            field="caller",
            value=caller.name,
            cure="sign in with name and password",
        )
    if caller.seat.partner:
        raise Forbidden(
            "warnings are issued by control rooms",
            field="organisation",
            value=caller.seat.organisation,
            cure="ask a control room to warn",
        )


def _roles(conn: Connection, caller: Subject, warning: PublicWarning) -> tuple[str, ...]:
    """As they are now, in the room that owns it: a session's memory of them may be seconds old."""
    if caller.person is None or caller.seat.organisation != warning.sharing.room:
        return ()
    return roles_in(conn, caller.person, warning.sharing.room)


def _require_able(conn: Connection, warning: PublicWarning, approver: str) -> None:
    row = person(conn, approver)
    able = row is not None and row["disabled_at"] is None
    if not able or not APPROVERS & set(roles_in(conn, approver, warning.sharing.room)):
        raise NotFound(
            f"{approver[:80]} does not approve warnings of {warning.sharing.room}",
            field="approver",
            value=approver,
            cure="name a decision maker or supervisor of that room",
        )


def _note(conn: Connection, issued: PublicWarning, by: str, at: datetime) -> None:
    if issued.incident is None or incidents.get(conn, issued.incident).state != "open":
        return
    said = {"Alert": "issued", "Update": "issued as an update", "Cancel": "issued as a cancellation"}
    headline = issued.content.texts[0].headline
    words = f"{mark(issued)}Public warning {issued.id} {said[issued.kind]}: {headline}"
    incidents.note(conn, issued.incident, words, by, at)
