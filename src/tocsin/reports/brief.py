"""One page for who decides: situation, what is asked, options, what is known and what is not, times.

Nothing in it is written by a machine that guesses: every line is a field of the incident, picked by rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tocsin.kernel.decisions import Alert, Task
from tocsin.kernel.text import clean
from tocsin.reports.common import due, foot, head, pressing, ranked, realm
from tocsin.reports.document import Block, Document, Facts, Heading, Items, Paragraph
from tocsin.reports.facts import Frame, IncidentFacts
from tocsin.reports.wording import Times, figure, lasted, many, per_cent, severity, where

_DECIDER = "decision maker"
#: lines of a list, and characters of a line: a page is read standing
_MOST, _CHARS = 5, 220
#: from here on a fault of the sensor is named among what is not known
_DOUBT = 0.2


def brief(frame: Frame, facts: IncidentFacts) -> Document:
    times, one = Times(frame.zone), facts.incident
    alerts = ranked(facts.alerts)
    return Document(
        kind="Brief for a decision",
        title=f"{one.id} {clean(one.title, 120)}",
        facts=Facts(head(frame, times)[:2]),
        blocks=tuple(_blocks(frame, facts, alerts, times)),
        foot=foot(frame, times),
        realm=realm(frame),
        one_page=True,
    )


def _blocks(frame: Frame, facts: IncidentFacts, alerts: Sequence[Alert], times: Times) -> Iterator[Block]:
    one = facts.incident
    asked = _asked(due(one.tasks))
    yield Heading("Situation")
    active = sum(alert.active for alert in alerts)
    yield Paragraph(
        f"{severity(one.severity)}, {one.state}, {where(one.place)}. "
        f"Open for {lasted(frame.at - one.opened_at)}; {many(len(alerts), 'alert', 'alerts')}, "
        f"{active} active. "
        f"Owner: {one.owner}" + (f", {one.sharing.room}." if one.sharing.room else ".")
    )
    yield Items(
        _few([f"{severity(a.severity)} {clean(a.headline, _CHARS)}, {where(a.place)}" for a in alerts])
    )
    yield Heading("What is asked")
    yield from _question(asked, frame, times)
    yield Heading("Options")
    yield from _options(asked, one.tasks)
    yield Heading("Known")
    yield _listed(list(_known(alerts, one.tasks)), "Nothing has been confirmed by a person yet.")
    yield Heading("Not known")
    yield _listed(list(_unknown(facts, alerts, frame, times)), "No open point is on the incident.")
    yield Heading("Times")
    yield Facts(tuple(_times(facts, alerts, frame, times)))


def _asked(waiting: Sequence[Task]) -> Task | None:
    """An open question to a decision maker, else any open question, else a decision maker's next step."""
    tests = (
        lambda t: t.question is not None and t.role == _DECIDER,
        lambda t: t.question is not None,
        lambda t: t.role == _DECIDER,
    )
    return next((task for test in tests for task in waiting if test(task)), None)


def _question(asked: Task | None, frame: Frame, times: Times) -> Iterator[Block]:
    if asked is None:
        yield Paragraph("Nothing: this is for your information. No step waits for a decision.")
        return
    words = asked.question.words if asked.question else asked.title
    yield Paragraph(clean(words, 400), strong=True)
    yield Paragraph(f"{clean(asked.words, 500)} For: {asked.role}; {pressing(asked, frame.at, times)}.")


def _options(asked: Task | None, tasks: Sequence[Task]) -> Iterator[Block]:
    if asked is None or asked.question is None:
        yield Paragraph("The procedure names none." if asked else "None to choose from.")
        return
    titles = {task.id: clean(task.title, 80) for task in tasks}
    rows = []
    for answer in asked.question.answers[:_MOST]:
        leads = [titles[step] for step in answer.leads_to if step in titles]
        rows.append(
            (clean(answer.name, 60), f"opens: {', '.join(leads)}" if leads else "opens no further step")
        )
    yield Facts(tuple(rows))


def _known(alerts: Sequence[Alert], tasks: Sequence[Task]) -> Iterator[str]:
    for a in alerts:
        if a.confirmed is not None:
            seen = f": {figure(a.finding.seen, a.finding.unit)} seen" if a.finding.seen is not None else ""
            yield f"{a.id} {clean(a.headline, 100)}, confirmed by {a.confirmed.by}{seen}"
    for task in tasks:
        if task.answer is not None and task.ended is not None:
            yield f"Decided: {clean(task.title, 80)}: {clean(task.answer, 80)}, by {task.ended.by}"


def _unknown(facts: IncidentFacts, alerts: Sequence[Alert], frame: Frame, times: Times) -> Iterator[str]:
    if facts.withheld:
        yield f"{many(len(facts.withheld), 'alert is', 'alerts are')} closed to this room"
    for a in alerts:
        if a.finding.fault_probability >= _DOUBT and a.rejected is None:
            yield (
                f"{a.id} {clean(a.headline, 80)}: perhaps a fault of the sensor "
                f"({per_cent(a.finding.fault_probability)} by the tool)"
            )
    unseen = [a.id for a in alerts if a.confirmed is None and a.rejected is None]
    if unseen:
        yield f"Neither confirmed nor rejected by a person: {', '.join(unseen[:8])}" + (
            f" and {len(unseen) - 8} more" if len(unseen) > 8 else ""
        )
    if facts.incident.place is None:
        yield "Where the incident is centred"
    for task in due(facts.incident.tasks):
        if task.due_at is not None and task.due_at < frame.at:
            yield f"Not done yet: {clean(task.title, 100)} ({task.role}, {pressing(task, frame.at, times)})"


def _times(
    facts: IncidentFacts, alerts: Sequence[Alert], frame: Frame, times: Times
) -> Iterator[tuple[str, str]]:
    one = facts.incident
    if one.detected_at is not None:
        yield "Detected", times.at(one.detected_at)
    yield "Opened", times.at(one.opened_at)
    answered = [a.acknowledged.at for a in alerts if a.acknowledged is not None]
    yield "First answered", times.at(min(answered)) if answered else "no alert is acknowledged"
    waiting = [task for task in due(one.tasks) if task.due_at is not None]
    if waiting:
        yield "Next limit", f"{clean(waiting[0].title, 80)}, {pressing(waiting[0], frame.at, times)}"
    if one.disposition is not None:
        yield "Closed", f"{times.at(one.disposition.at)}, {one.disposition.outcome}"
    yield "Times are", times.label(frame.at)


def _few(lines: Sequence[str]) -> tuple[str, ...]:
    kept = [clean(line, _CHARS) for line in lines[:_MOST]]
    return (*kept, f"and {len(lines) - _MOST} more") if len(lines) > _MOST else tuple(kept)


def _listed(lines: Sequence[str], none: str) -> Block:
    return Items(_few(lines)) if lines else Paragraph(none)
