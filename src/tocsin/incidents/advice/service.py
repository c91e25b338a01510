"""What people and rules do with advice. Every function takes its caller's transaction.

Each act on a consultation is an event of it and a line in its incident's log.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from tocsin.db import Connection
from tocsin.incidents import repository as incidents
from tocsin.incidents.advice import machine, repository
from tocsin.incidents.advice.machine import Ask
from tocsin.incidents.advice.repository import answer, events, known, of_incident, of_open
from tocsin.incidents.machine import require_open, step
from tocsin.kernel.advice import AdviceAnswered, AdviceAsked, Consultation, ConsultationEvent
from tocsin.kernel.decisions import Incident, IncidentAct
from tocsin.kernel.errors import Conflict, Invalid, NotFound

__all__ = [
    "Ask",
    "accept",
    "answer",
    "answered",
    "ask",
    "decline",
    "events",
    "get",
    "in_force",
    "known",
    "of_incident",
    "of_open",
    "refused",
    "withdraw",
]

BY = "advice"
#: more open questions in one incident are a mistake
MOST_ASKED = 5


def get(conn: Connection, consultation: str) -> Consultation:
    """Raises ``NotFound``."""
    return repository.one(conn, consultation)


def ask(conn: Connection, incident: str, wanted: Ask, by: str, at: datetime) -> Consultation:
    """Raises ``NotFound``, ``Conflict`` (closed, asked already), ``Invalid`` (too many are waiting)."""
    before = incidents.one(conn, incident)
    require_open(before)
    if known(conn, incident, wanted.key):
        raise Conflict(f"{incident} has asked this", field="key", value=wanted.key, cure="look again")
    waiting = [c.id for c in of_incident(conn, incident) if c.state == "asked"]
    if len(waiting) >= MOST_ASKED:
        cure = "wait for an answer, or withdraw one"
        raise Invalid(
            f"{incident} waits for {', '.join(waiting)}", field="tool", value=wanted.tool, cure=cure
        )
    event = machine.begin(repository.next_number(conn), incident, wanted, by, at)
    made = event.consultation
    repository.save(conn, event, wanted.key)
    request = dict(made.request)
    if made.beside is not None:
        request["previous"] = answer(conn, made.beside).plan
    repository.send(conn, AdviceAsked(made.id, made.tool, request, incident, event.at))
    _log(conn, before, "advice asked", event, f"{made.id}: {made.tool} is asked: {made.reason}")
    return made


def refused(conn: Connection, incident: str, wanted: Ask, trouble: str, at: datetime) -> Consultation:
    """It should be asked and cannot be: kept as failed, so that people see why. Raises as ``ask``."""
    before = incidents.one(conn, incident)
    require_open(before)
    begun = machine.begin(repository.next_number(conn), incident, wanted, BY, at)
    repository.save(conn, begun, wanted.key)
    event = machine.failed(begun.consultation, trouble, BY, at)
    repository.save(conn, event)
    _log(conn, before, "advice failed", event, f"{event.consultation.id}: {trouble}")
    return event.consultation


def answered(conn: Connection, told: AdviceAnswered, at: datetime) -> Consultation | None:
    """Keep what an advisor answered; None where nobody waits for it any more."""
    try:
        before = repository.one(conn, told.id)
    except NotFound:
        return None
    beside = repository.one(conn, before.beside) if before.beside else None
    event = machine.answered(before, told, beside.gist if beside else None, before.tool, at)
    if event is None:
        return None
    c = event.consultation
    if told.advice is not None:
        repository.put_answer(conn, c.id, told.advice, told.footing)
    repository.save(conn, event)
    if c.gist is not None:
        _replace_older(conn, c, at)
    act: IncidentAct = "advice given" if c.gist else "advice failed"
    words = c.gist.words if c.gist else c.trouble
    _log(conn, incidents.one(conn, c.incident), act, event, f"{c.id}: {words}")
    return c


def _replace_older(conn: Connection, newest: Consultation, at: datetime) -> None:
    """Of what rules propose beside a plan the newest alone is up for decision."""
    for c in of_incident(conn, newest.incident):
        same = (c.tool, c.space, c.why, newest.why) == (newest.tool, newest.space, "change", "change")
        if same and c.standing == "proposed" and c.id not in (newest.id, newest.beside):
            repository.save(conn, machine.superseded(c, BY, at))


def accept(
    conn: Connection, consultation: str, reason: str | None, by: str, at: datetime, version: int | None = None
) -> Consultation:
    """It takes the place of the one in force. Raises ``NotFound``, ``Conflict``."""
    before = _seen(conn, consultation, version)
    event = machine.accept(before, reason, by, at)
    others = [
        c
        for c in of_incident(conn, before.incident)
        if c.standing == "accepted" and (c.tool, c.space) == (before.tool, before.space)
    ]
    for other in others:
        repository.save(conn, machine.superseded(other, by, at))
    repository.save(conn, event)
    instead = f", instead of {', '.join(c.id for c in others)}" if others else ""
    why = f": {event.consultation.decided.reason}" if event.consultation.decided and reason else ""
    _log(conn, _open(conn, before), "advice accepted", event, f"{consultation}{instead}{why}")
    return event.consultation


def decline(
    conn: Connection, consultation: str, reason: str | None, by: str, at: datetime, version: int | None = None
) -> Consultation:
    """Raises ``NotFound``, ``Invalid``, ``Conflict``."""
    before = _seen(conn, consultation, version)
    event = machine.decline(before, reason, by, at)
    repository.save(conn, event)
    _log(conn, _open(conn, before), "advice declined", event, f"{consultation}: {reason}")
    return event.consultation


def withdraw(
    conn: Connection, consultation: str, by: str, at: datetime, version: int | None = None
) -> Consultation:
    """The advisor stops, or is stopped. Raises ``NotFound``, ``Conflict``."""
    before = _seen(conn, consultation, version)
    event = machine.withdraw(before, by, at)
    repository.save(conn, event)
    repository.send(conn, AdviceAsked(before.id, before.tool, {}, before.incident, at, withdrawn=True))
    _log(conn, incidents.one(conn, before.incident), "advice withdrawn", event, consultation)
    return event.consultation


def in_force(asked: Iterable[Consultation], tool: str, space: str | None) -> Consultation | None:
    """The accepted one; while there is none, the newest proposal that a person, a step or a rule asked for.

    ``asked``: of one incident.
    """
    mine = [c for c in asked if c.tool == tool and c.space == space and c.state == "given"]
    accepted = [c for c in mine if c.standing == "accepted"]
    proposed = [c for c in mine if c.standing == "proposed"]
    first = [c for c in proposed if c.why != "change"]
    return max(accepted or first or proposed, key=lambda c: c.asked_at, default=None)


def _seen(conn: Connection, consultation: str, version: int | None) -> Consultation:
    found = repository.one(conn, consultation)
    if version is not None and version != found.version:
        what = f"{consultation} has moved on since you looked: now {found.state}, {found.standing}"
        raise Conflict(what, field="version", value=version, cure="look again, then decide")
    return found


def _open(conn: Connection, consultation: Consultation) -> Incident:
    found = incidents.one(conn, consultation.incident)
    require_open(found)
    return found


def _log(
    conn: Connection, incident: Incident, act: IncidentAct, event: ConsultationEvent, words: str
) -> None:
    """A line of the incident; a task that wanted the advice then names it."""
    c = event.consultation
    fields = {}
    if c.task is not None and act in ("advice asked", "advice failed"):
        tasks = (replace(t, advised=c.id) if t.id == c.task else t for t in incident.tasks)
        fields["tasks"] = tuple(tasks)
    about = [c.task] if c.task else []
    incidents.save(conn, step(incident, act, event.by, event.at, words, about, **fields))
