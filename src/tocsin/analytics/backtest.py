"""The honest back-test: forecasts as they would have been made, scored against what came, beside the naive
one.

From each of up to 28 earlier days one forecast is made (each from another hour), by a model that was fitted
on values before all of them. Intervals are tested by errors known at that time: the errors of forecasts
before, up to the moment of the new one. The same origins, hours and rule for intervals hold for *the same as
last week*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from tocsin.analytics.arrays import Floats, Ints
from tocsin.analytics.intervals import INTERVALS, LEVELS, spread
from tocsin.analytics.models.frame import Frame
from tocsin.analytics.models.seasonal_naive import season_of, seasonal_naive
from tocsin.analytics.models.weekly_profile import WARM, fit, predict
from tocsin.analytics.scores import coverage, mae, naive_scale, pinball

#: forecasts that are scored, and those before them that only teach how wide intervals are
TESTS: Final = 28
_TEACHING: Final = 28
#: days before the first of them
LEARNING: Final = WARM + 3


class Score(msgspec.Struct, frozen=True):
    """Of one model. ``mae`` in the series' unit; ``mase``: below 1 is better than the naive forecast was on
    the past; ``coverage``: share of values inside the 50, 80 and 95 % intervals; ``pinball``: mean over all
    curves."""

    mae: float | None
    mase: float | None
    coverage: dict[str, float | None]
    pinball: float | None


class DayScore(msgspec.Struct, frozen=True):
    """Mean absolute errors of the ``day``-th day ahead."""

    day: int
    mae: float | None
    naive: float | None


class Backtest(msgspec.Struct, frozen=True):
    """``origins`` forecasts over ``horizon`` buckets, the first of them ``days`` days before the end.

    ``better_by``: share of the naive forecast's error that the model saves; negative where it is worse.
    """

    origins: int
    days: float
    horizon: int
    season_h: float
    model: Score
    naive: Score
    better_by: float | None
    by_day: list[DayScore]


@dataclass(frozen=True, slots=True)
class Errors:
    """What intervals are made of: (origins, ahead) errors relative to the usual size, of either model, and
    the band of each distance."""

    model: Floats
    naive: Floats
    band: Ints
    bands: int


def room(frame: Frame, horizon: int) -> int:
    """How many earlier forecasts the series has room for."""
    days = frame.days - -(-horizon // frame.per_day)
    # half of a short series is for learning
    return int(min(TESTS + _TEACHING, max(days // 2, 4), days - LEARNING))


def backtest(frame: Frame, horizon: int, origins: int) -> tuple[Backtest, Errors]:
    """``origins``: as ``room`` says, 2 or more."""
    m = frame.per_day
    at = np.array([frame.origin - horizon - k * m - (k * 5) % m for k in range(origins)])[::-1]
    at = np.maximum(at, LEARNING * m)
    fitted, season = fit(frame, int(at[0]), horizon), season_of(frame.before(int(at[0])))
    ahead = np.arange(horizon)
    actual = np.stack([frame.flat[o + ahead] for o in at])
    model, size = map(np.stack, zip(*(predict(fitted, frame, int(o), o + ahead) for o in at), strict=True))
    naive = np.stack([seasonal_naive(frame, int(o), o + ahead, season) for o in at])
    truth = fitted.values[at[:, None] + ahead[None, :]]
    scale = naive_scale(frame.flat[: int(at[0])], season)
    # a constant series has no scale; then errors are what they are
    unit = scale if np.isfinite(scale) else 1.0
    band = np.searchsorted(fitted.bounds, ahead + 1)
    errors = Errors((truth - model) / size, (actual - naive) / unit, band, len(fitted.bounds))
    tested = np.arange(origins - min(TESTS, (origins + 1) // 2), origins)
    curves = _curves(errors.model, errors, at, tested, model, size)
    if fitted.rooted:
        model, curves = unrooted(model), unrooted(curves)
    naive_curves = _curves(errors.naive, errors, at, tested, naive, np.full_like(naive, unit))
    return _told(frame, at, tested, actual, model, naive, curves, naive_curves, scale, season), errors


def unrooted(roots: Floats) -> Floats:
    return np.asarray(np.maximum(roots, 0.0) ** 2)


def _curves(relative: Floats, errors: Errors, at: Ints, tested: Ints, middle: Floats, size: Floats) -> Floats:
    """(levels, tested, ahead): by errors whose values had come when each forecast was made."""
    ahead = np.arange(middle.shape[1])
    came = at[:, None] + ahead[None, :]
    made = [
        middle[one] + spread(relative, came < at[one], errors.band, errors.bands)[:, errors.band] * size[one]
        for one in tested.tolist()
    ]
    return np.stack(made, axis=1)


def _told(
    frame: Frame,
    at: Ints,
    tested: Ints,
    actual: Floats,
    model: Floats,
    naive: Floats,
    curves: Floats,
    naive_curves: Floats,
    scale: float,
    season: int,
) -> Backtest:
    both = np.isfinite(model) & np.isfinite(naive) & np.isfinite(actual)
    actual = np.where(both, actual, np.nan)[tested]
    model, naive = model[tested], naive[tested]
    ours, theirs = mae(model, actual), mae(naive, actual)
    m, horizon = frame.per_day, actual.shape[1]
    days = [
        DayScore(day + 1, figure(mae(model[:, of], actual[:, of])), figure(mae(naive[:, of], actual[:, of])))
        for day, of in ((day, slice(day * m, (day + 1) * m)) for day in range(-(-horizon // m)))
    ]
    return Backtest(
        origins=len(tested),
        days=round((frame.origin - int(at[tested[0]])) / m, 1),
        horizon=horizon,
        season_h=season * 24.0 / m,
        model=_score(ours, scale, curves, actual),
        naive=_score(theirs, scale, naive_curves, actual),
        better_by=figure(1.0 - ours / theirs) if theirs > 0 else None,
        by_day=days,
    )


def _score(error: float, scale: float, curves: Floats, actual: Floats) -> Score:
    inside = {
        f"{share:g}": figure(coverage(curves[low], curves[high], actual)) for share, low, high in INTERVALS
    }
    return Score(figure(error), figure(error / scale), inside, figure(pinball(curves, LEVELS, actual)))


def figure(value: float) -> float | None:
    """Six significant digits, None for what is no number."""
    return float(f"{value:.6g}") if np.isfinite(value) else None
