"""Periods of an aggregation: equal ones from the beginning on, months by the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tocsin.kernel.errors import Exhausted
from tocsin.lake.rows import micros, moment
from tocsin.lake.temporal.records import AggregatesAsked

_MOST = 10_000


class Periods:
    """``least``, ``latest``: times of the first and the last instance. ``given``: parameters of ``sql``.

    Raises ``Exhausted`` where months would be too many.
    """

    def __init__(self, asked: AggregatesAsked, least: int, latest: int) -> None:
        self._step, self._origin = asked.step_us, least if asked.origin is None else asked.origin
        self._edges: list[int] = []
        self.given: dict[str, object] = {}
        if asked.months:
            self._edges = _edges(self._origin, latest, asked.months)
            self.given["edges"] = self._edges[:-1]
        elif asked.step_us:
            self.given |= {"origin": self._origin, "step": asked.step_us}
        else:
            end = asked.window.last if asked.window.last is not None else latest
            self._edges = [self._origin, end]

    def sql(self, time: str) -> dict[str, str]:
        """``bucket`` and ``source`` of the statement."""
        if "edges" in self.given:
            edges = "(SELECT unnest($edges::BIGINT[]) AS edge)"
            return {"bucket": "edge", "source": f"instances ASOF JOIN {edges} ON {time} >= edge"}
        if self._step:
            return {"bucket": f"(({time} - $origin) // $step)", "source": "instances"}
        return {"bucket": "0", "source": "instances"}

    def of(self, bucket: int) -> tuple[int, int]:
        """Where a period begins and where it ends."""
        if "edges" in self.given:
            return bucket, self._edges[self._edges.index(bucket) + 1]
        if self._step:
            start = self._origin + bucket * self._step
            return start, start + self._step
        return self._edges[0], self._edges[1]


def _edges(first: int, latest: int, months: int) -> list[int]:
    start = moment(first)
    found = [first]
    while found[-1] <= latest:
        if len(found) > _MOST:
            raise Exhausted("too many periods", field="aggrPeriodDuration", cure="ask for longer ones")
        found.append(micros(_later(start, months * len(found))))
    return found


def _later(start: datetime, months: int) -> datetime:
    """The same day so many months later, or the last one of a month that has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    after = datetime(year + (month == 11), (month + 1) % 12 + 1, 1, tzinfo=UTC)
    last = (after - timedelta(days=1)).day
    return start.replace(year=year, month=month + 1, day=min(start.day, last))
