"""The incident report: what, where, when, what was done and decided by whom and why, in figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tocsin.kernel.decisions import Alert, Incident, Task, TaskState
from tocsin.kernel.steps import AlertStep
from tocsin.kernel.text import clean
from tocsin.reports.common import MOST_ROWS, foot, head, pressing, ranked, realm
from tocsin.reports.document import Block, Document, Facts, Figure, Heading, Items, Paragraph, Table
from tocsin.reports.facts import Frame, IncidentFacts
from tocsin.reports.map import Drawn
from tocsin.reports.timeline import Line, lines
from tocsin.reports.wording import (
    NONE,
    Times,
    figure,
    lasted,
    many,
    open_to,
    per_cent,
    place,
    severity,
)

_ANSWERS = frozenset({"acknowledged", "confirmed", "rejected"})


def report(frame: Frame, facts: IncidentFacts) -> Document:
    times, one = Times(frame.zone), facts.incident
    alerts = ranked(facts.alerts)
    told = lines(one, facts.steps)
    return Document(
        kind="Incident report",
        title=f"{one.id} {clean(one.title, 160)}",
        facts=Facts(head(frame, times)),
        blocks=tuple(_blocks(frame, facts, alerts, told, times)),
        foot=foot(frame, times),
        realm=realm(frame),
    )


def _blocks(
    frame: Frame, facts: IncidentFacts, alerts: Sequence[Alert], told: Sequence[Line], times: Times
) -> Iterator[Block]:
    one = facts.incident
    yield Heading("What, where, when")
    yield Facts(tuple(_outline(one, alerts, times)))
    if one.disposition is not None:
        yield Paragraph(f"Ended as: {one.disposition.outcome}. {clean(one.disposition.words, 2000)}")
    yield Heading("Alerts")
    if facts.withheld:
        are = many(len(facts.withheld), "alert is", "alerts are")
        yield Paragraph(f"{are} closed to this room and left out: {', '.join(facts.withheld)}.", strong=True)
    yield _alerts(alerts, times)
    yield from _map(facts.map, alerts)
    yield _readings(alerts)
    yield Heading("Decisions")
    yield _decisions(told, times)
    yield Heading("Tasks")
    yield _tasks(one.tasks, frame, times)
    yield Heading("Response in figures")
    yield Facts(tuple(_response(one, facts.steps, frame)))
    yield Heading("Who may see it")
    yield Paragraph(f"{one.id}: {open_to(one.sharing)}.")
    if one.procedures:
        yield Heading("Procedures followed")
        followed = (
            f"{clean(p.title, 120)}, version {p.version}, begun {times.at(p.at)} by {p.by}"
            for p in one.procedures
        )
        yield Items(tuple(followed))
    yield Heading("Evidence")
    yield from _evidence(facts, times)
    yield Heading("Timeline")
    yield from _timeline(told, times)


def _outline(one: Incident, alerts: Sequence[Alert], times: Times) -> Iterator[tuple[str, str]]:
    yield (
        "Severity",
        severity(one.severity)
        + (
            f", set by {one.severity_set.by}: {clean(one.severity_set.reason or '', 300)}"
            if one.severity_set
            else ""
        ),
    )
    yield "State", "merged into " + one.merged_into if one.merged_into else one.state
    yield "Where", place(one.place)
    if one.detected_at is not None:
        yield (
            "Detected",
            times.at(one.detected_at)
            + (
                f", set by {one.detection_set.by}: {clean(one.detection_set.reason or '', 300)}"
                if one.detection_set
                else ""
            ),
        )
    yield "Opened", times.at(one.opened_at)
    ended = one.disposition.at if one.disposition else None
    yield "Closed", f"{times.at(ended)} by {one.disposition.by}" if one.disposition else "not closed"
    yield "Owner", one.owner + (f", {one.sharing.room}" if one.sharing.room else "")
    active = sum(alert.active for alert in alerts)
    yield "Alerts", f"{len(alerts)} shown, {active} still active"
    for words, others in (("Merged into it", one.merged), ("Related", one.links)):
        if others:
            yield words, ", ".join(others)


def _alerts(alerts: Sequence[Alert], times: Times) -> Table:
    rows = tuple(
        (
            f"{number}.\u00a0{a.id}",
            severity(a.severity),
            clean(a.headline, 160),
            place(a.place),
            times.at(a.raised_at),
            "active" if a.active else f"ended {times.at(a.ended_at)}",
            a.state.value,
        )
        for number, a in enumerate(alerts, start=1)
    )
    head = ("Alert", "Severity", "What", "Where", "Raised", "Cause", "State")
    return Table("Alerts as they stood, gravest first", head, (4, 3, 5, 6, 5, 4, 3), rows, "none in it")


def _map(drawn: Drawn | None, alerts: Sequence[Alert]) -> Iterator[Block]:
    if drawn is None:
        yield Paragraph("No map: none of these alerts has a place.")
        return
    shown = "; ".join(
        f"{number}, {a.severity}, {clean(a.headline, 60)}, {place(a.place)}"
        for number, a in enumerate(alerts[:20], start=1)
        if a.place is not None
    )
    ground = "Streets: © OpenStreetMap contributors, ODbL." if drawn.streets else drawn.why
    yield Figure(
        drawn.svg,
        f"Map, {drawn.width_m:,.0f} m wide, north up. Marks: {shown}.",
        f"Numbers as in the table; circles are the areas that alerts state. "
        f"The map is {drawn.width_m:,.0f} m wide. {ground}",
    )


def _readings(alerts: Sequence[Alert]) -> Table:
    rows = []
    for a in alerts:
        f = a.finding
        expected = (
            f"{figure(f.expected.low, f.unit)} to {figure(f.expected.high, f.unit)}" if f.expected else NONE
        )
        limit = (
            f"{clean(f.limit_name or 'limit', 40)} {figure(f.limit, f.unit)}" if f.limit is not None else NONE
        )
        rows.append(
            (
                a.id,
                figure(f.seen, f.unit),
                expected,
                limit,
                per_cent(f.fault_probability),
                f"{a.tool} {a.tool_version}",
            )
        )
    head = ("Alert", "Seen", "Expected", "Limit", "Chance of a fault", "Tool")
    return Table("What the tools measured", head, (2, 3, 4, 4, 3, 3), tuple(rows), "nothing")


def _decisions(told: Sequence[Line], times: Times) -> Table:
    rows = tuple((times.at(d.at), d.who, d.what, d.words or NONE) for d in told if d.decision)
    return Table(
        "Who decided what, and why", ("Time", "Who", "What", "Why"), (5, 4, 5, 15), rows, "none so far"
    )


def _tasks(tasks: Sequence[Task], frame: Frame, times: Times) -> Table:
    rows = []
    for task in tasks:
        how = ""
        if task.ended is not None:
            late = task.due_at is not None and task.ended.at > task.due_at
            how = f"{times.at(task.ended.at)} by {task.ended.by}" + (", late" if late else "")
        elif task.state in (TaskState.OPEN, TaskState.IN_PROGRESS):
            how = pressing(task, frame.at, times)
        why = task.ended.reason if task.ended and task.ended.reason else ""
        said = "; ".join(
            filter(None, (task.answer and f"answer: {clean(task.answer, 120)}", clean(why, 300)))
        )
        rows.append((clean(task.title, 120), task.role, task.state.value, how or NONE, said or NONE))
    head = ("Task", "For", "State", "When", "Answer or reason")
    return Table("Steps of the procedures", head, (5, 2, 2, 4, 4), tuple(rows), "no procedure was started")


def _response(one: Incident, steps: Sequence[AlertStep], frame: Frame) -> Iterator[tuple[str, str]]:
    """Each figure says from when to when."""
    first: dict[str, float] = {}
    raised = {step.alert.id for step in steps}
    for step in steps:
        if step.act in _ANSWERS:
            first.setdefault(step.alert.id, (step.at - step.alert.raised_at).total_seconds())
    waits = sorted(first.values())
    if waits:
        middle = (waits[(len(waits) - 1) // 2] + waits[len(waits) // 2]) / 2
        yield (
            "Alert to answer",
            (
                f"median {lasted(middle)}, longest {lasted(waits[-1])}: from being raised to the "
                f"first acknowledgement, confirmation or rejection; {len(waits)} of {len(raised)} answered"
            ),
        )
    else:
        yield "Alert to answer", f"none of {many(len(raised), 'alert', 'alerts')} answered yet"
    if one.detected_at is not None:
        yield "Detection to opening", lasted(one.opened_at - one.detected_at)
    if one.disposition is not None:
        yield "Opening to closing", lasted(one.disposition.at - one.opened_at)
    else:
        yield "Open for", f"{lasted(frame.at - one.opened_at)} until the moment of this report"
    ended = [t for t in one.tasks if t.ended is not None]
    late = [t for t in ended if t.due_at and t.ended and t.ended.at > t.due_at]
    yield "Tasks", f"{len(ended)} of {len(one.tasks)} ended, {len(late)} of these late"
    yield "Escalations", many(sum(len(t.escalations) for t in one.tasks), "time", "times")


def _evidence(facts: IncidentFacts, times: Times) -> Iterator[Block]:
    if facts.exhibits_withheld:
        are = many(facts.exhibits_withheld, "piece is", "pieces are")
        yield Paragraph(f"{are} closed to this room and left out.", strong=True)
    rows = tuple(
        (e.id, e.kind, times.at(e.taken_at), f"{times.at(e.added_at)} by {e.added_by}", e.state)
        for e in facts.exhibits
    )
    head = ("Evidence", "Kind", "Taken", "Added", "State")
    yield Table(
        "Entries only: pictures and files are looked at in Tocsin", head, (3, 4, 5, 7, 5), rows, "none"
    )


def _timeline(told: Sequence[Line], times: Times) -> Iterator[Block]:
    kept = told[-MOST_ROWS:]
    if len(kept) < len(told):
        yield Paragraph(
            f"The newest {MOST_ROWS:,} of {len(told):,} lines. "
            "The older ones are in the log of the incident.",
            strong=True,
        )
    rows = tuple((times.at(line.at), line.who, line.what, line.words or NONE) for line in kept)
    yield Table(
        "Everything in order of time", ("Time", "Who", "What", "Words"), (5, 4, 5, 15), rows, "nothing yet"
    )
