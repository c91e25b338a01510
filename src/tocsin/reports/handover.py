"""The sheet that one shift hands to the next: what is open, what is set aside and until when, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tocsin.kernel.decisions import Alert, AlertState, Incident
from tocsin.kernel.events import SEVERITIES
from tocsin.kernel.maintenance import MaintenanceWindow
from tocsin.kernel.steps import AlertStep
from tocsin.kernel.text import clean
from tocsin.reports.common import MOST_ROWS, due, foot, head, paper, pressing, ranked, realm
from tocsin.reports.document import Block, Document, Facts, Heading, Paragraph, Table
from tocsin.reports.facts import Frame, ShiftFacts
from tocsin.reports.voice import NONE, Voice
from tocsin.reports.wording import lasted, place, severity

TEN = timedelta(minutes=10)
_ANSWERS = frozenset({"acknowledged", "confirmed", "rejected"})


def handover(frame: Frame, facts: ShiftFacts) -> Document:
    """``frame.at`` is the end of the shift."""
    say = Voice(frame.zone, frame.language)
    period = say("{start} to {end}", start=say.at(facts.since), end=say.at(frame.at))
    rows = ((say("Shift"), f"{period} ({lasted(say, frame.at - facts.since)})"), *head(frame, say))
    return Document(
        kind=say("Shift hand-over"),
        title=f"{frame.room or say('No room')}, {say.day(frame.at)}",
        facts=Facts(rows),
        blocks=tuple(_blocks(frame, facts, say)),
        foot=foot(frame, say),
        lang=frame.language,
        realm=realm(frame, say),
        paper=paper(say),
    )


def _blocks(frame: Frame, facts: ShiftFacts, say: Voice) -> Iterator[Block]:
    open_ones = [one for one in facts.incidents if one.state == "open"]
    shown = [a for a in facts.alerts if not (a.shelved or a.suppressed or a.out_of_service)]
    yield Heading(say("Open incidents and their next step"))
    yield _incidents(open_ones, frame, say)
    yield Heading(say("Alerts that nobody has acknowledged"))
    yield _unseen([a for a in shown if a.state is AlertState.NEW], frame, say)
    yield Heading(say("Set aside"))
    yield _aside(facts.alerts, say)
    yield _windows(facts.windows, say)
    yield Heading(say("Tools and parts that do not work"))
    yield Paragraph(say("As it was when this sheet was made, {at}.", at=say.at(frame.made_at)))
    yield Table(
        say("Not working"),
        (say("What"), say("State"), say("Words")),
        (4, 3, 6),
        (*facts.tools, *((part, state, say("part of the house")) for part, state in facts.parts.items())),
        say("all work"),
    )
    yield Heading(say("The shift in figures"))
    yield Facts(tuple(_figures(frame, facts, say)))
    yield Heading(say("Notes of the shift"))
    yield _notes(facts, frame.at, say)
    yield Heading(say("Handed over"))
    yield Facts(((say("By"), "." * 60), (say("To"), "." * 60), (say("When"), "." * 60)))


def _incidents(found: Sequence[Incident], frame: Frame, say: Voice) -> Table:
    rows = []
    for one in sorted(found, key=lambda i: (-SEVERITIES.index(i.severity), i.opened_at)):
        waiting = due(one.tasks)
        step = (
            f"{clean(waiting[0].title, 120)} ({say.of('roles', waiting[0].role)}), "
            f"{pressing(waiting[0], frame.at, say)}"
            if waiting
            else say("no open step")
        )
        owner = f"{one.owner}, {one.sharing.room}" if one.sharing.room else one.owner
        rows.append(
            (one.id, severity(say, one.severity), clean(one.title, 160), owner, say.at(one.opened_at), step)
        )
    names = tuple(map(say, ("Incident", "Severity", "What", "Owner", "Opened", "Next step")))
    return Table(say("Gravest first"), names, (3, 3, 7, 4, 5, 9), tuple(rows), say("no incident is open"))


def _unseen(found: Sequence[Alert], frame: Frame, say: Voice) -> Table:
    rows = tuple(
        (
            a.id,
            severity(say, a.severity),
            clean(a.headline, 160),
            place(say, a.place),
            say.at(a.raised_at),
            lasted(say, frame.at - a.raised_at),
        )
        for a in ranked(found)[:MOST_ROWS]
    )
    names = tuple(map(say, ("Alert", "Severity", "What", "Where", "Raised", "Waiting for")))
    return Table(say("Gravest first"), names, (3, 3, 8, 6, 5, 4), rows, say("none waits"))


def _aside(found: Sequence[Alert], say: Voice) -> Table:
    rows = []
    for a in ranked(found):
        what = clean(a.headline, 120)
        if a.shelved is not None:
            until = say.at(a.shelved.until) + (say(" or until its cause ends") if a.shelved.once else "")
            rows.append(
                (a.id, what, say("shelved by {by}", by=a.shelved.by), until, clean(a.shelved.reason, 300))
            )
        if a.suppressed is not None:
            rule = a.suppressed.rule
            how, until = say("held back by a rule"), say("until the rule lets go")
            rows.append((a.id, what, how, until, clean(rule.words, 300)))
        if a.out_of_service is not None:
            rest = a.out_of_service
            how = say("out of service, {window} by {by}", window=rest.window, by=rest.by)
            rows.append((a.id, what, how, say.at(rest.until), clean(rest.reason, 300)))
    names = tuple(map(say, ("Alert", "What", "How", "Until", "Why")))
    title = say("Alerts shelved, suppressed or out of service")
    return Table(title, names, (3, 6, 5, 5, 8), tuple(rows), say("none"))


def _windows(found: Sequence[MaintenanceWindow], say: Voice) -> Table:
    rows = tuple(
        (
            w.id,
            f"{say.of('states', w.state)}, {w.room}" if w.room else say.of("states", w.state),
            _scope(w, say),
            say("{start} to {end}", start=say.at(w.start), end=say.at(w.end)),
            f"{clean(w.reason, 300)} ({w.by})",
        )
        for w in found
    )
    names = tuple(map(say, ("Window", "State", "What", "When", "Why")))
    title = say("Maintenance, running and planned for the next day")
    return Table(title, names, (2, 2, 4, 4, 5), rows, say("none"))


def _scope(window: MaintenanceWindow, say: Voice) -> str:
    scope = window.scope
    parts = [
        say("tool {tool}", tool=scope.tool) if scope.tool else "",
        say("kind {kind}", kind=scope.kind) if scope.kind else "",
        ", ".join(scope.entities[:5])
        + (say(" and {n} more", n=len(scope.entities) - 5) if len(scope.entities) > 5 else ""),
        place(say, scope.area) if scope.area else "",
    ]
    return clean("; ".join(part for part in parts if part), 300) or NONE


def _figures(frame: Frame, facts: ShiftFacts, say: Voice) -> Iterator[tuple[str, str]]:
    """Of what this room was shown; each line says what it counts."""
    raised = {s.alert.id: s for s in facts.steps if s.act == "raised" and s.at >= facts.since}
    by_severity = Counter(step.alert.severity for step in raised.values())
    said = ", ".join(f"{by_severity[s]} {say.of('severity', s)}" for s in reversed(SEVERITIES))
    yield say("Alerts raised"), f"{len(raised)} ({said})"
    tens = max(1.0, (frame.at - facts.since) / TEN)
    per_ten = Counter(int((step.at - facts.since) / TEN) for step in raised.values())
    mean, most = say.number(len(raised) / tens, ".2f"), max(per_ten.values(), default=0)
    yield say("Per 10 min"), say("mean {mean}, most {most} alerts", mean=mean, most=most)
    waits = _waits(facts.steps, raised)
    if waits:
        middle = (waits[(len(waits) - 1) // 2] + waits[len(waits) // 2]) / 2
        middles, longest = lasted(say, middle), lasted(say, waits[-1])
        said = say("median {median}, longest {longest}", median=middles, longest=longest)
        yield say("Raised to answered"), said
    yield say("Answered"), say("{n} of {all} alerts raised in the shift", n=len(waits), all=len(raised))
    acts = (("confirmed", say("Confirmed")), ("rejected", say("Rejected")), ("shelved", say("Shelved")))
    for act, words in acts:
        often = sum(step.act == act and step.at >= facts.since for step in facts.steps)
        yield words, say.many(often, "{n} time", "{n} times")
    opened = sum(i.opened_at >= facts.since for i in facts.incidents)
    closed = sum(i.disposition is not None and i.disposition.at >= facts.since for i in facts.incidents)
    yield say("Incidents"), say("{opened} opened, {closed} closed", opened=opened, closed=closed)


def _waits(steps: Sequence[AlertStep], raised: dict[str, AlertStep]) -> list[float]:
    first: dict[str, float] = {}
    for step in steps:
        if step.act in _ANSWERS and step.alert.id in raised:
            first.setdefault(step.alert.id, (step.at - raised[step.alert.id].at).total_seconds())
    return sorted(first.values())


def _notes(facts: ShiftFacts, until: datetime, say: Voice) -> Table:
    rows = sorted(
        (entry.at, one.id, entry.by, clean(entry.words, 1000))
        for one in facts.incidents
        for entry in one.log
        if entry.act == "noted" and facts.since <= entry.at <= until
    )
    shown = tuple((say.at(when), where, who, words) for when, where, who, words in rows[-MOST_ROWS:])
    names = tuple(map(say, ("Time", "Incident", "Who", "Note")))
    return Table(say("From the logs of incidents"), names, (5, 3, 4, 15), shown, say("none"))
