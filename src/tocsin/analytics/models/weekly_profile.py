"""The default model: what is usual at this hour of this kind of day, and what is left of recent deviations.

Two parts. A *profile* by kind of day and slot, learnt day by day: three layers (any day; working day or
weekend; Monday to Sunday and holiday), each shrunk towards the coarser one by its visits, each an
exponentially weighted mean with clipped errors. A *correction*: how far the last hour, day, week, this slot
yesterday and a week ago lay from that profile, carried forward by factors that ridge regression learns for
each distance ahead (direct forecasts: a wrong factor of one hour does not pile up over a week). Series that
never fall below zero are modelled as square roots, so that busy hours may vary more than quiet ones and no
forecast is negative.

Sources: Taylor, J. W. (2003). Short-term electricity demand forecasting using double seasonal exponential
smoothing. JORS 54 (two seasons and carrying an error forward); Efron, B., Morris, C. (1977). Stein's paradox
in statistics (shrinkage); Huber, P. (1981). Robust Statistics (clipping); Marcellino, M., Stock, J., Watson,
M. (2006). A comparison of direct and iterated multistep AR methods. J. Econometrics 135.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tocsin.analytics.arrays import Floats, Ints
from tocsin.analytics.calendar import HOLIDAY, KINDS
from tocsin.analytics.models.frame import Frame

#: rates at which a kind of day learns, of which the best is taken
RATES: Final = (0.08, 0.15, 0.3)
#: a layer's say grows with its visits v as v / (v + these)
_SHRINK_GROUP, _SHRINK_KIND = 0.5, 1.5
#: errors are clipped at so many usual ones
_CLIP: Final = 4.0
_FEATURES: Final = 7
#: origins that the factors are learnt from, and places ahead of one, at most
_ORIGINS, _PLACES = 240, 96
#: weight of *no correction*, in days: hours of one day are not as many independent witnesses
_RIDGE: Final = 8.0
#: days before the first origin that anything is learnt from
WARM: Final = 5


@dataclass(frozen=True, slots=True)
class Profile:
    """As known at the beginning of each day: ``usual`` (days + 1, kinds, slots), ``spread`` likewise: mean
    absolute error. In units of the model (roots where ``rooted``)."""

    usual: Floats
    spread: Floats
    error: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """``factors``: (bands, features) of the correction; ``bounds``: the last place ahead of each band."""

    profile: Profile
    values: Floats
    factors: Floats
    bounds: Ints
    rooted: bool


def fit(frame: Frame, upto: int, horizon: int) -> Fitted:
    """From the values before ``upto``."""
    known = frame.flat[:upto]
    rooted = bool(np.nanmin(known) >= 0.0)
    values = np.sqrt(np.maximum(frame.flat, 0.0)) if rooted else frame.flat
    seen = values.copy()
    seen[upto:] = np.nan
    tried = [_learn(frame, seen, -(-upto // frame.per_day), rate) for rate in RATES]
    best = min(range(len(RATES)), key=lambda one: tried[one].error)
    profile = _learn(frame, values, len(frame.kinds), RATES[best]) if upto < frame.origin else tried[best]
    bounds = _bands(frame.per_day, horizon)
    factors = _factors(frame, values, profile, upto, horizon, bounds)
    return Fitted(profile, values, factors, bounds, rooted)


def predict(fitted: Fitted, frame: Frame, origin: int, places: Ints) -> tuple[Floats, Floats]:
    """(forecast, usual size of its error) at ``places``, in units of the model, from values before
    ``origin``."""
    usual, spread = _usual(fitted.profile, frame, origin, places)
    x = _features(fitted.values, fitted.profile, frame, origin, places)
    band = np.searchsorted(fitted.bounds, places - origin + 1)
    return usual + (x * fitted.factors[band]).sum(axis=1), spread


def _bands(per_day: int, horizon: int) -> Ints:
    """Distances that share their factors end here: parts of the first day, then days."""
    parts = sorted({max(1, per_day // 24), max(1, per_day // 8), max(1, per_day // 3)})
    ends = [*parts, per_day, 2 * per_day, 4 * per_day, 7 * per_day]
    return np.array([*sorted({end for end in ends if end < horizon}), horizon], dtype=np.int64)


def _learn(frame: Frame, values: Floats, days: int, rate: float) -> Profile:
    m = frame.per_day
    rows = values[: days * m].reshape(days, m)
    group_of = np.array([0, 0, 0, 0, 0, 1, 1, 1])
    start = float(np.nanmedian(values[: 7 * m])) if np.isfinite(values[: 7 * m]).any() else 0.0
    any_day, seen_any = np.full(m, start), np.zeros(m)
    groups, seen_groups = np.zeros((2, m)), np.zeros((2, m))
    kinds, seen_kinds = np.zeros((KINDS, m)), np.zeros((KINDS, m))
    # a holiday nobody has seen yet is a Sunday
    size, smooth = np.full((2, m), np.nan), np.full((2, m), np.nan)
    usual, spread = np.empty((days + 1, KINDS, m)), np.empty((days + 1, KINDS, m))
    wrong, counted = 0.0, 0
    for day in range(days + 1):
        said = any_day + (groups - any_day) * (seen_groups / (seen_groups + _SHRINK_GROUP))
        base = said[group_of]
        every = base + (kinds - base) * (seen_kinds / (seen_kinds + _SHRINK_KIND))
        new = seen_kinds[HOLIDAY] / (seen_kinds[HOLIDAY] + _SHRINK_KIND)
        every[HOLIDAY] = every[6] + (kinds[HOLIDAY] - every[6]) * new
        # an hour of which nothing was ever heard (a car park closed at night) is not guessed at
        usual[day], spread[day] = np.where(seen_any > 0, every, np.nan), smooth[group_of]
        if day == days:
            break
        row, kind = rows[day], int(frame.kinds[day])
        there = np.isfinite(row)
        if not there.any():
            continue
        group = int(group_of[kind])
        error = np.where(there, row - every[kind], 0.0)
        if day >= WARM:
            wrong += float(np.abs(error).sum())
            counted += int(there.sum())
        limit = _CLIP * spread[day, kind]
        error = np.where(np.isfinite(limit), np.clip(error, -limit, limit), error)
        heard = every[kind] + error
        before = np.where(np.isfinite(size[group]), size[group], np.abs(error))
        size[group] = np.where(there, 0.9 * before + 0.1 * np.abs(error), size[group])
        smooth[group] = _smooth(size[group])
        _step(any_day, seen_any, heard, there, rate / 4)
        _step(groups[group], seen_groups[group], heard, there, rate / 2)
        _step(kinds[kind], seen_kinds[kind], heard, there, rate)
    return Profile(usual, spread, wrong / counted if counted else np.inf)


def _step(mean: Floats, seen: Floats, heard: Floats, there: Floats, rate: float) -> None:
    share = np.where(there, np.maximum(rate, 1.0 / (seen + 1.0)), 0.0)
    mean += share * (heard - mean)
    seen += there


def _smooth(size: Floats) -> Floats:
    """Usual errors, each slot's together with those beside it, none next to nothing."""
    known = np.isfinite(size)
    if not known.any():
        return size
    middle = float(size[known].mean())
    filled = np.where(known, size, middle)
    if len(size) > 4:
        around = np.concatenate((filled[-1:], filled, filled[:1]))
        filled = (around[:-2] + 2.0 * filled + around[2:]) / 4.0
    return np.maximum(filled, 0.1 * middle)


