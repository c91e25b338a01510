"""A tool's record, per kind and month: confirmed, rejected, undecided, and the precision that follows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from datetime import UTC, datetime

import msgspec

from tocsin.alerts.record import repository
from tocsin.alerts.record.wilson import wilson
from tocsin.db import Connection

#: below this a precision says more of chance than of the tool
ENOUGH = 20
MONTHS = 12
HOW = (
    "of the alerts raised in the time: confirmed = a person confirmed it; rejected = a person rejected it, "
    "or the incident it was part of ended as a false alarm; undecided = all others. Precision = confirmed of "
    "confirmed and rejected, with Wilson's 95 % interval. Months are of UTC. What a tool missed is not "
    "seen here."
)
Verdicts = Counter[str]


class Tally(msgspec.Struct, frozen=True):
    """``precision``, ``low`` and ``high`` (0..1) are None while there are fewer than ``ENOUGH`` decisions."""

    confirmed: int
    rejected: int
    undecided: int
    decisions: int
    enough: bool
    precision: float | None
    low: float | None
    high: float | None


class MonthRecord(msgspec.Struct, frozen=True):
    month: str
    tally: Tally


class KindRecord(msgspec.Struct, frozen=True):
    kind: str
    tally: Tally
    months: tuple[MonthRecord, ...]


class ToolRecord(msgspec.Struct, frozen=True):
    """``months``: oldest first, those without an alert among them. ``needed``: decisions for a precision."""

    tool: str
    start: datetime
    end: datetime
    needed: int
    tally: Tally
    kinds: tuple[KindRecord, ...]
    months: tuple[MonthRecord, ...]
    how: str


def record(
    conn: Connection,
    tool: str,
    now: datetime,
    false_alarms: Callable[[Collection[str]], Collection[str]] = lambda _: (),
) -> ToolRecord:
    """The last twelve months, this one among them. ``false_alarms``: which incidents ended so."""
    starts = _months(now)
    found = repository.counts(conn, tool, starts, now)
    false = frozenset(false_alarms({row.incident for row in found if row.incident}))
    by_kind: dict[str, dict[int, Verdicts]] = defaultdict(lambda: defaultdict(Counter))
    by_month: dict[int, Verdicts] = defaultdict(Counter)
    for row in found:
        verdict = -1 if row.incident in false else row.verdict
        word = {1: "confirmed", -1: "rejected", 0: "undecided"}[verdict]
        by_kind[row.kind][row.month][word] += row.many
        by_month[row.month][word] += row.many
    return ToolRecord(
        tool=tool,
        start=starts[0],
        end=now,
        needed=ENOUGH,
        tally=_tally(_sum(by_month)),
        kinds=tuple(
            KindRecord(kind, _tally(_sum(months)), _by_month(months, starts))
            for kind, months in sorted(by_kind.items())
        ),
        months=_by_month(by_month, starts),
        how=HOW,
    )


def _by_month(found: dict[int, Verdicts], starts: list[datetime]) -> tuple[MonthRecord, ...]:
    return tuple(
        MonthRecord(f"{start:%Y-%m}", _tally(found.get(index, Counter())))
        for index, start in enumerate(starts)
    )


def _sum(months: dict[int, Verdicts]) -> Verdicts:
    total: Verdicts = Counter()
    for found in months.values():
        total.update(found)
    return total


def _tally(found: Verdicts) -> Tally:
    confirmed, rejected = found["confirmed"], found["rejected"]
    decided = confirmed + rejected
    enough = decided >= ENOUGH
    low, high = wilson(confirmed, decided) if enough else (None, None)
    return Tally(
        confirmed=confirmed,
        rejected=rejected,
        undecided=found["undecided"],
        decisions=decided,
        enough=enough,
        precision=confirmed / decided if enough else None,
        low=low,
        high=high,
    )


def _months(now: datetime) -> list[datetime]:
    """Starts of the last twelve months, oldest first."""
    at = now.astimezone(UTC)
    whole = at.year * 12 + at.month - 1
    return [datetime(m // 12, m % 12 + 1, 1, tzinfo=UTC) for m in range(whole - MONTHS + 1, whole + 1)]
