"""How two series go together, once the hour and the day are taken out of both.

Two city series that both follow the day correlate without having anything to do with each other. So of each
the usual of that hour and kind of day is taken away first (``baseline``); what is left is correlated at every
lag up to ``most_lag``: Spearman's rank correlation, which one broken reading does not move, and Pearson's
beside it. Readings of one hour resemble those of the next, so the number of *independent* pairs is far below
the number of pairs; the chance that so strong a correlation comes about by itself is computed from that
number, and multiplied by the number of lags looked at. *Lift*: how much more often B is unusually high after
A was, than at other times.

Sources: Bartlett, M. S. (1946). On the theoretical specification and sampling properties of autocorrelated
time-series. JRSS Suppl. 8 (effective sample size); Fisher, R. A. (1921). On the probable error of a
coefficient of correlation. Metron 1; Fieller, E. C., et al. (1957). Tests for rank correlation coefficients.
Biometrika 44 (variance 1.06 / (n - 3)); Dunn, O. J. (1961). Multiple comparisons among means. JASA 56.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from tocsin.analytics.aggregate import How, aggregate
from tocsin.analytics.arrays import DAY_S, SECOND, Floats, Ints, series_of
from tocsin.analytics.baseline import baseline
from tocsin.analytics.calendar import Calendar
from tocsin.analytics.grid import step_for
from tocsin.analytics.results import Provenance, Remark, provenance
from tocsin.kernel.errors import Invalid

MOST_LAGS: Final = 500
#: pairs at one lag, and independent ones, below which nothing is said
_LEAST_PAIRS, _LEAST_FREE = 30, 10.0
_HIGH: Final = 0.95
_SURE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Lift:
    """``share``: of the times at which A was above its 95 % the share at which B was above its own, ``lag``
    buckets later; ``base``: at all times; ``times``: how often A was."""

    share: float
    base: float
    times: int

    @property
    def factor(self) -> float:
        return self.share / self.base if self.base else float("nan")


@dataclass(frozen=True, slots=True)
class Relation:
    """``lags`` in buckets, positive: B follows A. ``best``: place of the strongest rank correlation.

    ``pairs``, ``free``: at the best lag, all and the independent ones; ``by_chance``: chance of one as strong
    at any of the lags where nothing relates the two; None where too little is known.
    """

    lags: Ints
    spearman: Floats
    pearson: Floats
    best: int
    pairs: int
    free: float
    by_chance: float | None
    lift: Lift | None
    notes: list[Remark]
    told: tuple[Provenance, Provenance]
    step_s: int


def relation(
    times_a: Any,
    values_a: Any,
    times_b: Any,
    values_b: Any,
    *,
    step_s: int | None = None,
    how: tuple[How, How] = ("mean", "mean"),
    most_lag: int | None = None,
    zone: str = "UTC",
    holidays: tuple[date, ...] | list[date] = (),
) -> Relation:
    """``most_lag``: in buckets, a day of them where none is given. Raises ``Invalid``: no common time, too
    many lags."""
    a, b = series_of(times_a, values_a), series_of(times_b, values_b)
    if len(a) < 2 or len(b) < 2:
        raise Invalid(
            "a series without readings relates to nothing", field="values", cure="give readings of both"
        )
    step_s = step_s or max(step_for(a.interval_s), step_for(b.interval_s), 300)
    begin, end = max(int(a.at[0]), int(b.at[0])), min(int(a.at[-1]), int(b.at[-1])) + 1
    if end - begin < 2 * step_s * SECOND:
        raise Invalid("the two have no time in common", field="times", cure="choose a period that both cover")
    most_lag = most_lag if most_lag is not None else max(1, min(DAY_S // step_s, MOST_LAGS // 2))
    if not 0 <= most_lag <= MOST_LAGS:
        raise Invalid("too many lags", field="most_lag", value=most_lag, cure=f"0 to {MOST_LAGS} buckets")
    calendar = Calendar(zone, holidays)
    left, told = [], []
    for series, each in ((a, how[0]), (b, how[1])):
        made = aggregate(
            series.at.astype("datetime64[us]"),
            series.values,
            step_s=step_s,
            how=each,
            zone=zone,
            start_us=begin,
            end_us=end,
            least_coverage=0.5,
        )
        usual = baseline(made.grid.starts, made.values, calendar, step_s=min(step_s, DAY_S)).at(
            made.grid.starts
        )[2]
        left.append(made.values - usual)
        said = provenance(
            series,
            coverage=float(made.coverage.mean()),
            step_s=step_s,
            zone=zone,
            method=f"{each} less the median of its hour and kind of day",
        )
        told.append(said)
    return _related(left[0], left[1], most_lag, step_s, (told[0], told[1]))


def _related(
    a: Floats, b: Floats, most_lag: int, step_s: int, told: tuple[Provenance, Provenance]
) -> Relation:
    lags = np.arange(-most_lag, most_lag + 1, dtype=np.int64)
    pearson, spearman = np.full(len(lags), np.nan), np.full(len(lags), np.nan)
    rank_a, rank_b = ranks(a), ranks(b)
    for at, lag in enumerate(lags.tolist()):
        pearson[at] = _correlation(*_shifted(a, b, lag))
        spearman[at] = _correlation(*_shifted(rank_a, rank_b, lag))
    if np.isnan(spearman).all():
        raise Invalid(
            "at no lag are there enough pairs that vary",
            field="values",
            value=len(a),
            cure=f"give {_LEAST_PAIRS} common buckets or more",
        )
    best = int(np.nanargmax(np.abs(spearman)))
    one, other = _shifted(rank_a, rank_b, int(lags[best]))
    free = independent(one, other)
    r, tried = float(spearman[best]), int(np.isfinite(spearman).sum())
    chance = _by_chance(r, free, tried)
    lift = _lift(*_shifted(a, b, int(lags[best])))
    return Relation(
        lags, spearman, pearson, best, len(one), free, chance, lift, _notes(free, chance, tried), told, step_s
    )


def ranks(values: Floats) -> Floats:
    """From 1, ties the mean of theirs; NaN stays.

    >>> ranks(np.array([10.0, np.nan, 30.0, 10.0])).tolist()
    [1.5, nan, 3.0, 1.5]
    """
    made = np.full(len(values), np.nan)
    there = np.isfinite(values)
    _, which, count = np.unique(values[there], return_inverse=True, return_counts=True)
    made[there] = (np.cumsum(count) - (count - 1) / 2.0)[which]
    return made


def independent(a: Floats, b: Floats) -> float:
    """How many independent pairs these are worth, from both autocorrelations: n / (1 + 2 sum r_a r_b).

    The sum ends where the product first turns negative; never more than there are, nor less than two.
    """
    n = len(a)
    most = min(n // 3, 1_000)
    product = _autocorrelation(a, most) * _autocorrelation(b, most)
    below = np.flatnonzero(product <= 0)
    stop = int(below[0]) if len(below) else most
    weight = 1.0 - np.arange(1, stop + 1) / n
    return float(min(max(n / (1.0 + 2.0 * float((weight * product[:stop]).sum())), 2.0), n))


def _autocorrelation(values: Floats, most: int) -> Floats:
    """At lags 1 to ``most``."""
    off = values - values.mean()
    size = 1 << (2 * len(off) - 1).bit_length()
    power = np.abs(np.fft.rfft(off, size)) ** 2
    found = np.fft.irfft(power, size)[: most + 1]
    return np.asarray(found[1:] / found[0] if found[0] > 0 else np.zeros(most))


def _shifted(a: Floats, b: Floats, lag: int) -> tuple[Floats, Floats]:
    """Pairs of A with B ``lag`` buckets later, where both are known."""
    one, other = (a[: len(a) - lag], b[lag:]) if lag >= 0 else (a[-lag:], b[:lag])
    there = np.isfinite(one) & np.isfinite(other)
    return one[there], other[there]


def _correlation(one: Floats, other: Floats) -> float:
    if len(one) < _LEAST_PAIRS:
        return float("nan")
    x, y = one - one.mean(), other - other.mean()
    # by the largest first: squares of large numbers would be infinite, of small ones nothing
    x, y = x / (np.abs(x).max() or 1.0), y / (np.abs(y).max() or 1.0)
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(np.clip((x @ y) / size, -1.0, 1.0)) if size > 0 else float("nan")


def _by_chance(r: float, free: float, tried: int) -> float | None:
    if free < _LEAST_FREE:
        return None
    z = math.atanh(min(abs(r), 1 - 1e-12)) * math.sqrt((free - 3.0) / 1.06)
    return min(1.0, math.erfc(z / math.sqrt(2.0)) * tried)


def _lift(one: Floats, other: Floats) -> Lift | None:
    if len(one) < 10 * _LEAST_PAIRS:
        return None
    high_a, high_b = one > np.quantile(one, _HIGH), other > np.quantile(other, _HIGH)
    times = int(high_a.sum())
    return Lift(float(high_b[high_a].mean()), float(high_b.mean()), times) if times and high_b.any() else None


def _notes(free: float, chance: float | None, tried: int) -> list[Remark]:
    notes = [Remark("no-cause", "that two go together does not say that one makes the other")]
    if chance is None:
        notes.append(
            Remark(
                "too-few",
                f"worth only {free:.0f} independent pairs: nothing can be said",
                {"free": round(free, 1)},
            )
        )
    elif chance > _SURE:
        notes.append(
            Remark(
                "may-be-chance",
                f"one as strong comes about by chance in {chance:.0%} of cases, with {tried} lags looked at",
                {"by_chance": round(chance, 4), "lags": tried},
            )
        )
    return notes
