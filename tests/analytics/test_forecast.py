"""Forecasts of series whose law is known, and where the naive one must win."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tocsin.analytics import forecast, relation
from tocsin.analytics.arrays import SECOND
from tocsin.kernel.errors import Invalid

HOUR, DAY = 3600, 86_400
#: 2025-01-06, a Monday, 00:00 in Helsinki
START = 1_736_114_400


def week(days: int, seed: int = 1, noise: float = 5.0) -> tuple[np.ndarray, np.ndarray]:
    """Busy at 8 and 17 on working days, quiet at the weekend."""
    rng = np.random.default_rng(seed)
    at = START + HOUR * np.arange(24 * days)
    hour, weekday = np.arange(24 * days) % 24, np.arange(24 * days) // 24 % 7
    busy = 100 * np.exp(-((hour - 8) ** 2) / 4) + 120 * np.exp(-((hour - 17) ** 2) / 6)
    return at, 20 + np.where(weekday < 5, busy, busy / 4) + rng.normal(0, noise, len(at))


@pytest.fixture(scope="module")
def seventy_days() -> tuple[np.ndarray, np.ndarray]:
    return week(70)


def test_a_week_that_is_known_is_forecast_and_beats_the_naive_one(
    seventy_days: tuple[np.ndarray, np.ndarray],
) -> None:
    at, values = seventy_days
    made = forecast(at[: 63 * 24], values[: 63 * 24], horizon=7 * 24, how="sum", zone="Europe/Helsinki")
    _, truth = week(70, noise=0.0)
    assert made.used == "weekly-profile"
    # of independent noise the naive error is sqrt(2) times that of a perfect forecast: 29 % can be saved
    assert 0.15 < (made.tested.better_by or 0) < 0.32
    assert np.abs(made.values - truth[63 * 24 :]).mean() < 3.0
    low, high = made.curves[1], made.curves[5]
    inside = ((low <= values[63 * 24 :]) & (values[63 * 24 :] <= high)).mean()
    assert 0.7 < inside < 0.9, "an 80 % interval"
    told = made.tested.model.coverage["0.8"]
    assert told is not None
    assert abs(told - 0.8) < 0.07
    assert made.told.rows == 63 * 24
    assert made.grid.starts[0] == at[63 * 24] * SECOND


def test_what_comes_after_an_origin_never_enters_its_forecast(
    seventy_days: tuple[np.ndarray, np.ndarray],
) -> None:
    """Change the last two days: the back-test of forecasts made and scored before may not change."""
    from tocsin.analytics.aggregate import aggregate
    from tocsin.analytics.calendar import Calendar
    from tocsin.analytics.models.frame import frame_of
    from tocsin.analytics.models.weekly_profile import fit, predict

    at, values = seventy_days
    wild = values.copy()
    wild[-48:] = 1e6
    found = []
    for given in (values, wild):
        made = aggregate(at, given, step_s=HOUR, how="sum", zone="Europe/Helsinki")
        frame, _, _ = frame_of(made.grid, made.values, Calendar("Europe/Helsinki"), 24)
        origin = 68 * 24
        found.append(predict(fit(frame, origin, 24), frame, origin, origin + np.arange(24)))
    assert (found[0][0] == found[1][0]).all()
    assert (found[0][1] == found[1][1]).all()


def test_where_last_week_repeats_itself_the_naive_forecast_is_used() -> None:
    rng = np.random.default_rng(3)
    pattern = rng.normal(100, 30, 7 * 24)
    values = np.tile(pattern, 10) + np.repeat(np.arange(10) * 1e-9, 168)
    made = forecast(START + HOUR * np.arange(len(values)), values, horizon=24, how="sum")
    assert made.used == "seasonal-naive"
    assert "naive-is-better" in {note.code for note in made.notes}
    assert made.values == pytest.approx(pattern[:24], abs=1e-3)


def test_a_random_walk_leaves_nothing_to_boast_of() -> None:
    walk = np.cumsum(np.random.default_rng(9).normal(size=24 * 60)) + 1000
    made = forecast(START + HOUR * np.arange(len(walk)), walk, horizon=24, how="sum")
    assert made.tested.model.mase is not None
    assert made.tested.model.mase > 0.3


def test_a_holiday_is_forecast_as_the_quiet_day_that_it_is() -> None:
    at, values = week(60)
    # Thursday of the ninth week
    holiday = date(2025, 3, 6)
    made = forecast(
        at[: 59 * 24], values[: 59 * 24], horizon=24, how="sum", zone="Europe/Helsinki", holidays=[holiday]
    )
    plain = forecast(at[: 59 * 24], values[: 59 * 24], horizon=24, how="sum", zone="Europe/Helsinki")
    assert made.values[17] < 0.6 * plain.values[17]


def test_an_hour_that_is_not_over_is_not_taken_for_a_quiet_one() -> None:
    at, values = week(60)
    quarters = np.repeat(at, 4) + np.tile(np.arange(4) * 900, len(at))
    counts = np.repeat(values / 4, 4)
    at_ten_past = len(quarters) - 3
    made = forecast(quarters[:at_ten_past], counts[:at_ten_past], horizon=24, how="sum", step_s=HOUR)
    assert made.grid.starts[0] == at[-1] * SECOND, "the hour that has begun is forecast"
    assert made.past.values[-1] == pytest.approx(values[-2])


def test_counts_are_never_forecast_below_zero_and_holes_are_borne() -> None:
    rng = np.random.default_rng(5)
    at, values = week(60)
    counts = rng.poisson(np.maximum(values - 20, 0) / 20).astype(float)
    counts[rng.random(len(counts)) < 0.3] = np.nan
    made = forecast(at, counts, horizon=48, how="sum", zone="Europe/Helsinki", step_s=HOUR)
    assert (made.curves >= 0).all()
    assert np.isfinite(made.curves).all()
    assert "thin" in {note.code for note in made.notes}


def test_daily_and_five_minute_series_are_forecast_too() -> None:
    rng = np.random.default_rng(2)
    days = np.arange(119)
    values = 100 + 50 * (days % 7 < 5) + rng.normal(0, 3, 119)
    daily = forecast(START + 2 * HOUR + DAY * days, values, horizon=14, how="sum")
    assert daily.values[:5].min() > 130 > 115 > daily.values[5:7].max()
    steps = np.arange(288 * 20)
    quick = 50 + 20 * np.sin(steps / 288 * 2 * np.pi) + rng.normal(0, 1, len(steps))
    made = forecast(START + 300 * steps, quick, horizon=288)
    assert made.grid.step_s == 300
    assert np.abs(made.values - (50 + 20 * np.sin(np.arange(288) / 288 * 2 * np.pi))).mean() < 1.5


@pytest.mark.parametrize(
    ("days", "more"), [(8, {}), (60, {"horizon": 29 * 24}), (60, {"step_s": 7 * DAY}), (60, {"horizon": -1})]
)
def test_what_cannot_be_forecast_is_refused(days: int, more: dict[str, int]) -> None:
    with pytest.raises(Invalid) as refused:
        forecast(*week(days), how="sum", **more)
    assert refused.value.field
    assert refused.value.cure


def test_two_that_only_share_the_rhythm_of_the_day_are_not_related() -> None:
    at, one = week(60, seed=1)
    _, other = week(60, seed=2)
    found = relation(at, one, at, other, how=("sum", "sum"), zone="Europe/Helsinki")
    assert np.corrcoef(one, other)[0, 1] > 0.9, "raw, they would seem to be"
    assert abs(found.spearman[found.best]) < 0.2
    assert found.by_chance is not None
    assert found.by_chance > 0.01
    assert {"no-cause", "may-be-chance"} <= {note.code for note in found.notes}


def test_one_that_follows_the_other_is_found_at_its_lag() -> None:
    at, one = week(60, seed=1, noise=10)
    rng = np.random.default_rng(7)
    other = np.roll(one, 3) + rng.normal(0, 3, len(one))
    found = relation(at, one, at, other, how=("sum", "sum"), zone="Europe/Helsinki")
    assert found.lags[found.best] == 3
    assert found.spearman[found.best] > 0.85
    assert found.by_chance is not None
    assert found.by_chance < 1e-6
    assert found.lift is not None
    assert found.lift.factor > 5
    back = relation(at, other, at, one, how=("sum", "sum"), zone="Europe/Helsinki")
    assert back.lags[back.best] == -3


def test_slow_noise_is_worth_few_independent_pairs() -> None:
    rng = np.random.default_rng(11)
    slow = [np.convolve(rng.normal(size=24 * 60 + 240), np.ones(240) / 240, "valid")[: 24 * 60] for _ in "ab"]
    at = START + HOUR * np.arange(24 * 60)
    found = relation(at, slow[0], at, slow[1], how=("sum", "sum"))
    assert found.free < 0.1 * found.pairs
    assert {"may-be-chance", "too-few"} & {note.code for note in found.notes}
