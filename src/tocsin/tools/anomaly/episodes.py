"""One episode for what is odd at a place: opened by the tick, told again when it changes, ended with
hysteresis.

Attributes of one entity that turn odd together (PM10 and PM2.5) are one episode that names the strongest.
Neighbours that turn odd the same way join it too: a square that fills is one event, not sixteen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from tocsin.kernel.ids import content_id
from tocsin.tools.anomaly import columns as c
from tocsin.tools.anomaly.engine import SLOW_S
from tocsin.tools.anomaly.table import Table

#: Attributes that turn odd within this time of one another, or two intervals, belong together.
TOGETHER_S: Final = 1800.0
#: Nothing ends sooner than this, or three intervals, after it was last over its threshold.
QUIET_S: Final = 300.0
#: A sensor silent for so long is given up: gone, not late.
GIVEN_UP_S: Final = 7 * 86400.0
#: A fault of a series that comes back within this is the same fault.
CHATTER_S: Final = 12 * 3600.0
SIDES: Final = c.FIRE_UP | c.FIRE_DOWN


@dataclass(slots=True)
class Episode:
    """``rows``: the series in it, the leading one first. ``bits``: why it speaks (``FIRE_*``), over its
    life."""

    id: str
    entity: str
    rows: list[int]
    bits: int
    onset: float
    opened: float
    last_reading: float
    said_at: float = 0.0
    version: int = 0
    kind: str = ""
    peak: float = 0.0
    peak_said: float = 0.0
    fault: float = 0.0
    severity: str = ""
    #: rarest so far, false alarms per sensor-day
    rate: float = 1.0
    stricter: float = 1.0
    today: float = 0.0
    evidence: list[list[Any]] = field(default_factory=list)
    #: series of the same kind nearby that turned odd the same way, in order of joining
    also: list[int] = field(default_factory=list)


class Episodes:
    """The open ones, by entity; an entity has several only if they began apart."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.open: dict[str, list[Episode]] = {}
        #: last fault told of a series: when it ended, how strong it was
        self._faults: dict[int, tuple[float, float]] = {}

    def chatters(self, row: int, bits: int, strength: float, now: float) -> bool:
        """A fault again within half a day, no stronger than the last one: told once is enough."""
        ended, peak = self._faults.get(row, (-CHATTER_S, 0.0))
        told = c.FIRE_UP | c.FIRE_DOWN | c.FIRE_SILENT
        return not bits & told and now - ended < CHATTER_S and strength < 1.5 * peak

    def of_row(self, row: int, entity: str) -> Episode | None:
        """The open episode that a series is part of."""
        for episode in self.open.get(entity, ()):
            if row in episode.rows:
                return episode
        return None

    def around(self, row: int, bits: int, onset: float, near: Callable[[int, int], bool]) -> Episode | None:
        """The open event that a series is, or now becomes, part of as one of its neighbours.

        Only what goes the same way joins, and nothing that looks like a fault: that is told by itself.
        """
        side = bits & SIDES
        if not side or bits & ~SIDES:
            return None
        together = max(TOGETHER_S, 2.0 * float(self._table.f[row, c.CAD]))
        for episodes in self.open.values():
            for episode in episodes:
                if row in episode.also:
                    return episode
                of_one_mind = episode.bits & SIDES == side and not episode.bits & ~SIDES
                at_once = abs(episode.onset - onset) <= together
                if of_one_mind and at_once and near(row, episode.rows[0]):
                    episode.also.append(row)
                    return episode
        return None

    def leave(self, rows: Sequence[int]) -> None:
        """These series are forgotten; their rows will be others'."""
        for episodes in self.open.values():
            for episode in episodes:
                episode.also = [row for row in episode.also if row not in rows]

    def joinable(self, row: int, entity: str, onset: float, silent: bool) -> Episode | None:
        """An episode of the same entity that began at about the same time, silence only with silence."""
        together = max(TOGETHER_S, 2.0 * float(self._table.f[row, c.CAD]))
        for episode in self.open.get(entity, ()):
            if abs(episode.onset - onset) <= together and bool(episode.bits & c.FIRE_SILENT) == silent:
                return episode
        return None

    def start(self, row: int, entity: str, attribute: str, bits: int, onset: float, now: float) -> Episode:
        """A new episode of a series."""
        name = content_id("anomaly", entity, attribute, round(onset, 3), bits & c.FIRE_SILENT)
        last = float(self._table.f[row, c.T])
        episode = Episode(name, entity, [row], bits, onset, now, last)
        self.open.setdefault(entity, []).append(episode)
        return episode

    def close(self, episode: Episode, now: float) -> None:
        """Take an ended episode off the list."""
        if episode.kind == "anomaly.fault":
            for row in episode.rows:
                self._faults[row] = (now, episode.peak)
            self._faults = {r: told for r, told in self._faults.items() if now - told[0] < CHATTER_S}
        if episode.bits & c.FIRE_SILENT:
            for row in episode.rows:
                if not self._heard(row, episode):
                    self._table.f[row, c.HEARD] = 0.0
        left = [e for e in self.open[episode.entity] if e is not episode]
        if left:
            self.open[episode.entity] = left
        else:
            del self.open[episode.entity]

    def over(self, episode: Episode, now: float) -> bool:
        """Whether an episode has ended by now."""
        if episode.bits & c.FIRE_SILENT:
            return all(self._heard(r, episode) for r in episode.rows) or now - episode.onset > GIVEN_UP_S
        return all(self._calm(row) for row in (*episode.rows, *episode.also))

    def _heard(self, row: int, episode: Episode) -> bool:
        return float(self._table.f[row, c.T]) > episode.onset

    def _calm(self, row: int) -> bool:
        f = self._table.f[row]
        interval = f[c.CAD]
        needed = 3.0 if interval < SLOW_S else 2.0
        quiet = f[c.T] - f[c.HOT_T] >= min(3.0 * interval, max(interval, QUIET_S))
        wrong = f[c.IMP] >= 1.0 or f[c.N_DRIFT] > 0.0
        return bool(f[c.CALM] >= needed and quiet and not wrong)

    def snapshot(self) -> dict[str, Any]:
        return {
            "open": [asdict(e) for episodes in self.open.values() for e in episodes],
            "faults": [[row, *told] for row, told in self._faults.items()],
        }

    def restore(self, state: Any) -> None:
        self.open = {}
        for raw in state["open"]:
            episode = Episode(**raw)
            self.open.setdefault(episode.entity, []).append(episode)
        self._faults = {row: (ended, peak) for row, ended, peak in state["faults"]}


def onset_of(table: Table, row: int, bits: int) -> float:
    """Since when a series is odd, for the reason in ``bits``."""
    f = table.f[row]
    if bits & c.FIRE_SILENT:
        return float(f[c.T])
    if bits & c.FIRE_FLAT:
        return float(f[c.RUN_T])
    if bits & c.FIRE_IMPOSSIBLE:
        return float(f[c.IMP_T])
    if bits & (c.FIRE_DRIFT | c.FIRE_SPIKE):
        return float(f[c.T])
    return float(f[c.ONSET_UP if bits & c.FIRE_UP else c.ONSET_DN])
