"""One round of readings, each of another series, through all detectors at once.

Every operation works on each series by itself, so a result never depends on which readings share a round.
Times are seconds since 1970; ``i`` are rows of the table, ``r`` their columns, one row of ``r`` a quantity.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tocsin.sdk.localtime import LocalTime
from tocsin.tools.anomaly import (
    carry,
    cusum,
    drift,
    flatline,
    impossible,
    jump,
    scale,
    season,
    silence,
    spike,
    tail,
    zscore,
)
from tocsin.tools.anomaly import columns as c
from tocsin.tools.anomaly.arrays import Bools, Floats, Ints
from tocsin.tools.anomaly.params import Params
from tocsin.tools.anomaly.table import EVIDENCE, TRACE, Table

#: Slower series than this need two readings in a row and may speak at once when extreme; faster ones three.
SLOW_S = 600.0
#: So many times over its threshold is extreme.
EXTREME = 1.5
#: Below this share of its threshold a score is at rest.
REST = 0.7
#: Days of which the tails learn nothing: the profile is too young to be wrong about.
UNLEARNT_DAYS = 3.0
#: Readings after a change of interval until short-term scores speak.
SETTLE = 10.0
#: Level and overall spread remember this many half hours; spreads are not clipped for the first readings.
_LEVEL_MEMORY = 14.0 * 48.0
_SPREAD_MEMORY = 5.0 * 48.0
_FIRST_READINGS = 20.0
_CHART_S = 110.0
_SIDES = np.array([[1.0], [-1.0]])


class Expectation(NamedTuple):
    """What was expected of each reading of a round, and how it lies to that."""

    at: season.Where
    usual: season.Usual
    local: Floats  # mean absolute error of the half hour
    sigma: Floats
    ahead: Floats  # slow deviation carried on, in sigma
    mid: Floats
    residual: Floats  # reading less season
    error: Floats  # reading less expectation
    aged: Bools  # past grace
    seasonal: Bools  # past grace and this half hour known: z-scores may speak
    learnt: Bools  # the profile is old enough to be judged by


class Engine:
    """The numeric half of the detector: takes rounds, keeps the table, sets ``FIRE`` for the tick to see."""

    def __init__(self, params: Params) -> None:
        self.table = Table()
        self.clock = LocalTime(params.timezone)
        self._rate = params.false_alarms_per_sensor_day
        self._stuck_s = params.stuck_min_s
        self._grace_s = params.grace_days * 86400.0
        self._grace_n = float(params.grace_readings)
        #: readings made before this are history: they teach, and fire nothing
        self.live_from = -np.inf
        self.fired = False

    def observe(
        self, i: Ints, t: Floats, x: Floats, doubted: Bools, ids: np.ndarray[Any, np.dtype[np.object_]]
    ) -> None:
        """One round; rows ``i`` differ. ``ids`` are the observations' ids. Not newer than the last:
        dropped."""
        table = self.table
        r = np.ascontiguousarray(table.f[i].T)
        new = (t > r[c.T]) | (r[c.N] == 0.0)
        if not new.all():
            i, t, x, doubted, ids = i[new], t[new], x[new], doubted[new], ids[new]
            if not len(i):
                return
            r = np.ascontiguousarray(table.f[i].T)
        slot = r[c.EV_POS].astype(np.int64)
        table.ev_id[i, slot] = ids
        table.ev_t[i, slot] = t
        table.ev_x[i, slot] = x
        r[c.EV_POS] = (slot + 1) % EVIDENCE
        first = r[c.N] == 0.0
        if first.any():
            r[c.T], r[c.T_FIRST] = np.where(first, t, r[c.T]), np.where(first, t, r[c.T_FIRST])
        bad = impossible.wrong(x, r[c.LO], r[c.HI], doubted)
        if bad.any():
            self._impossible(i[bad], r[:, bad], t[bad], x[bad])
            good = ~bad
            i, t, x, r = i[good], t[good], x[good], np.ascontiguousarray(r[:, good])
            if not len(i):
                return
        self._step(i, r, t, x)

    def _impossible(self, i: Ints, r: Floats, t: Floats, x: Floats) -> None:
        """Count readings that cannot be; they teach nothing."""
        r[c.T], r[c.IMP_T], r[c.IMP_X] = t, t, x
        r[c.N] += 1.0
        r[c.HEARD] = t >= self.live_from
        r[c.CALM] = 0.0
        r[c.IMP] = np.minimum(r[c.IMP] + 1.0, 2.0 * impossible.FAULT_AT)
        aged = (t - r[c.T_FIRST] >= self._grace_s) & (r[c.N] > self._grace_n)
        loud = (r[c.IMP] >= impossible.FAULT_AT) & aged & (t >= self.live_from)
        self._fire(r, np.where(loud, c.FIRE_IMPOSSIBLE, 0), t)
        self.table.f[i] = r.T

    def _fire(self, r: Floats, bits: Ints, t: Floats) -> None:
        if bits.any():
            r[c.FIRE] = (r[c.FIRE].astype(np.int64) | bits).astype(np.float64)
            r[c.HOT_T] = np.where(bits > 0, t, r[c.HOT_T])
            self.fired = True

    def _step(self, i: Ints, r: Floats, t: Floats, x: Floats) -> None:
        unlevelled = r[c.N_LEVEL] == 0.0
        if unlevelled.any():
            r[c.LEVEL], r[c.X1] = np.where(unlevelled, x, r[c.LEVEL]), np.where(unlevelled, x, r[c.X1])
        dt = t - r[c.T]
        day, weekday, second = self.clock.split(t)
        turned = day != r[c.DAY]
        if turned.any():
            self._turn_day(i, r, turned, day)
        pause = dt / np.maximum(r[c.CAD], 1e-3) * (r[c.CAD] > 0.0)
        r[c.CAD] = silence.learn(r[c.CAD], dt)
        r[c.N_CAD] += 1.0
        changed = (r[c.CAD] < 0.4 * r[c.CAD_REF]) | (r[c.CAD] > 2.5 * r[c.CAD_REF])
        if changed.any():
            self._change_interval(i, r, changed)
        e = self._expect(i, r, t, x, season.place(weekday, second))
        self._judge(i, r, t, x, dt, pause, e)
        self._learn(i, r, x, dt, e)
        r[c.MID], r[c.HALF], r[c.SEASONAL] = e.mid, 2.0 * e.sigma, e.seasonal
        r[c.T], r[c.X1], r[c.E2], r[c.E1] = t, x, r[c.E1], e.error
        r[c.N] += 1.0
        r[c.TODAY] += 1.0
        due = t - r[c.TR_T] >= _CHART_S
        if due.any():
            self._chart(i, r, t, x, e, due)
        self.table.f[i] = r.T

    def _expect(self, i: Ints, r: Floats, t: Floats, x: Floats, at: season.Where) -> Expectation:
        table = self.table
        u = season.usual(table.knots, table.visits, i, at)
        local = table.local[i, at.kind].astype(np.float64)
        sigma = scale.spread(local, u.counts[2], r[c.SG], r[c.QUANTUM])
        sigma = sigma * (1.0 + 0.5 / np.maximum(u.visits, 0.5))
        ahead = carry.share(r[c.RC], r[c.RV]) * r[c.D]
        residual = x - r[c.LEVEL] - u.sum
        mid = np.minimum(np.maximum(x - residual + ahead * sigma, r[c.LO]), r[c.HI])
        known = u.visits >= 1.5
        aged = (t - r[c.T_FIRST] >= self._grace_s) & (r[c.N] >= self._grace_n)
        learnt = known & (r[c.DAYS] >= UNLEARNT_DAYS)
        return Expectation(at, u, local, sigma, ahead, mid, residual, x - mid, aged, aged & known, learnt)

    def _judge(
        self, i: Ints, r: Floats, t: Floats, x: Floats, dt: Floats, pause: Floats, e: Expectation
    ) -> None:
        """Score the readings against the thresholds; decide who asks to be heard."""
        table = self.table
        limit = table.limit[i].T
        z = np.where(e.learnt & (r[c.CIRCULAR] == 0.0), e.error / e.sigma, 0.0)
        settled = e.learnt & (r[c.N_CAD] >= SETTLE)
        score = np.zeros((c.SCORES, len(i)))
        r[c.ZBAR] = zscore.step(r[c.ZBAR], z, dt, 2.5 * limit[c.UP])
        score[: c.CUSUM_UP] = np.maximum(_SIDES * r[c.ZBAR], 0.0)
        score[c.CUSUM_UP : c.JUMP] = r[c.CU : c.JS] = cusum.step(
            r[c.CU : c.JS], _SIDES * z, dt, 3.0 * limit[c.CUSUM_UP : c.JUMP]
        )
        score[c.JUMP] = settled * jump.score(e.error, r[c.E1], e.sigma, r[c.JS])
        score[c.SPIKE] = settled * spike.score(e.error, r[c.E1], r[c.E2], e.sigma, r[c.JS])
        score[c.FLAT] = self._stuck(r, t, x, e)
        score[c.GAP] = pause
        table.top[i] = np.maximum(table.top[i], score.T)

        ratio = score / limit
        # a sum speaks only while the reading itself still lies on its side
        summed = ratio[c.CUSUM_UP : c.JUMP] * (_SIDES * z > 1.0)
        strength = np.maximum(ratio[: c.CUSUM_UP], summed) * e.seasonal
        odd = strength > 1.0
        over, onset = r[c.OVER_UP : c.ONSET_UP], r[c.ONSET_UP : c.CALM]
        onset[:] = np.where(odd & (over == 0.0), t, onset)
        over[:] = (over + 1.0) * odd
        slow = r[c.CAD] >= SLOW_S
        extreme = (ratio[: c.CUSUM_UP] > EXTREME) & (slow | (over >= 2.0))
        told = odd & ((over >= 3.0 - slow) | extreme)
        flat = (ratio[c.FLAT] > 1.0) & e.aged
        # an hour up and down may well be the city
        lone = (ratio[c.SPIKE] > 1.0) & e.aged & ~slow
        live = t >= self.live_from
        bits = live * (c.FIRE_UP * told[0] + c.FIRE_DOWN * told[1] + c.FIRE_SPIKE * lone + c.FIRE_FLAT * flat)
        r[c.HEARD] = live
        pending = r[c.FIRE] > 0.0
        table.hot[i] = np.where(pending, np.maximum(table.hot[i].T, ratio), ratio).T
        r[c.IMP] = np.maximum(r[c.IMP] - impossible.FORGIVEN, 0.0)
        r[c.CALM] = (r[c.CALM] + 1.0) * ((strength[0] <= REST) & (strength[1] <= REST) & ~flat)
        self._fire(r, bits, t)

    def _stuck(self, r: Floats, t: Floats, x: Floats, e: Expectation) -> Floats:
        """Score of the run of equal values; keeps the run."""
        same = (x == r[c.X1]) & (r[c.QUANTUM] > 0.0)
        edge = (x <= r[c.MIN]) | (x >= r[c.MAX]) | (x == 0.0)
        counts = ~edge | (np.abs(e.error) > 2.0 * e.sigma)
        r[c.RUN] = (r[c.RUN] + counts) * same
        r[c.RUN_T] = np.where(same, r[c.RUN_T], t)
        long = (r[c.RUN] >= flatline.LEAST) & (t - r[c.RUN_T] >= self._stuck_s) & (r[c.N_CAD] >= SETTLE)
        score = long * flatline.score(r[c.RUN], r[c.PEQ])
        r[c.PEQ], r[c.N_EQ] = flatline.learn(r[c.PEQ], r[c.N_EQ], same, r[c.RUN])
        return np.asarray(score)

    def _learn(self, i: Ints, r: Floats, x: Floats, dt: Floats, e: Expectation) -> None:
        """Every estimate takes the reading in, its error bounded."""
        table = self.table
        time = np.minimum(dt, season.STEP_S) / season.STEP_S
        early = np.where(r[c.N] < _FIRST_READINGS, np.inf, 1.0)
        clip = (scale.CLIP + np.abs(e.ahead)) * e.sigma * early
        bounded = np.minimum(np.maximum(e.residual, -clip), clip)
        r[c.N_LEVEL] = np.minimum(r[c.N_LEVEL] + np.maximum(time, 1e-3), _LEVEL_MEMORY)
        r[c.LEVEL] += time / r[c.N_LEVEL] * bounded
        season.learn(table.knots, table.visits, i, e.at, e.usual, bounded, time)
        r[c.N_SG] = np.minimum(r[c.N_SG] + time, _SPREAD_MEMORY)
        believed = np.minimum(np.abs(e.error), scale.CLIP * e.sigma * early)
        r[c.SG] += time / np.maximum(r[c.N_SG], 1.0) * (believed - r[c.SG])
        gain = e.at.weight[2] * time
        share = gain / (np.minimum(e.usual.counts[2] + gain, season.KIND_VISITS) + 1e-3)
        table.local[i, e.at.kind] = e.local + share * (believed - e.local)
        in_spreads = bounded / e.sigma
        r[c.D], r[c.RC], r[c.RV] = carry.learn(r[c.D], r[c.RC], r[c.RV], in_spreads * (r[c.DAYS] >= 2.0), dt)
        r[c.DSLOW] = drift.step(r[c.DSLOW], in_spreads * e.learnt, dt)
        r[c.JS] = jump.learn(r[c.JS], r[c.N_JS], e.error, r[c.E1], e.sigma)
        r[c.N_JS] += 1.0
        step = np.abs(x - r[c.X1])
        smaller = (step > 0.0) & ((step < r[c.QUANTUM]) | (r[c.QUANTUM] == 0.0))
        r[c.QUANTUM] = np.where(smaller, step, r[c.QUANTUM])
        r[c.MIN], r[c.MAX] = np.minimum(r[c.MIN], x), np.maximum(r[c.MAX], x)

    def _turn_day(self, i: Ints, r: Floats, turned: Bools, day: Floats) -> None:
        """A new local day: yesterday's greatest scores enter the tails, thresholds follow."""
        table = self.table
        rows = i[turned]
        fit = (r[c.TODAY, turned] >= 4.0) & (r[c.DAYS, turned] > UNLEARNT_DAYS)
        mean, spread = table.mean[rows].T, table.spread[rows].T
        new_mean, new_spread = tail.fold(table.top[rows].T, mean, spread, r[c.TAIL_DAYS, turned])
        table.mean[rows] = np.where(fit, new_mean, mean).T
        table.spread[rows] = np.where(fit, new_spread, spread).T
        r[c.TAIL_DAYS, turned] += fit
        table.top[rows] = 0.0
        r[c.DAYS, turned] += 1.0
        r[c.TODAY, turned] = 0.0
        r[c.DAY, turned] = day[turned]
        self._set_limits(rows, r[c.TAIL_DAYS, turned])

    def _change_interval(self, i: Ints, r: Floats, changed: Bools) -> None:
        """The sensor now speaks faster or slower: what is counted per reading is learnt anew.

        More readings a day reach higher by chance: means of the tails are raised until they have learnt it.
        """
        table = self.table
        known = changed & (r[c.CAD_REF] > 0.0)
        if known.any():
            rows = i[known]
            faster = np.maximum(r[c.CAD_REF, known] / np.maximum(r[c.CAD, known], 1e-3), 1.0)
            table.mean[rows] = tail.grow(table.mean[rows].T, faster).T
            table.top[rows, c.FLAT] = table.top[rows, c.GAP] = 0.0
            self._set_limits(rows, r[c.TAIL_DAYS, known])
        r[c.CAD_REF, changed] = r[c.CAD, changed]
        r[c.PEQ, changed] = flatline.PRIOR
        r[c.N_CAD, changed] = r[c.N_EQ, changed] = r[c.N_JS, changed] = 0.0

    def _set_limits(self, rows: Ints, days: Floats) -> None:
        table = self.table
        table.limit[rows] = tail.threshold(table.mean[rows].T, table.spread[rows].T, days, self._rate).T

    def _chart(self, i: Ints, r: Floats, t: Floats, x: Floats, e: Expectation, due: Bools) -> None:
        """Keep the reading and what was expected of it for the chart, one in about two minutes."""
        rows, slot = i[due], r[c.TR_POS, due].astype(np.int64)
        point = np.empty((len(rows), 4))
        mid, half = e.mid[due], 2.0 * e.sigma[due]
        point[:, 0], point[:, 2] = x[due], mid
        point[:, 1] = np.maximum(mid - half, r[c.LO, due])
        point[:, 3] = np.minimum(mid + half, r[c.HI, due])
        self.table.trace_t[rows, slot] = t[due]
        self.table.trace[rows, slot] = point
        r[c.TR_POS, due] = (slot + 1) % TRACE
        r[c.TR_T, due] = t[due]