def _usual(profile: Profile, frame: Frame, origin: int, places: Ints) -> tuple[Floats, Floats]:
    day = min(origin // frame.per_day, len(profile.usual) - 1)
    kind, slot = frame.kinds[places // frame.per_day], places % frame.per_day
    return profile.usual[day, kind, slot], profile.spread[day, kind, slot]


def _features(values: Floats, profile: Profile, frame: Frame, origin: int, places: Ints) -> Floats:
    """(n, features): mean deviation of the last hour, day and week; of this slot yesterday, a week ago, a
    week before that, and over the last seven days."""
    m, week = frame.per_day, frame.week
    past = np.arange(max(0, origin - 2 * week), origin)
    usual, spread = _usual(profile, frame, origin, past)
    limit = _CLIP * spread
    off = values[past] - usual
    off = np.where(np.isfinite(limit), np.clip(off, -limit, limit), off)
    x = np.zeros((len(places), _FEATURES))
    if not len(off):
        return x
    for column, length in enumerate((max(1, m // 24), m, week)):
        x[:, column] = _mean(off[-length:])
    x[:, 3], x[:, 4] = _back(off, places - origin, m), _back(off, places - origin, week)
    x[:, 5] = _back(off, places - origin, week, seasons=2)
    if len(off) >= week:
        x[:, 6] = _means(off[-week:].reshape(7, m))[(places - origin) % m]
    return x


def _back(off: Floats, ahead: Ints, season: int, seasons: int = 1) -> Floats:
    """The deviation at the same place of the last season but ``seasons``; 0 where nothing is known."""
    at = len(off) + ahead - (ahead // season + seasons) * season
    found = np.where(at >= 0, off[np.maximum(at, 0)], 0.0)
    return np.where(np.isfinite(found), found, 0.0)


def _means(rows: Floats) -> Floats:
    there = np.isfinite(rows)
    return np.asarray(np.where(there, rows, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1))


def _mean(values: Floats) -> float:
    there = values[np.isfinite(values)]
    return float(there.mean()) if len(there) else 0.0


def _factors(frame: Frame, values: Floats, profile: Profile, upto: int, horizon: int, bounds: Ints) -> Floats:
    """Ridge regression, a band at a time: of what came after earlier origins on what was known at them."""
    first, last = WARM * frame.per_day, upto - 1
    factors = np.zeros((len(bounds), _FEATURES))
    if last <= first:
        return factors
    # a step that shares no factor with a day visits every hour of it
    origins = np.unique(np.linspace(first, last, min(_ORIGINS, last - first)).astype(np.int64))
    gram = np.zeros((len(bounds), _FEATURES, _FEATURES))
    moment = np.zeros((len(bounds), _FEATURES))
    rows = np.zeros(len(bounds))
    ahead = np.unique(
        np.concatenate([np.arange(min(8, horizon)), np.linspace(0, horizon - 1, _PLACES).astype(np.int64)])
    )
    for origin in origins.tolist():
        places = origin + ahead[origin + ahead < upto]
        usual, spread = _usual(profile, frame, origin, places)
        target = values[places] - usual
        good = np.isfinite(target) & np.isfinite(spread) & (spread > 0)
        if not good.any():
            continue
        places, target, spread = places[good], target[good], spread[good]
        target = np.clip(target, -2 * _CLIP * spread, 2 * _CLIP * spread)
        x = _features(values, profile, frame, origin, places)
        band = np.searchsorted(bounds, places - origin + 1)
        for one in np.unique(band).tolist():
            of = band == one
            gram[one] += x[of].T @ x[of]
            moment[one] += x[of].T @ target[of]
            rows[one] += of.sum()
    for one in range(len(bounds)):
        scale = np.trace(gram[one]) / _FEATURES / max(rows[one], 1.0)
        if scale > 0:
            weight = _RIDGE * rows[one] / max((last - first) / frame.per_day, 1.0)
            factors[one] = np.linalg.solve(gram[one] + weight * scale * np.eye(_FEATURES), moment[one])
    return factors
