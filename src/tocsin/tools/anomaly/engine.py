"""One round of readings, each of another series, through all detectors at once.

Every operation works on each series by itself, so a result never depends on which readings share a round.
Times are seconds since 1970; ``i`` are rows of the table. Local names are the columns of ``columns.py``.
"""

from __future__ import annotations

import numpy as np

from tocsin.tools.anomaly import (
    carry, cusum, drift, flatline, impossible, jump, scale, season, silence, spike, tail, zscore,
)  # fmt: skip
from tocsin.tools.anomaly.columns import (
    COLUMN, CUSUM_DOWN, CUSUM_UP, DOWN, FIRE_DOWN, FIRE_FLAT, FIRE_IMPOSSIBLE, FIRE_SPIKE, FIRE_UP, FLAT,
    GAP, JUMP, SCORES, SPIKE, UP,
)  # fmt: skip
from tocsin.tools.anomaly.localtime import LocalTime
from tocsin.tools.anomaly.params import Params
from tocsin.tools.anomaly.table import EVIDENCE, TRACE, Table
from tocsin.tools.anomaly.types import Bools, Floats, Ints

#: Slower series than this need two readings in a row and may speak at once when extreme; faster ones three.
SLOW_S = 600.0
#: So many times over its threshold is extreme.
EXTREME = 1.5
#: Days of which the tail learns nothing: the profile is too young to be wrong about.
UNLEARNT_DAYS = 3.0
#: Readings after a change of interval until short-term scores speak.
SETTLE = 10.0
_PER_DAY_HALF_HOURS = 48.0


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

    def observe(self, i: Ints, t: Floats, x: Floats, doubted: Bools, ids: np.ndarray) -> None:  # type: ignore[type-arg]
        """One round; rows ``i`` differ. ``ids`` are the observations' ids."""
        table = self.table
        before = table.f[i, COLUMN["T"]]
        new = (t > before) | (before == 0.0)
        if not new.all():
            i, t, x, doubted, ids = i[new], t[new], x[new], doubted[new], ids[new]
            if not len(i):
                return
        bad = impossible.wrong(x, table.f[i, COLUMN["LO"]], table.f[i, COLUMN["HI"]], doubted)
        slot = table.f[i, COLUMN["EV_POS"]].astype(np.int64)
        table.ev_id[i, slot], table.ev_t[i, slot] = ids, t
        table.ev_x[i, slot] = x
        table.f[i, COLUMN["EV_POS"]] = (slot + 1) % EVIDENCE
        if bad.any():
            self._impossible(i[bad], t[bad], x[bad])
            good = ~bad
            i, t, x = i[good], t[good], x[good]
            if not len(i):
                return
        self._step(i, t, x)

    def _impossible(self, i: Ints, t: Floats, x: Floats) -> None:
        f = self.table.f
        first = f[i, COLUMN["T"]] == 0.0
        f[i[first], COLUMN["T_FIRST"]] = t[first]
        f[i, COLUMN["T"]] = t
        f[i, COLUMN["N"]] += 1.0
        f[i, COLUMN["HEARD"]] = t >= self.live_from
        f[i, COLUMN["IMP"]] = np.minimum(f[i, COLUMN["IMP"]] + 1.0, 2.0 * impossible.FAULT_AT)
        f[i, COLUMN["IMP_T"]], f[i, COLUMN["IMP_X"]] = t, x
        speak = (t - f[i, COLUMN["T_FIRST"]] >= self._grace_s) & (f[i, COLUMN["N"]] > self._grace_n)
        loud = i[(f[i, COLUMN["IMP"]] >= impossible.FAULT_AT) & (t >= self.live_from) & speak]
        if len(loud):
            f[loud, COLUMN["FIRE"]] = (f[loud, COLUMN["FIRE"]].astype(np.int64) | FIRE_IMPOSSIBLE).astype(
                float
            )
            f[loud, COLUMN["HOT_T"]] = f[loud, COLUMN["IMP_T"]]
            f[loud, COLUMN["CALM"]] = 0.0
            self.fired = True

    def _step(self, i: Ints, t: Floats, x: Floats) -> None:
        table = self.table
        r = np.ascontiguousarray(table.f[i].T)
        (
            T, T_FIRST, N, X1, E1, E2, CAD, CAD_REF, N_CAD, DAY, DAYS, TAIL_DAYS, TODAY, LEVEL, N_LEVEL, SG, N_SG,
            QUANTUM, MIN, MAX, D, RC, RV, ZBAR, CU, CD, JS, N_JS, RUN, RUN_T, PEQ, N_EQ,
        ) = r[:32]  # fmt: skip  # noqa: N806
        fresh = (N == 0.0) | (T_FIRST == 0.0)
        if fresh.any():
            r[COLUMN["T_FIRST"]] = T_FIRST = np.where(fresh, t, T_FIRST)  # noqa: N806
            T = np.where(fresh, t, T)  # noqa: N806
        start = SG == 0.0
        first = QUANTUM == 0.0  # no two different values yet
        dt = t - T
        young = N < 2.0
        if young.any():
            LEVEL = np.where((N_LEVEL == 0.0), x, LEVEL)  # noqa: N806
            X1 = np.where(N_LEVEL == 0.0, x, X1)  # noqa: N806

        day, weekday, second = self.clock.split(t)
        turned = day != DAY
        if turned.any():
            self._turn_day(i, r, turned, day)

        # the interval, and a change of it
        gap = np.where(CAD > 0.0, dt / np.maximum(CAD, 1e-3), 0.0)
        CAD = silence.learn(CAD, dt)  # noqa: N806
        changed = (CAD < 0.4 * CAD_REF) | (CAD > 2.5 * CAD_REF)
        N_CAD = N_CAD + 1.0  # noqa: N806
        if changed.any():
            self._change_interval(i, r, changed, CAD)
            N_CAD = np.where(changed, 0.0, N_CAD)  # noqa: N806
            N_EQ = np.where(changed, 0.0, N_EQ)  # noqa: N806
            PEQ = np.where(changed, flatline.PRIOR, PEQ)  # noqa: N806
            N_JS = np.where(changed, 0.0, N_JS)  # noqa: N806
            CAD_REF = np.where(changed, CAD, CAD_REF)  # noqa: N806
        settled = N_CAD >= SETTLE

        # what is usual now
        at = season.place(weekday, second)
        u = season.usual(table.knots, table.visits, i, at)
        half_hour = at.kind
        local = table.local[i, half_hour].astype(np.float64)
        visits = u.counts[2]
        sigma = scale.spread(local, visits, SG, QUANTUM)
        sigma = sigma * (1.0 + 0.5 / np.maximum(u.visits, 0.5))
        ahead = carry.share(RC, RV) * D
        season_mid = LEVEL + u.sum
        mid = np.minimum(np.maximum(season_mid + ahead * sigma, r[COLUMN["LO"]]), r[COLUMN["HI"]])
        residual, error = x - season_mid, x - mid
        z = np.where(r[COLUMN["CIRCULAR"]] > 0.0, 0.0, error / sigma)
        aged = (t - T_FIRST >= self._grace_s) & (N >= self._grace_n)
        seasonal = aged & (u.visits >= 1.5)
        learnt = (r[COLUMN["DAYS"]] >= UNLEARNT_DAYS) & (u.visits >= 1.5)
        zs = np.where(learnt, z, 0.0)

        # scores
        limit = table.limit[i].T
        score = np.zeros((SCORES, len(i)))
        ZBAR = zscore.step(ZBAR, zs, dt, 2.5 * limit[UP])  # noqa: N806
        CU = cusum.step(CU, zs, dt, 3.0 * limit[CUSUM_UP])  # noqa: N806
        CD = cusum.step(CD, -zs, dt, 3.0 * limit[CUSUM_DOWN])  # noqa: N806
        score[UP], score[DOWN] = np.maximum(ZBAR, 0.0), np.maximum(-ZBAR, 0.0)
        score[CUSUM_UP], score[CUSUM_DOWN] = CU, CD
        score[JUMP] = np.where(settled & learnt, jump.score(error, E1, sigma, JS), 0.0)
        score[SPIKE] = np.where(settled & learnt, spike.score(error, E1, E2, sigma, JS), 0.0)
        same = (x == X1) & ~start
        edge = (x <= MIN) | (x >= MAX) | (x == 0.0)
        counts = same & (~edge | (np.abs(error) > 2.0 * sigma))
        RUN = np.where(same, RUN + counts, 0.0)  # noqa: N806
        RUN_T = np.where(same, RUN_T, t)  # noqa: N806
        long = (RUN >= 12.0) & (t - RUN_T >= self._stuck_s) & settled
        score[FLAT] = np.where(long, flatline.score(RUN, PEQ), 0.0)
        score[GAP] = gap
        table.top[i] = np.maximum(table.top[i], score.T)

        # who asks to be heard
        ratio = score / (limit + 1e-12)
        over = np.where(CAD < SLOW_S, 3.0, 2.0)
        fire = np.zeros(len(i), dtype=np.int64)
        for side, cumulated, bit, count, onset in (
            (UP, CUSUM_UP, FIRE_UP, COLUMN["OVER_UP"], COLUMN["ONSET_UP"]),
            (DOWN, CUSUM_DOWN, FIRE_DOWN, COLUMN["OVER_DN"], COLUMN["ONSET_DN"]),
        ):
            strength = np.where(seasonal, np.maximum(ratio[side], ratio[cumulated]), 0.0)
            odd = strength > 1.0
            r[onset] = np.where(odd & (r[count] == 0.0), t, r[onset])
            r[count] = np.where(odd, r[count] + 1.0, 0.0)
            extreme = (ratio[side] > EXTREME) & ((CAD >= SLOW_S) | (r[count] >= 2.0))
            fire |= np.where(odd & ((r[count] >= over) | extreme), bit, 0)
        r[COLUMN["IMP"]] = np.maximum(r[COLUMN["IMP"]] - impossible.FORGIVEN, 0.0)
        fire |= np.where(aged & (ratio[SPIKE] > 1.0), FIRE_SPIKE, 0)
        fire |= np.where(aged & (ratio[FLAT] > 1.0), FIRE_FLAT, 0)
        loud = np.where(seasonal, np.max(ratio[UP : CUSUM_DOWN + 1], axis=0), 0.0)
        now = np.maximum(loud, np.where(aged, ratio[FLAT], 0.0))
        live = t >= self.live_from
        fire = np.where(live, fire, 0)
        r[COLUMN["HEARD"]] = live
        pending = r[COLUMN["FIRE"]] > 0.0
        table.hot[i] = np.where(pending, np.maximum(table.hot[i].T, ratio), ratio).T
        r[COLUMN["CALM"]] = np.where(now > 0.7, 0.0, r[COLUMN["CALM"]] + 1.0)
        r[COLUMN["RATIO"]] = now
        r[COLUMN["HOT_T"]] = np.where(fire > 0, t, r[COLUMN["HOT_T"]])
        if fire.any():
            r[COLUMN["FIRE"]] = (r[COLUMN["FIRE"]].astype(np.int64) | fire).astype(float)
            self.fired = True

        # learn, each residual bounded
        time = np.minimum(dt, season.STEP_S) / season.STEP_S
        clip = np.where(N < 20.0, np.inf, (scale.CLIP + np.abs(ahead)) * sigma)
        bounded = np.minimum(np.maximum(residual, -clip), clip)
        N_LEVEL = np.minimum(N_LEVEL + np.maximum(time, 1e-3), 14.0 * _PER_DAY_HALF_HOURS)  # noqa: N806
        LEVEL = LEVEL + time / N_LEVEL * bounded  # noqa: N806
        season.learn(table.knots, table.visits, i, at, u, residual, time, clip)
        whole = np.where(N < 20.0, np.inf, sigma)
        N_SG = np.minimum(N_SG + time, 5.0 * _PER_DAY_HALF_HOURS)  # noqa: N806
        SG = scale.learn(SG, time / np.maximum(N_SG, 1.0), error, whole)  # noqa: N806
        seen = np.minimum(visits + at.weight[2] * time, 20.0)
        table.local[i, half_hour] = scale.learn(
            local, np.minimum(time / np.maximum(seen, 1e-3), 1.0), error, whole
        )
        ready = (r[COLUMN["DAYS"]] >= 2.0).astype(float)
        D, RC, RV = carry.learn(D, RC, RV, ready * bounded / sigma, dt, ready)  # noqa: N806
        JS = jump.learn(JS, N_JS, error, E1, sigma)  # noqa: N806
        PEQ, N_EQ = flatline.learn(PEQ, N_EQ, same, RUN)  # noqa: N806
        step = np.abs(x - X1)
        QUANTUM = np.where((step > 0.0) & (first | (step < QUANTUM)), step, QUANTUM)  # noqa: N806
        r[COLUMN["DSLOW"]] = drift.step(r[COLUMN["DSLOW"]], np.where(learnt, residual / sigma, 0.0), dt)
        MIN, MAX = np.minimum(MIN, x), np.maximum(MAX, x)  # noqa: N806

        r[COLUMN["MID"]], r[COLUMN["HALF"]], r[COLUMN["SEASONAL"]] = mid, 2.0 * sigma, seasonal
        days, tail_days, today = (
            r[COLUMN["DAYS"]].copy(),
            r[COLUMN["TAIL_DAYS"]].copy(),
            r[COLUMN["TODAY"]] + 1.0,
        )
        r[:32] = (
            t, T_FIRST, N + 1.0, x, error, E1, CAD, CAD_REF, N_CAD, day, days, tail_days, today,
            LEVEL, N_LEVEL, SG, N_SG, QUANTUM, MIN, MAX, D, RC, RV, ZBAR, CU, CD, JS, N_JS + 1.0,
            RUN, RUN_T, PEQ, N_EQ,
        )  # fmt: skip
        self._trace(i, r, t, x, mid, sigma)
        table.f[i] = r.T

    def _turn_day(self, i: Ints, r: Floats, turned: Bools, day: Floats) -> None:
        """A new local day: yesterday's greatest scores enter the tails, thresholds follow."""
        table = self.table
        rows = i[turned]
        today, days = r[COLUMN["TODAY"], turned], r[COLUMN["DAYS"], turned]
        fit = (today >= 4.0) & (days > UNLEARNT_DAYS)
        mean, spread = table.mean[rows].T, table.spread[rows].T
        tail_days = r[COLUMN["TAIL_DAYS"], turned]
        new_mean, new_spread = tail.fold(table.top[rows].T, mean, spread, tail_days)
        table.mean[rows] = np.where(fit, new_mean, mean).T
        table.spread[rows] = np.where(fit, new_spread, spread).T
        tail_days = tail_days + fit
        r[COLUMN["TAIL_DAYS"], turned] = tail_days
        table.top[rows] = 0.0
        r[COLUMN["DAYS"], turned] = days + 1.0
        r[COLUMN["TODAY"], turned] = 0.0
        r[COLUMN["DAY"], turned] = day[turned]
        table.limit[rows] = tail.threshold(table.mean[rows].T, table.spread[rows].T, tail_days, self._rate).T

    def _change_interval(self, i: Ints, r: Floats, changed: Bools, interval: Floats) -> None:
        """The sensor now speaks faster or slower: what is counted per reading is learnt anew.

        More readings a day reach higher by chance: means of the tails are raised until they have learnt it.
        """
        table = self.table
        known = changed & (r[COLUMN["CAD_REF"]] > 0.0)
        if not known.any():
            return
        rows = i[known]
        faster = np.log(np.maximum(r[COLUMN["CAD_REF"], known] / np.maximum(interval[known], 1e-3), 1.0))
        table.mean[rows] = (table.mean[rows].T + tail.CADENCE_GROWTH * faster).T
        table.top[rows, FLAT] = table.top[rows, GAP] = 0.0
        table.limit[rows] = tail.threshold(
            table.mean[rows].T, table.spread[rows].T, r[COLUMN["TAIL_DAYS"], known], self._rate
        ).T

    def _trace(self, i: Ints, r: Floats, t: Floats, x: Floats, mid: Floats, sigma: Floats) -> None:
        """Keep the reading and what was expected of it for the chart, one in about two minutes."""
        due = t - r[COLUMN["TR_T"]] >= 110.0
        if not due.any():
            return
        table = self.table
        rows = i[due]
        slot = r[COLUMN["TR_POS"], due].astype(np.int64)
        low = np.maximum(mid - 2.0 * sigma, r[COLUMN["LO"]])
        high = np.minimum(mid + 2.0 * sigma, r[COLUMN["HI"]])
        table.trace_t[rows, slot] = t[due]
        table.trace[rows, slot] = np.stack((x[due], low[due], mid[due], high[due]), axis=1)
        r[COLUMN["TR_POS"]] = np.where(due, (r[COLUMN["TR_POS"]] + 1.0) % TRACE, r[COLUMN["TR_POS"]])
        r[COLUMN["TR_T"]] = np.where(due, t, r[COLUMN["TR_T"]])
