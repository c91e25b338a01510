"""The sheet that one shift hands to the next: what is open, what is set aside and until when, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tocsin.kernel.decisions import Alert, AlertState, Incident
from tocsin.kernel.events import SEVERITIES, Place
from tocsin.kernel.maintenance import MaintenanceWindow
from tocsin.kernel.steps import AlertStep
from tocsin.kernel.text import clean
from tocsin.reports.common import MOST_ROWS, due, foot, head, pressing, ranked, realm
from tocsin.reports.document import Block, Document, Facts, Heading, Paragraph, Table
from tocsin.reports.facts import Frame, ShiftFacts
from tocsin.reports.wording import NONE, Times, lasted, many, place, severity

TEN = timedelta(minutes=10)
_ANSWERS = frozenset({"acknowledged", "confirmed", "rejected"})


def handover(frame: Frame, facts: ShiftFacts) -> Document:
    """``frame.at`` is the end of the shift."""
    times = Times(frame.zone)
    period = f"{times.at(facts.since)} to {times.at(frame.at)}"
    rows = (("Shift", f"{period} ({lasted(frame.at - facts.since)})"), *head(frame, times))
    return Document(
        kind="Shift hand-over",
        title=f"{frame.room or 'No room'}, {times.at(frame.at)[:10]}",
        facts=Facts(rows),
        blocks=tuple(_blocks(frame, facts, times)),
        foot=foot(frame, times),
        realm=realm(frame),
    )


def _blocks(frame: Frame, facts: ShiftFacts, times: Times) -> Iterator[Block]:
    open_ones = [one for one in facts.incidents if one.state == "open"]
    shown = [a for a in facts.alerts if not (a.shelved or a.suppressed or a.out_of_service)]
    yield Heading("Open incidents and their next step")
    yield _incidents(open_ones, frame, times)
    yield Heading("Alerts that nobody has acknowledged")
    yield _unseen([a for a in shown if a.state is AlertState.NEW], frame, times)
    yield Heading("Set aside")
    yield _aside(facts.alerts, times)
    yield _windows(facts.windows, times)
    yield Heading("Tools and parts that do not work")
    yield Paragraph(f"As it was when this sheet was made, {times.at(frame.made_at)}.")
    yield Table(
        "Not working",
        ("What", "State", "Words"),
        (4, 3, 6),
        (*facts.tools, *((part, state, "part of the house") for part, state in facts.parts.items())),
        "all work",
    )
    yield Heading("The shift in figures")
    yield Facts(tuple(_figures(frame, facts)))
    yield Heading("Notes of the shift")
    yield _notes(facts, frame.at, times)
    yield Heading("Handed over")
    yield Facts((("By", "." * 60), ("To", "." * 60), ("When", "." * 60)))


def _incidents(found: Sequence[Incident], frame: Frame, times: Times) -> Table:
    rows = []
    for one in sorted(found, key=lambda i: (-SEVERITIES.index(i.severity), i.opened_at)):
        waiting = due(one.tasks)
        step = (
            f"{clean(waiting[0].title, 120)} ({waiting[0].role}), {pressing(waiting[0], frame.at, times)}"
            if waiting
            else "no open step"
        )
        owner = f"{one.owner}, {one.sharing.room}" if one.sharing.room else one.owner
        rows.append(
            (one.id, severity(one.severity), clean(one.title, 160), owner, times.at(one.opened_at), step)
        )
    names = ("Incident", "Severity", "What", "Owner", "Opened", "Next step")
    return Table("Gravest first", names, (3, 3, 7, 4, 5, 9), tuple(rows), "no incident is open")


def _unseen(found: Sequence[Alert], frame: Frame, times: Times) -> Table:
    rows = tuple(
        (
            a.id,
            severity(a.severity),
            clean(a.headline, 160),
            place(a.place),
            times.at(a.raised_at),
            lasted(frame.at - a.raised_at),
        )
        for a in ranked(found)[:MOST_ROWS]
    )
    names = ("Alert", "Severity", "What", "Where", "Raised", "Waiting for")
    return Table("Gravest first", names, (3, 3, 8, 6, 5, 4), rows, "none waits")


def _aside(found: Sequence[Alert], times: Times) -> Table:
    rows = []
    for a in ranked(found):
        what = clean(a.headline, 120)
        if a.shelved is not None:
            until = times.at(a.shelved.until) + (" or until its cause ends" if a.shelved.once else "")
            rows.append((a.id, what, f"shelved by {a.shelved.by}", until, clean(a.shelved.reason, 300)))
        if a.suppressed is not None:
            rule = a.suppressed.rule
            rows.append((a.id, what, "held back by a rule", "until the rule lets go", clean(rule.words, 300)))
        if a.out_of_service is not None:
            rest = a.out_of_service
            how = f"out of service, {rest.window} by {rest.by}"
            rows.append((a.id, what, how, times.at(rest.until), clean(rest.reason, 300)))
    names = ("Alert", "What", "How", "Until", "Why")
    return Table("Alerts shelved, suppressed or out of service", names, (3, 6, 5, 5, 8), tuple(rows), "none")


def _windows(found: Sequence[MaintenanceWindow], times: Times) -> Table:
    rows = tuple(
        (
            w.id,
            f"{w.state}, {w.room}" if w.room else w.state,
            _scope(w),
            f"{times.at(w.start)} to {times.at(w.end)}",
            f"{clean(w.reason, 300)} ({w.by})",
        )
        for w in found
    )
    names = ("Window", "State", "What", "When", "Why")
    return Table("Maintenance, running and planned for the next day", names, (2, 2, 4, 4, 5), rows, "none")


def _scope(window: MaintenanceWindow) -> str:
    scope = window.scope
    parts = [
        f"tool {scope.tool}" if scope.tool else "",
        f"kind {scope.kind}" if scope.kind else "",
        ", ".join(scope.entities[:5])
        + (f" and {len(scope.entities) - 5} more" if len(scope.entities) > 5 else ""),
        _area(scope.area) if scope.area else "",
    ]
    return clean("; ".join(part for part in parts if part), 300) or NONE


def _area(area: Place) -> str:
    return place(area)


def _figures(frame: Frame, facts: ShiftFacts) -> Iterator[tuple[str, str]]:
    """Of what this room was shown; each line says what it counts."""
    raised = {s.alert.id: s for s in facts.steps if s.act == "raised" and s.at >= facts.since}
    by_severity = Counter(step.alert.severity for step in raised.values())
    said = ", ".join(f"{by_severity[s]} {s}" for s in reversed(SEVERITIES))
    yield "Alerts raised", f"{len(raised)} ({said})"
    tens = max(1.0, (frame.at - facts.since) / TEN)
    per_ten = Counter(int((step.at - facts.since) / TEN) for step in raised.values())
    yield "Per 10 min", f"mean {len(raised) / tens:.2f}, most {max(per_ten.values(), default=0)} alerts"
    waits = _waits(facts.steps, raised)
    if waits:
        middle = (waits[(len(waits) - 1) // 2] + waits[len(waits) // 2]) / 2
        yield "Raised to answered", f"median {lasted(middle)}, longest {lasted(waits[-1])}"
    yield "Answered", f"{len(waits)} of {len(raised)} alerts raised in the shift"
    for act, words in (("confirmed", "Confirmed"), ("rejected", "Rejected"), ("shelved", "Shelved")):
        times = sum(step.act == act and step.at >= facts.since for step in facts.steps)
        yield words, many(times, "time", "times")
    opened = sum(i.opened_at >= facts.since for i in facts.incidents)
    closed = sum(i.disposition is not None and i.disposition.at >= facts.since for i in facts.incidents)
    yield "Incidents", f"{opened} opened, {closed} closed"


def _waits(steps: Sequence[AlertStep], raised: dict[str, AlertStep]) -> list[float]:
    first: dict[str, float] = {}
    for step in steps:
        if step.act in _ANSWERS and step.alert.id in raised:
            first.setdefault(step.alert.id, (step.at - raised[step.alert.id].at).total_seconds())
    return sorted(first.values())


def _notes(facts: ShiftFacts, until: datetime, times: Times) -> Table:
    rows = sorted(
        (entry.at, one.id, entry.by, clean(entry.words, 1000))
        for one in facts.incidents
        for entry in one.log
        if entry.act == "noted" and facts.since <= entry.at <= until
    )
    shown = tuple((times.at(when), where, who, words) for when, where, who, words in rows[-MOST_ROWS:])
    return Table(
        "From the logs of incidents", ("Time", "Incident", "Who", "Note"), (5, 3, 4, 15), shown, "none"
    )
