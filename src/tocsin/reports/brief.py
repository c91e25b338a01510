"""One page for who decides: situation, what is asked, options, what is known and what is not, times.

Nothing in it is written by a machine that guesses: every line is a field of the incident, picked by rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tocsin.kernel.decisions import Alert, Task
from tocsin.kernel.text import clean
from tocsin.reports.common import due, foot, head, paper, pressing, ranked, realm
from tocsin.reports.document import Block, Document, Facts, Heading, Items, Paragraph
from tocsin.reports.facts import Frame, IncidentFacts
from tocsin.reports.voice import Voice
from tocsin.reports.wording import figure, lasted, per_cent, severity, where

_DECIDER = "decision maker"
#: lines of a list, and characters of a line: a page is read standing
_MOST, _CHARS = 5, 220
#: from here on a fault of the sensor is named among what is not known
_DOUBT = 0.2


def brief(frame: Frame, facts: IncidentFacts) -> Document:
    say, one = Voice(frame.zone, frame.language), facts.incident
    alerts = ranked(facts.alerts)
    return Document(
        kind=say("Brief for a decision"),
        title=f"{one.id} {clean(one.title, 120)}",
        facts=Facts(head(frame, say)[:2]),
        blocks=tuple(_blocks(frame, facts, alerts, say)),
        foot=foot(frame, say),
        lang=frame.language,
        realm=realm(frame, say),
        one_page=True,
        paper=paper(say),
    )


def _blocks(frame: Frame, facts: IncidentFacts, alerts: Sequence[Alert], say: Voice) -> Iterator[Block]:
    one = facts.incident
    asked = _asked(due(one.tasks))
    yield Heading(say("Situation"))
    active = sum(alert.active for alert in alerts)
    owner = f"{one.owner}, {one.sharing.room}" if one.sharing.room else one.owner
    state = f"{severity(say, one.severity)}, {say.of('states', one.state)}, {where(say, one.place)}."
    many = say.many(len(alerts), "{n} alert", "{n} alerts")
    lasts = lasted(say, frame.at - one.opened_at)
    told = say(
        "Open for {lasts}; {alerts}, {n} active. Owner: {owner}.",
        lasts=lasts,
        alerts=many,
        n=active,
        owner=owner,
    )
    yield Paragraph(f"{state} {told}")
    yield Items(
        _few(
            [
                f"{severity(say, a.severity)} {clean(a.headline, _CHARS)}, {where(say, a.place)}"
                for a in alerts
            ],
            say,
        )
    )
    yield Heading(say("What is asked"))
    yield from _question(asked, frame, say)
    yield Heading(say("Options"))
    yield from _options(asked, one.tasks, say)
    yield Heading(say("Known"))
    yield _listed(list(_known(facts, alerts, say)), say("Nothing has been confirmed by a person yet."), say)
    yield Heading(say("Not known"))
    yield _listed(list(_unknown(facts, alerts, frame, say)), say("No open point is on the incident."), say)
    yield Heading(say("Times"))
    yield Facts(tuple(_times(facts, alerts, frame, say)))


def _asked(waiting: Sequence[Task]) -> Task | None:
    """An open question to a decision maker, else any open question, else a decision maker's next step."""
    tests = (
        lambda t: t.question is not None and t.role == _DECIDER,
        lambda t: t.question is not None,
        lambda t: t.role == _DECIDER,
    )
    return next((task for test in tests for task in waiting if test(task)), None)


def _question(asked: Task | None, frame: Frame, say: Voice) -> Iterator[Block]:
    if asked is None:
        yield Paragraph(say("Nothing: this is for your information. No step waits for a decision."))
        return
    words = asked.question.words if asked.question else asked.title
    yield Paragraph(clean(words, 400), strong=True)
    role, when = say.of("roles", asked.role), pressing(asked, frame.at, say)
    yield Paragraph(f"{clean(asked.words, 500)} {say('For: {role}; {when}.', role=role, when=when)}")


