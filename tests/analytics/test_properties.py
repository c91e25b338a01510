"""What holds for any series, not for chosen ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.analytics import Calendar, aggregate, baseline, fill, series_of
from tocsin.analytics.arrays import SECOND
from tocsin.analytics.grid import grid_of
from tocsin.analytics.intervals import LEVELS, spread
from tocsin.analytics.relation import independent, ranks
from tocsin.analytics.scores import pinball
from tocsin.kernel.errors import Invalid, TooLarge

QUICK = settings(max_examples=25, deadline=None)
#: around both changes of the clock in Helsinki, 2025
SECONDS = st.integers(1_742_000_000, 1_762_500_000)
VALUES = st.floats(-1e6, 1e6)
READINGS = st.lists(st.tuples(SECONDS, VALUES), min_size=1, max_size=60)
STEPS = st.sampled_from([3600, 7200, 21_600, 86_400, 7 * 86_400])
ZONES = st.sampled_from(["UTC", "Europe/Helsinki", "Asia/Kolkata", "America/St_Johns"])


@QUICK
@given(READINGS)
def test_a_series_is_in_order_and_loses_nothing_uncounted(readings: list[tuple[int, float]]) -> None:
    made = series_of([t for t, _ in readings], [v for _, v in readings])
    assert (np.diff(made.at) > 0).all()
    assert len(made) + made.dropped == len(readings)
    last = dict(readings)
    assert dict(zip((made.at // SECOND).tolist(), made.values.tolist(), strict=True)) == last


@QUICK
@given(SECONDS, st.integers(1, 40 * 86_400), STEPS, ZONES)
def test_a_grid_covers_its_period_on_the_clock_of_the_city(
    start: int, length: int, step: int, zone: str
) -> None:
    calendar = Calendar(zone)
    grid = grid_of(start * SECOND, (start + length) * SECOND, step, calendar)
    assert grid.edges[0] <= start * SECOND < grid.edges[1]
    assert grid.edges[-2] < (start + length) * SECOND <= grid.edges[-1]
    assert (np.diff(grid.edges) > 0).all()
    _, _, second = calendar.split(grid.edges)
    if step <= 3600:
        assert (np.diff(grid.edges) == step * SECOND).all()
    else:
        assert (second % min(step, 86_400) == 0).all()


@QUICK
@given(READINGS, STEPS, ZONES)
def test_a_mean_over_time_lies_among_the_values_and_a_sum_keeps_the_total(
    readings: list[tuple[int, float]], step: int, zone: str
) -> None:
    t, v = [t for t, _ in readings], [v for _, v in readings]
    state = aggregate(t, v, step_s=step, zone=zone)
    series = series_of(t, v)
    there = np.isfinite(state.values)
    assert ((state.coverage >= 0) & (state.coverage <= 1)).all()
    assert (state.values[there] >= series.values.min() - 1e-3).all()
    assert (state.values[there] <= series.values.max() + 1e-3).all()
    count = aggregate(t, v, step_s=step, how="sum", zone=zone)
    assert np.nansum(count.values) == pytest.approx(series.values.sum(), rel=1e-9, abs=1e-6)
    assert count.readings.sum() == len(series)


@QUICK
@given(READINGS, st.integers(1, 50))
def test_a_reading_said_twice_changes_no_mean(readings: list[tuple[int, float]], later: int) -> None:
    """A state that is reported again in between is the same state."""
    series = series_of([t for t, _ in readings], [v for _, v in readings])
    t = series.at / SECOND
    # no pause is longer than a value holds: in one, what is said again holds longer indeed
    hold_s = float(np.diff(t).max(initial=0.0)) + 60.0
    once = aggregate(t, series.values, step_s=3600, hold_s=hold_s)
    gap = np.append(np.diff(t), hold_s)
    again_t = np.concatenate([t, t + np.minimum(later, gap / 2)])
    again = aggregate(again_t, np.tile(series.values, 2), step_s=3600, hold_s=hold_s)
    at = min(len(once.values), len(again.values)) - 1
    # after the last reading what was said again holds longer: there the mean is the same, where there is one
    within = once.grid.edges[1 : at + 1] <= series.at[-1] + hold_s * SECOND
    assert again.values[:at][within] == pytest.approx(
        once.values[:at][within], nan_ok=True, rel=1e-6, abs=1e-3
    )
    tail = ~within & np.isfinite(once.values[:at])
    assert again.values[:at][tail] == pytest.approx(once.values[:at][tail], rel=1e-6, abs=1e-3)


@QUICK
@given(
    st.lists(st.one_of(st.none(), VALUES), min_size=1, max_size=50),
    st.integers(0, 6),
    st.sampled_from(["linear", "previous", "usual"]),
)
def test_no_gap_longer_than_asked_is_filled(given_: list[float | None], longest: int, way: str) -> None:
    values = np.array([np.nan if v is None else v for v in given_])
    made, marked = fill(values, longest=longest, way=way, usual=np.zeros(len(values)))  # type: ignore[arg-type]
    there = np.isfinite(values)
    assert (made[there] == values[there]).all(), "what was measured stays"
    assert (np.isfinite(made) == (there | marked)).all(), "what is new is marked"
    runs = np.split(marked, np.flatnonzero(np.diff(marked.astype(int))) + 1)
    assert all(len(run) <= longest for run in runs if run.any())
    if there.any():
        first, last = np.flatnonzero(there)[[0, -1]]
        assert not marked[:first].any()
        assert not marked[last:].any()
        assert np.nanmin(made) >= np.nanmin(values) - 1e-6
        assert np.nanmax(made) <= np.nanmax(values) + 1e-6
    else:
        assert not marked.any()


@QUICK
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.booleans())
def test_a_baseline_is_ordered_and_rests_on_days_that_there_were(seed: int, days: int, holed: bool) -> None:
    rng = np.random.default_rng(seed)
    at = (1_735_682_400 + 3600 * np.arange(24 * days)) * SECOND
    values = rng.normal(size=len(at))
    if holed:
        values[rng.random(len(at)) < 0.5] = np.nan
    made = baseline(at, values, Calendar("Europe/Helsinki"))
    there = made.rests < 3
    assert (np.diff(made.quantiles, axis=0)[:, there] >= 0).all()
    assert (made.days <= days + 1).all()
    assert ((made.days > 0) == there).all()
    if np.isfinite(values).any():
        assert np.nanmax(made.quantiles) <= np.nanmax(values)


@QUICK
@given(st.lists(VALUES, min_size=2, max_size=80))
def test_ranks_order_as_values_do(values: list[float]) -> None:
    given_ = np.array(values)
    made = ranks(given_)
    assert made.sum() == pytest.approx(len(values) * (len(values) + 1) / 2)
    order = np.argsort(given_, kind="stable")
    assert (np.diff(made[order]) >= 0).all()
    assert 2.0 <= independent(made, made) <= len(values)


@QUICK
@given(st.lists(VALUES, min_size=1, max_size=200))
def test_curves_never_cross(errors: list[float]) -> None:
    given_ = np.array(errors).reshape(1, -1)
    made = spread(given_, np.ones_like(given_, dtype=bool), np.zeros(len(errors), dtype=np.int64), 1)
    assert (np.diff(made[:, 0]) >= 0).all()
    assert made[len(LEVELS) // 2, 0] == 0.0


@QUICK
@given(VALUES, st.floats(0.01, 0.99), st.lists(VALUES, min_size=1, max_size=20))
def test_no_constant_beats_the_quantile_in_pinball_loss(
    other: float, level: float, values: list[float]
) -> None:
    actual = np.array(values)
    best = np.quantile(actual, level, method="inverted_cdf")
    loss = [pinball(np.full((1, len(values)), q), (level,), actual) for q in (best, other)]
    assert loss[0] <= loss[1] + 1e-9 * max(1.0, abs(loss[1]))


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: series_of([1, 2], [1.0]), Invalid),
        (lambda: series_of(["yesterday"], [1.0]), Invalid),
        (lambda: series_of([-5.0], [1.0]), Invalid),
        (lambda: aggregate([], []), Invalid),
        (lambda: aggregate([1], [1.0], step_s=7), Invalid),
        (lambda: aggregate([1, 10**9], [1.0, 1.0], step_s=1), TooLarge),
        (lambda: fill(np.array([1.0]), longest=-1), Invalid),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(call, kind) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(kind) as refused:
        call()
    assert refused.value.cure


def test_nan_infinities_and_monsters_are_dropped_and_counted() -> None:
    made = series_of([1, 2, 3, 4, 5], [1.0, float("nan"), float("inf"), 1e308, 2.0])
    assert made.values.tolist() == [1.0, 2.0]
    assert made.dropped == 3
