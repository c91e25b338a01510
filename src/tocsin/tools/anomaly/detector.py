"""The detector: readings go to the engine in rounds, ticks turn what fired into episodes and findings.

``observe`` only computes, each series by itself; whatever looks at several series (neighbours, budget, drift)
happens at ticks, when all readings before them are in. So findings depend on the stream, not on how it was
cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Finding, Observation, Phase
from tocsin.sdk.tool import State
from tocsin.tools.anomaly import columns as c
from tocsin.tools.anomaly import drift, silence
from tocsin.tools.anomaly.budget import Budget
from tocsin.tools.anomaly.engine import SETTLE, UNLEARNT_DAYS, Engine
from tocsin.tools.anomaly.episodes import Episode, Episodes, onset_of
from tocsin.tools.anomaly.finding import Teller
from tocsin.tools.anomaly.neighbours import Neighbours
from tocsin.tools.anomaly.params import Params
from tocsin.tools.anomaly.registry import Registry
from tocsin.tools.anomaly.rounds import rounds

LAYOUT: Final = 2
#: Silence is looked for this often; an hour for drift.
SWEEP_S: Final = 30.0
HOUR_S: Final = 3600.0


class Detector:
    """Unusual readings of any numeric series: how odd, since when, the city or the sensor."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._engine = Engine(params)
        self._table = self._engine.table
        self._registry = Registry(self._table, params.max_series_count, params.false_alarms_per_sensor_day)
        self._neighbours = Neighbours(self._registry, self._table, params.neighbour_m)
        self._episodes = Episodes(self._table)
        self._teller = Teller(self._table, self._registry, self._neighbours, self._engine.clock)
        self._budget = Budget(params.alerts_per_district_day, params.district_km)
        self._next_sweep = self._next_hour = 0.0

    def observe(self, observations: Sequence[Observation]) -> Sequence[Finding]:
        """Take readings in order of time. Findings come at the next tick."""
        rows: list[int] = []
        times: list[float] = []
        values: list[float] = []
        doubts: list[bool] = []
        ids: list[str] = []
        registry = self._registry
        out: list[Finding] = []
        for o in observations:
            if o.kind == "delete":
                self._flush(rows, times, values, doubts, ids)
                self._delete(o, out)
                continue
            entity = registry.meet(o)
            known = entity.rows
            at = o.observed_at.timestamp()
            doubted = bool(o.doubts) or o.quality < 0.5
            for a in o.attributes:
                value = a.value
                if type(value) is not float and type(value) is not int:
                    if a.name == "name" and type(value) is str:
                        entity.name = registry.clean(value) or entity.name
                    continue
                row = known.get(a.name)
                if row is None:
                    if registry.full:
                        self._flush(rows, times, values, doubts, ids)
                        self._make_room(entity.id)
                    row = registry.row(entity, a)
                if row >= 0:
                    rows.append(row)
                    times.append(at)
                    values.append(value)
                    doubts.append(doubted)
                    ids.append(o.id)
        self._flush(rows, times, values, doubts, ids)
        return out

    def _flush(
        self, rows: list[int], times: list[float], values: list[float], doubts: list[bool], ids: list[str]
    ) -> None:
        if rows:
            for part in rounds(rows, times, values, doubts, ids):
                self._engine.observe(*part)
            for one in (rows, times, values, doubts, ids):
                one.clear()

    def _delete(self, o: Observation, out: list[Finding]) -> None:
        entity = self._registry.entities.get(o.entity)
        if entity is None:
            return
        at = o.observed_at.timestamp()
        for episode in list(self._episodes.open.get(o.entity, ())):
            out.append(self._teller.tell(episode, Phase.ENDED, at))
            self._episodes.close(episode, at)
        self._episodes.leave(self._registry.forget(entity))

    def _make_room(self, keep: str) -> None:
        """Forget the longest unheard. Entities with an open episode stay: every start must end."""
        self._episodes.leave(self._registry.make_room({keep, *self._episodes.open}))

    def tick(self, event_time: datetime) -> Sequence[Finding]:
        """Look at what fired, at silence, at drift, and at what is open."""
        now = event_time.timestamp()
        self._engine.live_from = now
        if now >= self._next_sweep:
            self._next_sweep = (now // SWEEP_S + 1.0) * SWEEP_S
            self._find_silent(now)
            if now >= self._next_hour:
                self._next_hour = (now // HOUR_S + 1.0) * HOUR_S
                self._find_drift()
        if not self._engine.fired and not self._episodes.open:
            return ()
        out: list[Finding] = []
        if self._engine.fired:
            self._engine.fired = False
            fire = self._table.f[: self._table.n, c.FIRE]
            rows = np.flatnonzero(fire > 0.0)
            # the strongest first: it leads, its neighbours join
            strength = self._table.hot[rows].max(axis=1)
            for row in rows[np.argsort(-strength, kind="stable")].tolist():
                self._fired(row, int(fire[row]), now, out)
                fire[row] = 0.0
        for episode in [e for group in self._episodes.open.values() for e in group]:
            self._follow(episode, now, out)
        return out

    def _fired(self, row: int, bits: int, now: float, out: list[Finding]) -> None:
        s = self._registry.series.get(row)
        if s is None:
            return
        entity = s.entity.id
        strength = float(self._table.hot[row].max())
        episode = self._episodes.of_row(row, entity)
        silent = bool(bits & c.FIRE_SILENT)
        if episode is not None and silent and not episode.bits & c.FIRE_SILENT:
            out.append(self._teller.tell(episode, Phase.ENDED, now))
            self._episodes.close(episode, now)
            episode = None
        onset = onset_of(self._table, row, bits)
        if episode is None:
            episode = self._episodes.joinable(row, entity, onset, silent)
            if episode is not None:
                episode.rows.append(row)
        if episode is not None:
            episode.bits |= bits
            episode.rate = min(episode.rate, self._teller.rate(row, bits))
            if strength > episode.peak:
                episode.peak = strength
                episode.rows.sort(key=lambda r: (r != row, r)) if episode.version == 0 else None
            return
        if self._episodes.around(row, bits, onset, self._neighbours.near) is not None:
            return
        district = self._budget.district(s.entity)
        factor = self._budget.factor(district, now)
        rate = self._teller.rate(row, bits)
        if rate > 1.001 * self._params.false_alarms_per_sensor_day * factor:
            return
        if self._episodes.chatters(row, bits, strength, now):
            return
        episode = self._episodes.start(row, entity, s.attribute, bits, onset, now)
        episode.peak, episode.rate, episode.stricter = strength, rate, 1.0 / factor
        episode.today = self._budget.used(district, now)
        self._budget.count(district, now)
        self._teller.keep_evidence(episode, row)

    def _follow(self, e: Episode, now: float, out: list[Finding]) -> None:
        """Tell a new episode, an old one that changed, or its end."""
        if e.version == 0:
            out.append(self._teller.tell(e, Phase.STARTED, now))
            return
        last = max(float(self._table.f[r, c.T]) for r in e.rows)
        fresh = last > e.last_reading
        if self._episodes.over(e, now):
            if fresh or e.bits & c.FIRE_SILENT:
                out.append(self._teller.tell(e, Phase.ENDED, now))
                self._episodes.close(e, now)
            return
        wait = self._params.ongoing_every_s
        if now - e.said_at < min(60.0, wait):
            return
        before = (e.kind, e.severity)
        if fresh:
            self._teller.judge(e, now)
        due = now - e.said_at >= wait and e.peak > 1.25 * e.peak_said
        due = due or (now - e.said_at >= 3.0 * wait and (fresh or now - e.said_at >= HOUR_S))
        if before != (e.kind, e.severity) or due:
            e.last_reading = last
            out.append(self._teller.tell(e, Phase.ONGOING, now))

    def _find_silent(self, now: float) -> None:
        """Series that were live and have said nothing for longer than their pauses explain."""
        table, p = self._table, self._params
        f = table.f[: table.n]
        if not table.n:
            return
        due = silence.deadline(f[:, c.T], f[:, c.CAD], table.limit[: table.n, c.GAP], p.silence_min_s)
        old = f[:, c.T] - f[:, c.T_FIRST] >= p.grace_days * 86400.0
        late = (now > due) & old & (f[:, c.HEARD] > 0.0) & (f[:, c.N_CAD] >= SETTLE)
        late &= f[:, c.N] >= p.grace_readings
        for row in np.flatnonzero(late).tolist():
            known = self._episodes.of_row(row, self._registry.series[row].entity.id)
            if known is not None and known.bits & c.FIRE_SILENT:
                continue
            f[row, c.FIRE] = float(c.FIRE_SILENT)
            table.hot[row] = 0.0
            table.hot[row, c.GAP] = (now - f[row, c.T]) / (
                f[row, c.CAD] * max(table.limit[row, c.GAP], silence.LEAST_INTERVALS)
            )
            self._engine.fired = True

    def _find_drift(self) -> None:
        table = self._table
        matrix = self._neighbours.matrix
        if not table.n or not (matrix >= 0).any():
            return
        f = table.f[: table.n]
        learnt = f[:, c.DAYS] > UNLEARNT_DAYS + 1.0
        apart = np.where(learnt, drift.apart(f[:, c.DSLOW], matrix), 0.0)
        table.top[: table.n, c.DRIFT] = np.maximum(table.top[: table.n, c.DRIFT], apart)
        ratio = apart / np.maximum(table.limit[: table.n, c.DRIFT], 1e-9)
        old = f[:, c.T] - f[:, c.T_FIRST] >= self._params.grace_days * 86400.0
        odd = (ratio > 1.0) & old & (f[:, c.HEARD] > 0.0)
        f[:, c.N_DRIFT] = np.where(odd, f[:, c.N_DRIFT] + 1.0, 0.0)
        for row in np.flatnonzero(f[:, c.N_DRIFT] >= drift.HOURS).tolist():
            f[row, c.FIRE] = float(int(f[row, c.FIRE]) | c.FIRE_DRIFT)
            f[row, c.HOT_T] = f[row, c.T]
            table.hot[row, c.DRIFT] = ratio[row]
            self._engine.fired = True

    def snapshot(self) -> State:
        return {
            "layout": LAYOUT,
            "table": self._table.snapshot(),
            "registry": self._registry.snapshot(),
            "episodes": self._episodes.snapshot(),
            "budget": self._budget.snapshot(),
            "live_from": self._engine.live_from,
            "fired": self._engine.fired,
            "sweeps": [self._next_sweep, self._next_hour],
        }

    def restore(self, state: State) -> None:
        if state.get("layout") != LAYOUT:
            raise Invalid(
                "a snapshot of another layout", field="layout", value=state.get("layout"), cure="start afresh"
            )
        self._table.restore(state["table"])
        self._registry.restore(state["registry"])
        self._episodes.restore(state["episodes"])
        self._budget.restore(state["budget"])
        self._engine.live_from, self._engine.fired = state["live_from"], state["fired"]
        self._next_sweep, self._next_hour = state["sweeps"]
