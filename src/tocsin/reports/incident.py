"""The incident report: what, where, when, what was done and decided by whom and why, in figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tocsin.kernel.decisions import Alert, Incident, Mark, Task, TaskState
from tocsin.kernel.steps import AlertStep
from tocsin.kernel.text import clean
from tocsin.reports.common import MOST_ROWS, foot, head, paper, pressing, ranked, realm
from tocsin.reports.document import Block, Document, Facts, Figure, Heading, Items, Paragraph, Table
from tocsin.reports.facts import Frame, IncidentFacts, WarningLine
from tocsin.reports.map import Drawn
from tocsin.reports.timeline import Line, lines
from tocsin.reports.voice import NONE, Voice
from tocsin.reports.wording import figure, lasted, open_to, per_cent, place, severity

_ANSWERS = frozenset({"acknowledged", "confirmed", "rejected"})


def report(frame: Frame, facts: IncidentFacts) -> Document:
    say, one = Voice(frame.zone, frame.language), facts.incident
    alerts = ranked(facts.alerts)
    told = lines(say, one, facts.steps)
    return Document(
        kind=say("Incident report"),
        title=f"{one.id} {clean(one.title, 160)}",
        facts=Facts(head(frame, say)),
        blocks=tuple(_blocks(frame, facts, alerts, told, say)),
        foot=foot(frame, say),
        lang=frame.language,
        realm=realm(frame, say),
        paper=paper(say),
    )


def _blocks(
    frame: Frame, facts: IncidentFacts, alerts: Sequence[Alert], told: Sequence[Line], say: Voice
) -> Iterator[Block]:
    one = facts.incident
    yield Heading(say("What, where, when"))
    yield Facts(tuple(_outline(one, alerts, say)))
    if one.disposition is not None:
        outcome = say.of("outcomes", one.disposition.outcome)
        ended = say("Ended as: {outcome}.", outcome=outcome)
        yield Paragraph(f"{ended} {clean(one.disposition.words, 2000)}")
    yield Heading(say("Alerts"))
    if facts.withheld:
        are = say.many(
            len(facts.withheld),
            "{n} alert is closed to this room and left out",
            "{n} alerts are closed to this room and left out",
        )
        yield Paragraph(f"{are}: {', '.join(facts.withheld)}.", strong=True)
    yield _alerts(alerts, say)
    yield from _map(facts.map, alerts, say)
    yield _readings(alerts, say)
    yield Heading(say("Decisions"))
    yield _decisions(told, say)
    yield Heading(say("Tasks"))
    yield _tasks(one.tasks, frame, say)
    yield Heading(say("Warnings to the public"))
    yield _warnings(facts.warnings, say)
    yield Heading(say("Response in figures"))
    yield Facts(tuple(_response(one, facts.steps, frame, say)))
    yield Heading(say("Who may see it"))
    yield Paragraph(f"{one.id}: {open_to(say, one.sharing)}.")
    if one.procedures:
        yield Heading(say("Procedures followed"))
        followed = (
            say(
                "{title}, version {version}, begun {at} by {by}",
                title=clean(p.title, 120),
                version=p.version,
                at=say.at(p.at),
                by=p.by,
            )
            for p in one.procedures
        )
        yield Items(tuple(followed))
    yield Heading(say("Evidence"))
    yield from _evidence(facts, say)
    yield Heading(say("Timeline"))
    yield from _timeline(told, say)


def _outline(one: Incident, alerts: Sequence[Alert], say: Voice) -> Iterator[tuple[str, str]]:
    yield say("Severity"), severity(say, one.severity) + _set_by(one.severity_set, say)
    merged = say("merged into {incident}", incident=one.merged_into)
    yield say("State"), merged if one.merged_into else say.of("states", one.state)
    yield say("Where"), place(say, one.place)
    if one.detected_at is not None:
        yield say("Detected"), say.at(one.detected_at) + _set_by(one.detection_set, say)
    yield say("Opened"), say.at(one.opened_at)
    ended = one.disposition
    closed = say("{at} by {by}", at=say.at(ended.at), by=ended.by) if ended else say("not closed")
    yield say("Closed"), closed
    yield say("Owner"), one.owner + (f", {one.sharing.room}" if one.sharing.room else "")
    active = sum(alert.active for alert in alerts)
    yield say("Alerts"), say("{n} shown, {active} still active", n=len(alerts), active=active)
    for words, others in ((say("Merged into it"), one.merged), (say("Related"), one.links)):
        if others:
            yield words, ", ".join(others)


def _set_by(mark: Mark | None, say: Voice) -> str:
    return say(", set by {by}: {why}", by=mark.by, why=clean(mark.reason or "", 300)) if mark else ""


def _alerts(alerts: Sequence[Alert], say: Voice) -> Table:
    rows = tuple(
        (
            f"{number}.\u00a0{a.id}",
            severity(say, a.severity),
            clean(a.headline, 160),
            place(say, a.place),
            say.at(a.raised_at),
            say("active") if a.active else say("ended {at}", at=say.at(a.ended_at)),
            say.of("states", a.state.value),
        )
        for number, a in enumerate(alerts, start=1)
    )
    head = tuple(map(say, ("Alert", "Severity", "What", "Where", "Raised", "Cause", "State")))
    title = say("Alerts as they stood, gravest first")
    return Table(title, head, (4, 3, 5, 6, 5, 4, 3), rows, say("none in it"))


def _map(drawn: Drawn | None, alerts: Sequence[Alert], say: Voice) -> Iterator[Block]:
    if drawn is None:
        yield Paragraph(say("No map: none of these alerts has a place."))
        return
    shown = "; ".join(
        f"{number}, {say.of('severity', a.severity)}, {clean(a.headline, 60)}, {place(say, a.place)}"
        for number, a in enumerate(alerts[:20], start=1)
        if a.place is not None
    )
    ground = say("Streets: © OpenStreetMap contributors, ODbL.") if drawn.streets else say(drawn.why)
    width = say.number(drawn.width_m)
    numbers = say(
        "Numbers as in the table; circles are the areas that alerts state. The map is {width} m wide.",
        width=width,
    )
    yield Figure(
        drawn.svg,
        say("Map, {width} m wide, north up. Marks: {marks}.", width=width, marks=shown),
        f"{numbers} {ground}",
    )


def _readings(alerts: Sequence[Alert], say: Voice) -> Table:
    rows = []
    for a in alerts:
        f = a.finding
        expected = NONE
        if f.expected:
            low, high = figure(say, f.expected.low, f.unit), figure(say, f.expected.high, f.unit)
            expected = say("{start} to {end}", start=low, end=high)
        name = clean(f.limit_name, 40) if f.limit_name else say("limit")
        limit = f"{name} {figure(say, f.limit, f.unit)}" if f.limit is not None else NONE
        rows.append(
            (
                a.id,
                figure(say, f.seen, f.unit),
                expected,
                limit,
                per_cent(f.fault_probability),
                f"{a.tool} {a.tool_version}",
            )
        )
    head = tuple(map(say, ("Alert", "Seen", "Expected", "Limit", "Chance of a fault", "Tool")))
    return Table(say("What the tools measured"), head, (2, 3, 4, 4, 3, 3), tuple(rows), say("nothing"))


def _decisions(told: Sequence[Line], say: Voice) -> Table:
    rows = tuple((say.at(d.at), d.who, d.what, d.words or NONE) for d in told if d.decision)
    head = tuple(map(say, ("Time", "Who", "What", "Why")))
    return Table(say("Who decided what, and why"), head, (5, 4, 5, 15), rows, say("none so far"))


def _tasks(tasks: Sequence[Task], frame: Frame, say: Voice) -> Table:
    rows = []
    for task in tasks:
        how = ""
        if task.ended is not None:
            late = task.due_at is not None and task.ended.at > task.due_at
            how = say("{at} by {by}", at=say.at(task.ended.at), by=task.ended.by) + (
                say(", late") if late else ""
            )
        elif task.state in (TaskState.OPEN, TaskState.IN_PROGRESS):
            how = pressing(task, frame.at, say)
        why = task.ended.reason if task.ended and task.ended.reason else ""
        answer = say("answer: {answer}", answer=clean(task.answer, 120)) if task.answer else ""
        said = "; ".join(filter(None, (answer, clean(why, 300))))
        role, state = say.of("roles", task.role), say.of("states", task.state.value)
        rows.append((clean(task.title, 120), role, state, how or NONE, said or NONE))
    head = tuple(map(say, ("Task", "For", "State", "When", "Answer or reason")))
    none = say("no procedure was started")
    return Table(say("Steps of the procedures"), head, (5, 3, 2, 4, 4), tuple(rows), none)


def _warnings(warnings: Sequence[WarningLine], say: Voice) -> Table:
    rows = tuple(
        (
            w.id,
            say.of("warnings", w.kind),
            f"{clean(w.headline, 160)}, {clean(w.area, 120)}",
            say("{at} by {by}", at=say.at(w.sent_at), by=w.approved_by),
            f"{say.of('warnings', w.ended[0])} {say.at(w.ended[1])}"
            if w.ended
            else say("in force until {at}", at=say.at(w.expires_at)),
        )
        for w in warnings
    )
    head = tuple(map(say, ("Warning", "Kind", "What and where", "Approved and sent", "State")))
    return Table(say("What the public was told"), head, (3, 3, 9, 7, 6), rows, say("none was sent"))


def _response(
    one: Incident, steps: Sequence[AlertStep], frame: Frame, say: Voice
) -> Iterator[tuple[str, str]]:
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
            say("Alert to answer"),
            say(
                "median {median}, longest {longest}: from being raised to the first acknowledgement, "
                "confirmation or rejection; {n} of {all} answered",
                median=lasted(say, middle),
                longest=lasted(say, waits[-1]),
                n=len(waits),
                all=len(raised),
            ),
        )
    else:
        none = say.many(len(raised), "none of {n} alert answered yet", "none of {n} alerts answered yet")
        yield say("Alert to answer"), none
    if one.detected_at is not None:
        yield say("Detection to opening"), lasted(say, one.opened_at - one.detected_at)
    if one.disposition is not None:
        yield say("Opening to closing"), lasted(say, one.disposition.at - one.opened_at)
    else:
        lasts = lasted(say, frame.at - one.opened_at)
        yield say("Open for"), say("{lasts} until the moment of this report", lasts=lasts)
    ended = [t for t in one.tasks if t.ended is not None]
    late = [t for t in ended if t.due_at and t.ended and t.ended.at > t.due_at]
    counts = {"n": len(ended), "all": len(one.tasks), "late": len(late)}
    yield say("Tasks"), say("{n} of {all} ended, {late} of these late", **counts)
    often = sum(len(t.escalations) for t in one.tasks)
    yield say("Escalations"), say.many(often, "{n} time", "{n} times")


def _evidence(facts: IncidentFacts, say: Voice) -> Iterator[Block]:
    if facts.exhibits_withheld:
        are = say.many(
            facts.exhibits_withheld,
            "{n} piece is closed to this room and left out",
            "{n} pieces are closed to this room and left out",
        )
        yield Paragraph(f"{are}.", strong=True)
    rows = tuple(
        (
            e.id,
            e.kind,
            say.at(e.taken_at),
            say("{at} by {by}", at=say.at(e.added_at), by=e.added_by),
            say("kept until {day}", day=say.day(e.kept_until)) if e.kept_until else say.of("states", e.state),
        )
        for e in facts.exhibits
    )
    head = tuple(map(say, ("Evidence", "Kind", "Taken", "Added", "State")))
    title = say("Entries only: pictures and files are looked at in Tocsin")
    yield Table(title, head, (3, 4, 5, 7, 5), rows, say("none"))


def _timeline(told: Sequence[Line], say: Voice) -> Iterator[Block]:
    kept = told[-MOST_ROWS:]
    if len(kept) < len(told):
        yield Paragraph(
            say(
                "The newest {n} of {all} lines. The older ones are in the log of the incident.",
                n=say.number(MOST_ROWS),
                all=say.number(len(told)),
            ),
            strong=True,
        )
    rows = tuple((say.at(line.at), line.who, line.what, line.words or NONE) for line in kept)
    head = tuple(map(say, ("Time", "Who", "What", "Words")))
    yield Table(say("Everything in order of time"), head, (5, 4, 5, 15), rows, say("nothing yet"))
