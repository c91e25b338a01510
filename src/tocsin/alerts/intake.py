"""A batch of findings becomes alerts: read what they touch, fold them in memory, write once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat

from msgspec.structs import replace

from tocsin.alerts import repository
from tocsin.alerts.episodes import STAGE, Change, again, begin, dedup_key, ends, goes_on, takes
from tocsin.alerts.flood import Flood, Floods, summary
from tocsin.alerts.machine import CLOSED, step
from tocsin.alerts.maintenance import repository as maintenance
from tocsin.alerts.maintenance.resting import settle
from tocsin.alerts.repository import Row
from tocsin.alerts.routing import Router, open_to_all
from tocsin.alerts.rules import Rules, Verdict, rank
from tocsin.db import Connection
from tocsin.kernel.decisions import AlertEvent, Rule, Suppression
from tocsin.kernel.events import Finding, Phase


@dataclass(slots=True)
class Tally:
    """What became of the findings of a batch."""

    raised: int = 0
    joined: int = 0
    followed: int = 0
    held_back: int = 0
    counted: int = 0
    #: repeats by id and version
    repeats: int = 0
    #: ends of episodes that got no alert (counted in a flood)
    strangers: int = 0


class Intake:
    """Lives for one transaction: ``take`` then ``finish``. ``now``: of the first finding."""

    def __init__(self, conn: Connection, rules: Rules, now: datetime, route: Router = open_to_all) -> None:
        self._conn, self._rules, self._now, self._route = conn, rules, now, route
        self._floods = Floods(
            rules,
            repository.raised(conn, now - rules.habits.window),
            repository.floods(conn),
            now,
        )
        self._next = repository.next_number(conn)
        self._rows: dict[int, Row] = {}
        self._newest: dict[str, int] = {}
        self._seen: dict[str, tuple[int, int]] = {}
        self._touched: dict[int, Row] = {}
        self._learnt: dict[str, tuple[int, int]] = {}
        self._events: list[AlertEvent] = []
        self._summaries: dict[str, Flood] = {}
        self._windows = maintenance.running(conn)
        self._rested: list[tuple[str, int, str]] = []
        self.tally = Tally()

    def take(self, findings: Sequence[Finding], times: Sequence[datetime] = ()) -> None:
        """Fold findings, in order. They must be tidy (``tidy.tidy``).

        ``times``: when each is decided, none before the one ahead of it; all at ``now`` without.
        """
        self._seen.update(repository.findings(self._conn, {f.id for f in findings}))
        self._newest.update(repository.open_by_key(self._conn, {dedup_key(f) for f in findings}))
        wanted = {number for number, _ in self._seen.values()} | set(self._newest.values())
        self._rows.update(repository.rows(self._conn, wanted - self._rows.keys()))
        for finding, now in zip(findings, times or repeat(self._now), strict=False):
            if now > self._now:
                self._now = now
                self._floods.at(now)
            self._fold(finding)

    def finish(self) -> None:
        """Write all that changed."""
        for flood in self._summaries.values():
            self._summarise(flood)
        repository.save(self._conn, self._touched.values(), self._events)
        maintenance.note(self._conn, self._rested)
        repository.save_findings(self._conn, self._learnt)
        repository.save_floods(self._conn, self._floods.running.values())

    def _fold(self, finding: Finding) -> None:
        known = self._seen.get(finding.id)
        if known is not None and finding.version <= known[1]:
            self.tally.repeats += 1
            return
        verdict = self._rules.decide(finding)
        if known is not None:
            self._follow(self._rows[known[0]], finding, verdict)
        elif finding.phase is Phase.ENDED:
            self.tally.strangers += 1
        else:
            self._start(finding, verdict)

    def _follow(self, row: Row, finding: Finding, verdict: Verdict) -> None:
        """Another word on an episode that has its alert."""
        self.tally.followed += 1
        self._learn(finding, row)
        if finding.phase is Phase.ENDED:
            self._apply(row, ends(row.alert, row.memory, finding, self._now))
        elif row.alert.state is not CLOSED:
            self._apply(row, goes_on(row.alert, row.memory, finding, verdict, self._now))
            self._let_through(row)
        elif rank(verdict.severity) > rank(row.alert.severity):
            self._start(finding, verdict)  # closed as less than it has become: people must see that

    def _start(self, finding: Finding, verdict: Verdict) -> None:
        key = dedup_key(finding)
        row = self._rows.get(self._newest.get(key, 0))
        if row is not None and takes(row.alert, finding, self._rules.habits):
            self.tally.joined += 1
            self._learn(finding, row)
            habits = self._rules.habits
            self._apply(row, again(row.alert, row.memory, finding, verdict, self._now, habits))
            self._let_through(row)
            return
        flood = self._floods.overflow(finding.tool, verdict.severity)
        if flood is not None:
            flood.counted += 1
            self.tally.counted += 1
            self._summaries[flood.scope] = flood
            return
        row = self._raise(finding, verdict)
        if self._windows and self._rests(row):
            return  # neither counted in a flood nor held back by one
        self._floods.count(finding.tool)
        rule = self._floods.holds(finding.tool, verdict.severity)
        if rule is not None:
            self._hold_back(row, rule)

    def _raise(self, finding: Finding, verdict: Verdict) -> Row:
        change = begin(self._next, finding, verdict, self._now, self._route(finding, verdict))
        row = self._rows[self._next] = Row(self._next, change.alert, change.memory)
        self._newest[dedup_key(finding)] = self._next
        self._next += 1
        self.tally.raised += 1
        self._learn(finding, row)
        self._apply(row, change)
        return row

    def _rests(self, row: Row) -> bool:
        """What is worked on is out of service from its first moment, never in the queue for a second."""
        event = settle(row, self._windows, self._now, self._rested)
        if event is not None:
            self._apply(row, Change(event.alert, row.memory, event))
        return event is not None

    def _hold_back(self, row: Row, rule: Rule) -> None:
        self.tally.held_back += 1
        held = Suppression(rule, self._now)
        event = step(row.alert, "suppressed", STAGE, self._now, rule.words, suppressed=held)
        self._apply(row, Change(event.alert, row.memory, event))

    def _let_through(self, row: Row) -> None:
        """What was held back and has become graver than its rule holds comes at once."""
        held = row.alert.suppressed
        if held is None:
            return
        rule = self._rules.flood_rule(held.rule.id)
        if rule is None or row.alert.severity not in rule.holds:
            reason = f"now {row.alert.severity}"
            event = step(row.alert, "released", STAGE, self._now, reason, suppressed=None)
            self._apply(row, Change(event.alert, row.memory, event))

    def _summarise(self, flood: Flood) -> None:
        """Bring the alert that stands for the counted ones up to date; a closed one gets a successor."""
        words = Rule(self._rules.overflow.id, self._rules.overflow.words)
        if flood.summary is not None and flood.summary not in self._rows:
            self._rows.update(repository.rows(self._conn, [flood.summary]))
        row = self._rows.get(flood.summary or 0)
        if row is not None and row.alert.state is not CLOSED:
            said = summary(flood, words, Phase.ONGOING, row.alert.finding.version + 1, self._now)
            said = replace(said, id=row.alert.finding.id)
            self._apply(row, goes_on(row.alert, row.memory, said, self._rules.decide(said), self._now))
            return
        if row is not None:
            flood.since = self._now
        said = summary(flood, words, Phase.STARTED, 1, self._now)
        flood.summary = self._raise(said, self._rules.decide(said)).number

    def _learn(self, finding: Finding, row: Row) -> None:
        self._seen[finding.id] = self._learnt[finding.id] = (row.number, finding.version)

    def _apply(self, row: Row, change: Change) -> None:
        if change.event is not None:
            self._events.append(change.event)
            row.pending = None
        elif change.alert is not row.alert:
            row.pending = row.pending or ""
        elif change.memory is row.memory:
            return
        row.alert, row.memory = change.alert, change.memory
        self._touched[row.number] = row
