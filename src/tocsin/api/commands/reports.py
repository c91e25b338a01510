"""Reports as of a moment: what the caller's room was allowed to see then, recorded, and made into documents.

The rule is that of looking back (``look_back``): every event of an alert and an incident holds its sharing
of that moment, and the policy is asked about that one. What is of today alone (evidence) is judged by
today's. A report holds names and words of people, so that every reading of one enters the record before it
is made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeVar

from tocsin.alerts import past as past_alerts
from tocsin.alerts import reporting as alert_rows
from tocsin.api.commands.consult import consult
from tocsin.api.commands.look_back import require_past
from tocsin.api.commands.reach import open_advice
from tocsin.api.commands.spoken import said, texts_in
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.evidence import service as evidence
from tocsin.evidence.exhibit import Exhibit
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Relation, Seat, Subject, relation
from tocsin.identity.refusals import Attempt
from tocsin.incidents import past as past_incidents
from tocsin.incidents import reporting as incident_rows
from tocsin.incidents import service as incidents
from tocsin.incidents.advice import service as advice
from tocsin.incidents.seen import seen_by
from tocsin.kernel.clock import iso
from tocsin.kernel.decisions import Incident
from tocsin.kernel.errors import Forbidden, Invalid
from tocsin.kernel.languages import FALLBACK, Language
from tocsin.notify.warnings import service as warnings
from tocsin.notify.warnings.model import PublicWarning
from tocsin.reports.brief import brief
from tocsin.reports.common import pins, ranked
from tocsin.reports.document import Document
from tocsin.reports.facts import (
    ExhibitLine,
    Frame,
    IncidentFacts,
    PlanFacts,
    ShiftFacts,
    WarningEnd,
    WarningKind,
    WarningLine,
)
from tocsin.reports.handover import handover
from tocsin.reports.incident import report
from tocsin.reports.map import draw
from tocsin.reports.plan import plan_sheet, read_plan
from tocsin.reports.plan_map import draw_plan

Kind = Literal["report", "brief"]
T = TypeVar("T")
READ = "report.read"
_SENT_AS: dict[str, WarningKind] = {"Alert": "warning", "Update": "update", "Cancel": "cancellation"}
_ENDED: dict[str, WarningEnd] = {"updated": "updated", "cancelled": "cancelled", "expired": "expired"}
#: a longer shift is none; its steps would fill the memory
LONGEST_SHIFT = timedelta(days=7)
_COMPOSE = {"report": report, "brief": brief}


@dataclass(frozen=True, slots=True)
class _Found:
    """What is shown, and ids of it that are closed to the room today."""

    facts: IncidentFacts
    closed_since: tuple[str, ...]


async def of_incident(
    ask: Services,
    caller: Subject,
    kind: Kind,
    incident: str,
    at: datetime | None,
    form: str,
    language: Language | None = None,
) -> Document:
    """``language`` None: the caller's own, else the city's.

    Raises ``NotFound``, ``Forbidden`` (closed to the room then), ``Invalid`` (a moment to come)."""
    when = _moment(ask, at)
    found = await _seen(ask, caller, incident, lambda conn: _read(conn, caller.seat, incident, when))
    await _record(ask, caller, kind, incident, when, form, found.closed_since)
    frame = await _frame(ask, caller, when, language)
    tiles = tiles_of(ask)

    def make() -> Document:
        facts = found.facts
        incident = said(facts.incident, texts_in(ask.procedures, frame.language))
        drawn = draw(pins(ranked(facts.alerts)), tiles) if kind == "report" else None
        whole = replace(facts, incident=incident, map=drawn)
        return _COMPOSE[kind](frame, whole)

    return await asyncio.to_thread(make)


async def of_plan(
    ask: Services, caller: Subject, consultation: str, form: str, language: Language | None = None
) -> Document:
    """What an advisor answered never changes; how it stands is of now.

    Raises ``NotFound``, ``Forbidden`` (closed to the room), ``Invalid`` (no evacuation plan).
    """
    when = ask.clock.now()

    def read(conn: Connection) -> PlanFacts:
        found = open_advice(conn, caller, consultation)
        whole = advice.answer(conn, consultation)
        return PlanFacts(incidents.get(conn, found.incident), found, whole)

    facts = await _seen(ask, caller, consultation, read)
    plan = read_plan(facts.advice.plan)
    await _record(ask, caller, "plan", consultation, when, form, ())
    frame = await _frame(ask, caller, when, language)
    tiles = tiles_of(ask)
    return await asyncio.to_thread(lambda: plan_sheet(frame, replace(facts, map=draw_plan(plan, tiles))))


async def of_shift(
    ask: Services,
    caller: Subject,
    room: str,
    since: datetime,
    until: datetime | None,
    form: str,
    language: Language | None = None,
) -> Document:
    """The sheet of the caller's own room. Raises ``Forbidden`` for another's, ``Invalid`` for no period."""
    end = _moment(ask, until)
    _require_period(since, end)

    def read(conn: Connection) -> ShiftFacts:
        if room != caller.seat.organisation or not room:
            raise Forbidden(
                "this is another room's sheet",
                field="room",
                value=room,
                cure="ask that room, or take a seat there",
            )
        return _shift(conn, caller.seat, since, end)

    facts = await _seen(ask, caller, room, read)
    await _record(ask, caller, "handover", room, end, form, (), since=iso(since))
    status = ask.board.status()
    broken = [(t.title, t.state, t.words) for t in status.tools if t.state != "working"]
    parts = {stage.name: stage.state for stage in status.stages if stage.state != "working"}
    frame = await _frame(ask, caller, end, language)

    def make() -> Document:
        texts = texts_in(ask.procedures, frame.language)
        those = [said(one, texts) for one in facts.incidents]
        whole = ShiftFacts(since, those, facts.alerts, facts.steps, facts.windows, broken, parts)
        return handover(frame, whole)

    return await asyncio.to_thread(make)


def tiles_of(ask: Services) -> Path | None:
    """The street map that the console shows; None where none is installed."""
    return next(iter(sorted((ask.console / "map").glob("*.pmtiles"))), None) if ask.console else None


# --- reading, cut to the room ----------------------------------------------------------------------------


def _read(conn: Connection, seat: Seat, incident: str, at: datetime) -> _Found:
    whole = incident_rows.as_of(conn, incident, at)
    policy.require_reach(seat, whole.sharing, Relation.SEES, incident)
    one = seen_by(seat, whole)
    alerts = [a for a in alert_rows.as_of(conn, one.alerts, at) if relation(seat, a.sharing) >= Relation.SEES]
    open_ids = [a.id for a in alerts]
    exhibits, withheld = _exhibits(conn, seat, one, open_ids, at)
    now = {
        **past_alerts.sharing_now(conn, open_ids),
        **past_incidents.sharing_now(conn, [one.id]),
    }
    return _Found(
        IncidentFacts(
            one,
            alerts,
            sorted(set(one.alerts) - set(open_ids)),
            alert_rows.steps(conn, open_ids, at),
            exhibits,
            withheld,
            warnings=_warned(conn, seat, one.id, at),
        ),
        tuple(sorted(name for name, sharing in now.items() if relation(seat, sharing) < Relation.SEES)),
    )


def _warned(conn: Connection, seat: Seat, incident: str, at: datetime) -> list[WarningLine]:
    found, _ = warnings.find(
        conn, state="sent", room=seat.organisation, partner=seat.partner, incident=incident
    )
    return [line for warning in reversed(found) if (line := _warning(warning, at)) is not None]


def _warning(warning: PublicWarning, at: datetime) -> WarningLine | None:
    """As it was at the moment; None where it was not yet sent."""
    sent, until, seal = warning.sent_at, warning.expires_at, warning.approved
    if sent is None or until is None or seal is None or sent > at:
        return None
    ends = [(_ENDED[s.act], s.at) for s in warning.steps if s.act in _ENDED and s.at <= at]
    text = warning.content.texts[0]
    return WarningLine(
        warning.id, _SENT_AS[warning.kind], text.headline, warning.content.area.name, sent, seal.by, until,
        ends[-1] if ends else None,
    )  # fmt: skip


def _exhibits(
    conn: Connection, seat: Seat, one: Incident, alerts: list[str], at: datetime
) -> tuple[list[ExhibitLine], int]:
    """Entries that were there at ``at`` and are open to the room today, and how many are not."""
    whole, ahead = {one.id}, list(one.merged)
    while ahead:  # what was merged into it brought its evidence along
        if (merged := ahead.pop()) not in whole:
            whole.add(merged)
            ahead += incidents.get(conn, merged).merged
    there = [e for e in evidence.of(conn, alerts, sorted(whole)) if e.added_at <= at]
    mine = [e for e in there if relation(seat, e.sharing) >= Relation.SEES]
    return [_line(e, at) for e in mine], len(there) - len(mine)


def _line(e: Exhibit, at: datetime) -> ExhibitLine:
    erased = e.erased is not None and e.erased.at <= at
    state = "erased" if erased else "held" if e.held and e.held.at <= at else ""
    until = None if state else e.expires_at
    return ExhibitLine(e.id, f"{e.kind} ({e.media})", e.taken_at, e.added_at, e.added_by, state, until)


def _shift(conn: Connection, seat: Seat, since: datetime, until: datetime) -> ShiftFacts:
    touched = [
        seen_by(seat, one)
        for one in incident_rows.touched(conn, since, until)
        if relation(seat, one.sharing) >= Relation.SEES
    ]
    alerts = [a for a in alert_rows.standing(conn, until) if relation(seat, a.sharing) >= Relation.SEES]
    steps = [
        s
        for s in alert_rows.steps_between(conn, since, until)
        if relation(seat, s.alert.sharing) >= Relation.SEES
    ]
    return ShiftFacts(since, touched, alerts, steps, alert_rows.windows(conn, until), (), {})


# --- the edge --------------------------------------------------------------------------------------------


def _moment(ask: Services, at: datetime | None) -> datetime:
    if at is None:
        return ask.clock.now()
    require_past(ask, at)
    return at


def _require_period(since: datetime, until: datetime) -> None:
    if since >= until:
        raise Invalid(
            "the shift ends before it begins", field="since", value=iso(since), cure="give an earlier one"
        )
    if until - since > LONGEST_SHIFT:
        raise Invalid(
            "longer than any shift",
            field="since",
            value=iso(since),
            cure=f"at most {LONGEST_SHIFT.days} days",
        )


async def _seen(ask: Services, caller: Subject, thing: str, read: Callable[[Connection], T]) -> T:
    """In a reader's transaction: a log of thousands of lines must not hold up the writer."""
    try:
        policy.require(caller, Permission.SEE)
        return await ask.ops.read(read)
    except Forbidden as error:
        await ask.identity.refusals.note(caller, Attempt(READ, "report", thing), error)
        raise


async def _record(
    ask: Services,
    caller: Subject,
    kind: str,
    thing: str,
    at: datetime,
    form: str,
    closed_since: tuple[str, ...],
    **more: str,
) -> None:
    detail: dict[str, object] = {"at": iso(at), "what": kind, "format": form, **more}
    if closed_since:
        detail["closed_since"] = ", ".join(closed_since)
    await consult(
        ask,
        caller,
        Permission.SEE,
        lambda _conn: None,
        action=READ,
        kind="report",
        object_id=thing,
        purpose="report",
        reason="",
        detail=detail,
    )


async def _frame(ask: Services, caller: Subject, at: datetime, language: Language | None) -> Frame:
    status, here = ask.board.status(), caller.seat.organisation
    rooms = {room.id: room.title for room in await ask.identity.organisations.all()}
    own = language or await ask.identity.languages.of(caller.name)
    city = ask.languages[0] if ask.languages else FALLBACK
    return Frame(
        city=status.city,
        zone=status.zone,
        realm=ask.realm,
        room=rooms.get(here, here),
        by=caller.name,
        at=at,
        made_at=ask.clock.now(),
        language=own or city,
    )
