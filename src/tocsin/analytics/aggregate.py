"""Readings put on a regular grid: time-weighted means of states, sums of counts, with what each rests on.

A state (temperature, occupancy) holds from one reading to the next, for ``hold_s`` at most: its mean weighs
each value by the time for which it held, so that a sensor which reports more often in a rush does not shift
it. A count (people since the last reading) is summed and never scaled up for readings that are missing: the
coverage says how much is missing.

Reference: the time-weighted average of OPC UA Part 13 (Aggregates), 5.4.3.5 TimeAverage, with simple bounds
and stepped interpolation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from tocsin.analytics.arrays import SECOND, Bools, Floats, Ints, Series, series_of
from tocsin.analytics.calendar import Calendar
from tocsin.analytics.grid import Grid, grid_of, step_for
from tocsin.analytics.results import Provenance, provenance
from tocsin.kernel.errors import Invalid

How = Literal["mean", "sum", "min", "max", "median", "last"]
#: a state holds for so many of its usual intervals, where nothing else is asked for
_HOLD = 2.5


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One value a bucket: ``values`` NaN where there is none. ``coverage``: 0 to 1, of a state the share of
    the bucket's time for which a value held, otherwise readings found of those expected. ``filled``: made up
    by ``fill``."""

    grid: Grid
    values: Floats
    coverage: Floats
    readings: Ints
    filled: Bools
    how: How
    hold_s: float
    told: Provenance


def aggregate(
    times: Any,
    values: Any,
    *,
    step_s: int | None = None,
    how: How = "mean",
    zone: str = "UTC",
    start_us: int | None = None,
    end_us: int | None = None,
    hold_s: float | None = None,
    least_coverage: float = 0.0,
) -> Aggregate:
    """Raises ``Invalid``, ``TooLarge``.

    ``step_s``: length of a bucket, that of the usual interval where none is given. ``least_coverage``: below
    it a bucket has no value. Without ``start_us`` and ``end_us`` from the first reading's bucket to the
    last's.

    >>> made = aggregate([0, 1800, 3600], [0.0, 10.0, 20.0], step_s=3600, hold_s=3600)
    >>> made.values.tolist(), made.coverage.tolist()
    ([5.0, 20.0], [1.0, 1.0])
    """
    if how not in get_args(How):
        raise Invalid("no such aggregate", field="how", value=how, cure=", ".join(get_args(How)))
    series = series_of(times, values)
    calendar = Calendar(zone)
    if hold_s is not None and not hold_s > 0:
        raise Invalid("a value holds for no time", field="hold_s", value=hold_s, cure="more than 0 seconds")
    usual_s = series.interval_s
    step_s = step_s or step_for(usual_s)
    hold_s = hold_s or (_HOLD * usual_s if np.isfinite(usual_s) else float(step_s))
    if not len(series) and (start_us is None or end_us is None):
        raise Invalid("there are no readings", field="values", cure="give readings, or a start and an end")
    begin = start_us if start_us is not None else int(series.at[0])
    stop = end_us if end_us is not None else int(series.at[-1]) + 1
    grid = grid_of(begin, stop, step_s, calendar)
    bucket = np.searchsorted(grid.edges, series.at, side="right") - 1
    inside = (bucket >= 0) & (bucket < len(grid))
    readings = np.bincount(bucket[inside], minlength=len(grid)).astype(np.int64)
    if how == "mean":
        found, coverage = _time_weighted(series, grid, hold_s)
    else:
        found = _of_readings(series.values[inside], bucket[inside], len(grid), how)
        coverage = _of_expected(readings, grid, usual_s)
    found = np.where(coverage < least_coverage, np.nan, found)
    method = "time-weighted mean of a state" if how == "mean" else f"{how} of readings"
    there = float(coverage.mean()) if len(coverage) else None
    told = provenance(series, coverage=there, step_s=step_s, zone=zone, method=method)
    return Aggregate(grid, found, coverage, readings, np.zeros(len(grid), dtype=bool), how, hold_s, told)


def whole(made: Aggregate, given: Series) -> Floats:
    """The values, without the first and last bucket where readings do not reach their edges.

    An hour that is not over is no hour: its count would be taken for a quiet one.
    """
    slack = 0 if np.isnan(given.interval_s) else round(1.5 * given.interval_s * SECOND)
    values = made.values.copy()
    if int(given.at[0]) - slack > int(made.grid.edges[0]):
        values[0] = np.nan
    if int(given.at[-1]) + slack < int(made.grid.edges[-1]):
        values[-1] = np.nan
    return values


def _time_weighted(series: Series, grid: Grid, hold_s: float) -> tuple[Floats, Floats]:
    """Means and shares of time, by differences of two running integrals: of value and of time known."""
    width = np.diff(grid.edges).astype(np.float64)
    if not len(series):
        return np.full(len(grid), np.nan), np.zeros(len(grid))
    hold = round(min(hold_s, 1e9) * SECOND)
    until = np.minimum(np.append(series.at[1:], series.at[-1] + hold), series.at + hold)
    # breakpoints: each value begins, and each ceases to hold
    at = np.stack([series.at, until], axis=1).reshape(-1)
    held = (until - series.at).astype(np.float64)
    middle = float(np.median(series.values))
    known = np.concatenate([[0.0], np.cumsum(held)])
    area = np.concatenate([[0.0], np.cumsum(held * (series.values - middle))])

    def integral(total: Floats) -> Floats:
        both = np.stack([total[:-1], total[1:]], axis=1).reshape(-1)
        return np.asarray(np.interp(grid.edges, at, both), dtype=np.float64)

    time = np.diff(integral(known))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(time > 0.5, np.diff(integral(area)) / time + middle, np.nan)
    return mean, np.clip(time / width, 0.0, 1.0)


def _of_readings(values: Floats, bucket: Ints, count: int, how: How) -> Floats:
    found = np.full(count, np.nan)
    if not len(values):
        return found
    filled, first = np.unique(bucket, return_index=True)
    ends = np.append(first[1:], len(values))
    if how == "last":
        found[filled] = values[ends - 1]
    elif how == "median":
        for where, begin, end in zip(filled.tolist(), first.tolist(), ends.tolist(), strict=True):
            found[where] = np.median(values[begin:end])
    else:
        add = {"sum": np.add, "min": np.minimum, "max": np.maximum}[how]
        found[filled] = add.reduceat(values, first)
    return found


def _of_expected(readings: Ints, grid: Grid, usual_s: float) -> Floats:
    if not np.isfinite(usual_s):
        return (readings > 0).astype(np.float64)
    expected = np.maximum(np.diff(grid.edges) / SECOND / usual_s, 1.0)
    return np.asarray(np.minimum(readings / expected, 1.0), dtype=np.float64)
