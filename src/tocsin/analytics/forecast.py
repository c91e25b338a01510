"""A forecast with its intervals and the back-test that says what it is worth.

The default model is ``models/weekly_profile.py``. Where *the same as last week* was better on the days that
the back-test looked at, that is the forecast, and the result says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np

from tocsin.analytics.aggregate import Aggregate, How, aggregate, whole
from tocsin.analytics.arrays import DAY_S, Floats, Ints, Series, series_of
from tocsin.analytics.backtest import LEARNING, Backtest, Errors, backtest, room, unrooted
from tocsin.analytics.calendar import Calendar
from tocsin.analytics.grid import Grid
from tocsin.analytics.intervals import LEVELS, spread
from tocsin.analytics.models.frame import Frame, frame_of
from tocsin.analytics.models.seasonal_naive import seasonal_naive
from tocsin.analytics.models.weekly_profile import fit, predict
from tocsin.analytics.results import Provenance, Remark, provenance
from tocsin.analytics.scores import naive_scale
from tocsin.kernel.errors import Invalid

Used = Literal["weekly-profile", "seasonal-naive"]
#: older values say nothing that these do not
_DAYS, _BUCKETS = 800, 60_000
MOST_DAYS_AHEAD: Final = 28
_FEW_TESTS, _THIN = 7, 0.8


@dataclass(frozen=True, slots=True)
class Forecast:
    """``curves``: (levels, n), the middle one the forecast; ``levels``: share of values below each."""

    grid: Grid
    curves: Floats
    levels: tuple[float, ...]
    used: Used
    tested: Backtest
    notes: list[Remark]
    past: Aggregate
    told: Provenance

    @property
    def values(self) -> Floats:
        return np.asarray(self.curves[len(LEVELS) // 2])


def forecast(
    times: Any,
    values: Any,
    *,
    horizon: int | None = None,
    step_s: int | None = None,
    how: How = "mean",
    zone: str = "UTC",
    holidays: tuple[date, ...] | list[date] = (),
    hold_s: float | None = None,
    least_coverage: float = 0.5,
) -> Forecast:
    """``horizon``: buckets ahead of the last one with a value; a day of them where none is given.

    Raises ``Invalid``: fewer than about eleven days, a bucket longer than a day, more than 28 days ahead.
    """
    made = aggregate(
        times, values, step_s=step_s, how=how, zone=zone, hold_s=hold_s, least_coverage=least_coverage
    )
    given = series_of(times, values)
    made = _recent(made, given)
    step_s = made.grid.step_s
    if step_s > DAY_S:
        raise Invalid(
            "forecasts are of buckets up to a day", field="step_s", value=step_s, cure="86400 at most"
        )
    horizon = horizon or max(1, DAY_S // step_s)
    if not 1 <= horizon * step_s <= MOST_DAYS_AHEAD * DAY_S:
        raise Invalid("too far ahead", field="horizon", value=horizon, cure=f"{MOST_DAYS_AHEAD} days at most")
    calendar = Calendar(zone, holidays)
    frame, ahead, places = frame_of(made.grid, made.values, calendar, horizon)
    origins = room(frame, int(places[-1]) + 1 - frame.origin)
    if origins < 2:
        least = LEARNING + 2 + -(-horizon * step_s // DAY_S)
        raise Invalid(
            f"{frame.days} days are too few to test a forecast on",
            field="values",
            value=frame.days,
            cure=f"give {least} days or more, or forecast less far",
        )
    span = int(places[-1]) + 1 - frame.origin
    tested, errors = backtest(frame, span, origins)
    better = tested.better_by is not None and tested.better_by > 0
    curves = _ours(frame, places, span, errors) if better else _naive(frame, places, errors, tested)
    used: Used = "weekly-profile" if better else "seasonal-naive"
    inside = float(np.mean(made.coverage))
    told = provenance(given, coverage=inside, step_s=step_s, zone=zone, method=used)
    return Forecast(ahead, curves, LEVELS, used, tested, _notes(tested, used, inside), made, told)


def _recent(made: Aggregate, given: Series) -> Aggregate:
    """The last two years and some, from the first whole bucket to the last with a value."""
    there = np.flatnonzero(np.isfinite(whole(made, given)))
    if not len(there):
        raise Invalid("no bucket has a value", field="values", cure="give readings, or ask for less coverage")
    end = int(there[-1]) + 1
    begin = max(int(there[0]), end - min(_BUCKETS, _DAYS * DAY_S // made.grid.step_s))
    grid = Grid(made.grid.edges[begin : end + 1], made.grid.step_s)
    cut = slice(begin, end)
    return Aggregate(
        grid,
        made.values[cut],
        made.coverage[cut],
        made.readings[cut],
        made.filled[cut],
        made.how,
        made.hold_s,
        made.told,
    )


def _ours(frame: Frame, places: Ints, span: int, errors: Errors) -> Floats:
    fitted = fit(frame, frame.origin, span)
    middle, size = predict(fitted, frame, frame.origin, places)
    wide = spread(errors.model, np.ones_like(errors.model, dtype=bool), errors.band, errors.bands)
    curves = middle + wide[:, errors.band[places - frame.origin]] * size
    return unrooted(curves) if fitted.rooted else curves


def _naive(frame: Frame, places: Ints, errors: Errors, tested: Backtest) -> Floats:
    # of the season that was tested: a series can have grown long enough for a longer one since
    season = round(tested.season_h * frame.per_day / 24)
    middle = seasonal_naive(frame, frame.origin, places, season)
    scale = naive_scale(frame.flat[: frame.origin], season)
    wide = spread(errors.naive, np.ones_like(errors.naive, dtype=bool), errors.band, errors.bands)
    curves = middle + wide[:, errors.band[places - frame.origin]] * (scale if np.isfinite(scale) else 1.0)
    known = frame.flat[: frame.origin]
    return np.maximum(curves, 0.0) if float(np.nanmin(known)) >= 0.0 else curves


def _notes(tested: Backtest, used: Used, inside: float) -> list[Remark]:
    notes = []
    if used == "seasonal-naive":
        lost = -(tested.better_by or 0.0)
        notes.append(
            Remark(
                "naive-is-better",
                "the same as last week (or yesterday) was the better forecast on these days, so it is used",
                {"worse_by": round(lost, 4)},
            )
        )
    if tested.origins < _FEW_TESTS:
        notes.append(
            Remark("few-tests", f"tested on {tested.origins} forecasts only", {"origins": tested.origins})
        )
    if inside < _THIN:
        notes.append(
            Remark("thin", f"readings cover {inside:.0%} of the time", {"coverage": round(inside, 4)})
        )
    narrow = tested.model.coverage if used == "weekly-profile" else tested.naive.coverage
    held = narrow.get("0.8")
    if held is not None and held < 0.7:
        notes.append(
            Remark(
                "intervals-narrow",
                f"the 80 % interval held {held:.0%} of the values: expect surprises",
                {"held": held},
            )
        )
    return notes
