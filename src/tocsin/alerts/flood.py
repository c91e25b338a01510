"""Too many at once: what is held back, since when, and when it comes back (ISA-18.2-2016, clause 16).

Counted are alerts raised in the window, those held back too: a flood does not end because it is hidden.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tocsin.alerts.rules import Rules
from tocsin.kernel.decisions import Rule
from tocsin.kernel.events import Finding, Phase, Severity
from tocsin.kernel.ids import content_id

#: scope of a rule over all tools
ALL = "*"
FLOOD_KIND = "alerts.flood"
Key = tuple[str, str]


@dataclass(slots=True)
class Flood:
    """One rule in force over one scope (a tool, or all).

    ``counted``: findings that got no alert of their own; ``summary``: number of the one that stands for them.
    """

    rule: str
    scope: str
    since: datetime
    counted: int = 0
    summary: int | None = None


class Floods:
    """The floods under way, moved on by each alert raised.

    ``raised``: when, and by which tool, in order of time; what is older than the window counts no more.
    """

    def __init__(
        self, rules: Rules, raised: Iterable[tuple[datetime, str]], running: Iterable[Flood], now: datetime
    ) -> None:
        self._rules, self._raised = rules, deque(raised)
        self.running: dict[Key, Flood] = {(f.rule, f.scope): f for f in running}
        self._tools = Counter(tool for _, tool in self._raised)
        self.at(now)

    def at(self, now: datetime) -> None:
        """It is ``now``, and never earlier again."""
        self._now, since = now, now - self._rules.habits.window
        while self._raised and self._raised[0][0] <= since:
            self._tools[self._raised.popleft()[1]] -= 1

    def count(self, tool: str) -> None:
        """One more alert of this tool was raised; floods that it starts are under way."""
        self._raised.append((self._now, tool))
        self._tools[tool] += 1
        for rule in self._rules.flood:
            scope = tool if rule.scope == "tool" else ALL
            if self.level(scope) >= rule.start:
                self._start(rule.id, scope)

    def level(self, scope: str) -> int:
        """Alerts raised in the window."""
        return self._tools.total() if scope == ALL else self._tools[scope]

    def holds(self, tool: str, severity: Severity) -> Rule | None:
        """The rule that holds back an alert of this tool and severity; None where it may come."""
        for rule in self._rules.flood:
            scope = tool if rule.scope == "tool" else ALL
            if severity in rule.holds and (rule.id, scope) in self.running:
                return rule.rule
        return None

    def overflow(self, tool: str, severity: Severity) -> Flood | None:
        """The flood in which a finding is only counted; None where it gets its alert. Never for critical."""
        if severity == "critical":
            return None
        over = self._rules.overflow
        if self.level(tool) >= over.start:
            self._start(over.id, tool)
        return self.running.get((over.id, tool))

    def ended(self) -> list[Flood]:
        """Floods whose scope has come below their end."""
        ends = {rule.id: rule.end for rule in self._rules.flood}
        ends[self._rules.overflow.id] = self._rules.overflow.end
        # a rule that is no longer in the file holds nothing back any more
        return [f for f in self.running.values() if self.level(f.scope) < ends.get(f.rule, 1 << 62)]

    def _start(self, rule: str, scope: str) -> None:
        self.running.setdefault((rule, scope), Flood(rule, scope, self._now))


def summary(flood: Flood, words: Rule, phase: Phase, version: int, now: datetime) -> Finding:
    """What stands in the queue for findings that are only counted."""
    tool = flood.scope
    many = f"{flood.counted} finding{'' if flood.counted == 1 else 's'}"
    return Finding(
        id=content_id("flood", tool, flood.since),
        version=version,
        tool="alerts",
        tool_version="1",
        kind=FLOOD_KIND,
        phase=phase,
        entities=(),
        onset=flood.since,
        observed_at=max(now, flood.since),
        headline=f"Tool {tool} floods: {many} without an alert of their own",
        words=(
            f"The tool {tool} reports faster than people can read. {many} since then were counted and got "
            f"no alert of their own ({words.id}: {words.words}) Critical ones still come. Look at the "
            f"tool on the status wall; what still goes on when the flood ends will be raised then."
        ),
        score=float(flood.counted),
        score_means="findings counted without an alert of their own",
        severity="medium",
        fault_probability=0.0,
        evidence=(),
    )