def _options(asked: Task | None, tasks: Sequence[Task], say: Voice) -> Iterator[Block]:
    if asked is None or asked.question is None:
        yield Paragraph(say("The procedure names none.") if asked else say("None to choose from."))
        return
    titles = {task.id: clean(task.title, 80) for task in tasks}
    rows = []
    for answer in asked.question.answers[:_MOST]:
        leads = [titles[step] for step in answer.leads_to if step in titles]
        opens = say("opens: {steps}", steps=", ".join(leads)) if leads else say("opens no further step")
        rows.append((clean(answer.name, 60), opens))
    yield Facts(tuple(rows))


def _known(facts: IncidentFacts, alerts: Sequence[Alert], say: Voice) -> Iterator[str]:
    for a in alerts:
        if a.confirmed is not None:
            by = say("confirmed by {by}", by=a.confirmed.by)
            f = a.finding
            seen = say(": {figure} seen", figure=figure(say, f.seen, f.unit)) if f.seen is not None else ""
            yield f"{a.id} {clean(a.headline, 100)}, {by}{seen}"
    for warning in facts.warnings:
        headline, at = clean(warning.headline, 120), say.at(warning.sent_at)
        yield say(
            "The public was told at {at}: {headline} ({warning})",
            at=at,
            headline=headline,
            warning=warning.id,
        )
    for task in facts.incident.tasks:
        if task.answer is not None and task.ended is not None:
            title, answer = clean(task.title, 80), clean(task.answer, 80)
            yield say("Decided: {task}: {answer}, by {by}", task=title, answer=answer, by=task.ended.by)


def _unknown(facts: IncidentFacts, alerts: Sequence[Alert], frame: Frame, say: Voice) -> Iterator[str]:
    if facts.withheld:
        n = len(facts.withheld)
        yield say.many(n, "{n} alert is closed to this room", "{n} alerts are closed to this room")
    for a in alerts:
        if a.finding.fault_probability >= _DOUBT and a.rejected is None:
            chance = per_cent(a.finding.fault_probability)
            perhaps = say("perhaps a fault of the sensor ({chance} by the tool)", chance=chance)
            yield f"{a.id} {clean(a.headline, 80)}: {perhaps}"
    unseen = [a.id for a in alerts if a.confirmed is None and a.rejected is None]
    if unseen:
        ids = ", ".join(unseen[:8]) + (say(" and {n} more", n=len(unseen) - 8) if len(unseen) > 8 else "")
        yield say("Neither confirmed nor rejected by a person: {ids}", ids=ids)
    if facts.incident.place is None:
        yield say("Where the incident is centred")
    for task in due(facts.incident.tasks):
        if task.due_at is not None and task.due_at < frame.at:
            step, role = clean(task.title, 100), say.of("roles", task.role)
            when = pressing(task, frame.at, say)
            yield say("Not done yet: {step} ({role}, {when})", step=step, role=role, when=when)


def _times(
    facts: IncidentFacts, alerts: Sequence[Alert], frame: Frame, say: Voice
) -> Iterator[tuple[str, str]]:
    one = facts.incident
    if one.detected_at is not None:
        yield say("Detected"), say.at(one.detected_at)
    yield say("Opened"), say.at(one.opened_at)
    answered = [a.acknowledged.at for a in alerts if a.acknowledged is not None]
    yield say("First answered"), say.at(min(answered)) if answered else say("no alert is acknowledged")
    waiting = [task for task in due(one.tasks) if task.due_at is not None]
    if waiting:
        yield say("Next limit"), f"{clean(waiting[0].title, 80)}, {pressing(waiting[0], frame.at, say)}"
    if one.disposition is not None:
        ended = one.disposition
        yield say("Closed"), f"{say.at(ended.at)}, {say.of('outcomes', ended.outcome)}"
    yield say("Times are"), say.label(frame.at)


def _few(lines: Sequence[str], say: Voice) -> tuple[str, ...]:
    kept = [clean(line, _CHARS) for line in lines[:_MOST]]
    return (*kept, say("and {n} more", n=len(lines) - _MOST)) if len(lines) > _MOST else tuple(kept)


def _listed(lines: Sequence[str], none: str, say: Voice) -> Block:
    return Items(_few(lines, say)) if lines else Paragraph(none)
