"""How long it will really take: the same routes, many crowds; p10, p50 and p90 of when the last is out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .answer import Forecast
from .params import Params
from .planner import Group, Solved
from .queues import Drained, Samples, drain
from .routes import Routes, nearest, planned

Figures = NDArray[np.float64]

#: of those who walk as told by the plan; the rest takes the nearest way out
COMPLIANCE = (1.0, 0.7, 0.4)
#: samples times approaches: large spaces get fewer samples
_MOST_PLACES = 4_000


def samples(params: Params, n: int, seed: int, shares: Sequence[float]) -> Samples:
    """``n`` for each share of compliance, the same crowds for each."""
    draw = np.random.default_rng(seed)
    crowd = np.maximum(draw.normal(1.0, params.crowd_sigma, n), 0.3)
    speed = np.maximum(draw.normal(1.0, params.speed_sigma, n), 0.4)
    capacity = np.exp(draw.normal(0.0, params.capacity_sigma, n))
    parts = np.repeat(np.array([[s, 1.0 - s] for s in shares]), n, axis=0)
    times = len(shares)
    return Samples(np.tile(crowd, times), np.tile(speed, times), np.tile(capacity, times), parts)


def both(group: Group) -> tuple[Routes, Routes]:
    return planned(group.made), nearest(group.reduced)


def forecasts(
    solved: Solved, routes: Sequence[tuple[Routes, Routes]], seed: int, shares: Sequence[float], most: int = 0
) -> tuple[Forecast, ...]:
    """One for each of ``shares``, of ``most`` samples, 0 for as many as the parameters say."""
    places = max(1, len(solved.case.scene.approaches))
    count = min(most or solved.case.params.samples_count, max(10, _MOST_PLACES // places))
    drawn = samples(solved.case.params, count, seed, shares)
    worst = np.zeros(drawn.crowd.size)
    for pair in routes:
        worst = np.maximum(worst, drain(pair, drawn, solved.case.diagram, most_steps=_most(solved)).clear_s)
    found = []
    for share, row in zip(shares, worst.reshape(len(shares), -1), strict=True):
        out = row[np.isfinite(row)]
        if not out.size:
            out = np.full(1, -1.0)  # in no forecast is everybody out
        low, middle, high = (round(float(q), 1) for q in np.quantile(out, (0.1, 0.5, 0.9)))
        found.append(Forecast(share, low, middle, high, round(float(np.isinf(row).mean()), 3)))
    return tuple(found)


def course(solved: Solved, routes: Sequence[Routes], *, free: bool) -> tuple[Drained, ...]:
    """Each group's own routes followed by all, step by step. ``free``: as the plan reckons, no thinning."""
    diagram = None if free else solved.case.diagram
    return tuple(
        drain([one], Samples.exactly(1.0), diagram, most_steps=_most(solved), history=True) for one in routes
    )


def clearing_s(drained: Sequence[Drained]) -> float:
    return max((float(d.clear_s[0]) for d in drained), default=0.0)


def _most(solved: Solved) -> int:
    """Steps after which a forecast gives up: ten times the plan and more."""
    steps = solved.seconds / solved.case.step_s
    return int(10 * steps + 10 * solved.case.params.steps_count)
