"""What time alone does: shelves, maintenance, flapping and floods that end, views ahead of their events."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from tocsin.alerts import repository
from tocsin.alerts.episodes import STAGE, ends, settles
from tocsin.alerts.flood import Flood, Floods, summary
from tocsin.alerts.machine import CLOSED, step
from tocsin.alerts.maintenance import resting
from tocsin.alerts.repository import Row
from tocsin.alerts.rules import Rules
from tocsin.db import Connection
from tocsin.kernel.decisions import AlertEvent, Rule, Suppression
from tocsin.kernel.events import Phase


def is_due(conn: Connection, rules: Rules, now: datetime) -> bool:
    """Whether ``tick`` would change anything. A read: most ticks write nothing."""
    if resting.is_due(conn, now):
        return True
    found = repository.rows(conn, repository.due(conn, now)).values()
    return any(_due(row, rules, now) for row in found) or bool(_floods(conn, rules, now).ended())


def tick(conn: Connection, rules: Rules, now: datetime) -> int:
    """Do what is due. Returns how many alerts moved on."""
    rested = resting.apply(conn, now)
    events: list[AlertEvent] = []
    touched: dict[int, Row] = {}
    for number, row in repository.rows(conn, repository.due(conn, now)).items():
        for event in _events(row, rules, now):
            row.alert, row.pending = event.alert, None
            events.append(event)
            touched[number] = row
    _end_floods(conn, rules, now, touched, events)
    repository.save(conn, touched.values(), events)
    return rested + len(touched)


def _due(row: Row, rules: Rules, now: datetime) -> bool:
    shelf = row.alert.shelved
    return (
        row.pending is not None
        or (shelf is not None and shelf.until <= now)
        or settles(row.alert, row.memory, now, rules.habits) is not None
    )


def _events(row: Row, rules: Rules, now: datetime) -> list[AlertEvent]:
    alert, out = row.alert, []
    if alert.shelved is not None and alert.shelved.until <= now:
        out.append(step(alert, "returned", STAGE, now, "its time on the shelf is over", shelved=None))
        alert = out[-1].alert
    settled = settles(alert, row.memory, now, rules.habits)
    if settled is not None:
        out.append(settled)
    if not out and row.pending is not None:
        out.append(step(alert, "updated", STAGE, now, row.pending or None))
    return out


def _floods(conn: Connection, rules: Rules, now: datetime) -> Floods:
    running = repository.floods(conn)
    raised = repository.raised(conn, now - rules.habits.window)
    return Floods(rules, raised, running, now)


def _end_floods(
    conn: Connection, rules: Rules, now: datetime, touched: dict[int, Row], events: list[AlertEvent]
) -> None:
    floods = _floods(conn, rules, now)
    over = floods.ended()
    if not over:
        return
    for flood in over:
        del floods.running[flood.rule, flood.scope]
    held = repository.rows(conn, repository.held_back(conn, {flood.rule for flood in over}))
    for number, row in held.items():
        row = touched.get(number, row)  # as this tick has left it
        rule = floods.holds(row.alert.tool, row.alert.severity)
        if rule is not None and row.alert.suppressed is not None:
            if rule.id == row.alert.suppressed.rule.id:
                continue  # another tool's flood of the same rule has ended
            held_by = Suppression(rule, now)
            event = step(row.alert, "suppressed", STAGE, now, rule.words, suppressed=held_by)
        else:
            event = step(row.alert, "released", STAGE, now, "the flood is over", suppressed=None)
        row.alert = event.alert
        events.append(event)
        touched[number] = row
    for flood in over:
        _end_summary(conn, rules, now, flood, touched, events)
    repository.save_floods(conn, floods.running.values())


def _end_summary(
    conn: Connection,
    rules: Rules,
    now: datetime,
    flood: Flood,
    touched: dict[int, Row],
    events: list[AlertEvent],
) -> None:
    if flood.summary is None:
        return
    row = touched.get(flood.summary) or repository.rows(conn, [flood.summary]).get(flood.summary)
    if row is None or row.alert.state is CLOSED:
        return
    words = Rule(rules.overflow.id, rules.overflow.words)
    said = summary(flood, words, Phase.ENDED, row.alert.finding.version + 1, now)
    change = ends(row.alert, row.memory, replace(said, id=row.alert.finding.id), now)
    row.alert, row.memory, row.pending = change.alert, change.memory, None
    if change.event is not None:
        events.append(change.event)
    touched[row.number] = row
