"""Forecasts on recorded city series: ours against *the same as last week*, and a peer where it is there.

    python benchmarks/analytics.py [--quick] [--out FILE]

Rolling origin: up to 28 forecasts a series (--quick: fewer series, a day ahead alone), a day and a week
ahead, each from another day and hour, fitted on nothing that comes after the first of them; long series at
three ends. MASE is relative to the naive forecast's error on the past. Peers are compared where
``statsforecast`` can be imported; it is no dependency: *mean4*, the mean of the last four weeks at that hour,
and *MSTL* with seasons of a day and a week, its trend by AutoETS, on the eight weeks before each origin (six
origins with --quick). Both are refitted at every origin, which ours is not.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from recorded_series import FOLDER, Recorded, recorded
from tocsin.analytics import Backtest, Calendar, aggregate, backtest, holidays_of
from tocsin.analytics.models.frame import Frame, frame_of

DAY_S = 86_400
#: days of a series beyond which it is cut at three ends
_LONG = 300
_PEER_WEEKS = 8


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    if not FOLDER.exists():
        print(f"SKIPPED: no recorded data at {FOLDER}")
        return
    peer = find_spec("statsforecast") is not None
    rows = [row for one in recorded() for row in _measured(one, given.quick, peer)]
    print(_table(rows, peer))
    print(json.dumps(_figures(rows, peer)))
    if given.out:
        given.out.write_text(json.dumps({"at": datetime.now(UTC).isoformat(), "rows": rows}, indent=1))


def _measured(one: Recorded, quick: bool, peer: bool) -> Iterator[dict[str, Any]]:
    if quick and one.name.startswith(("Italian T", "park B", "QV")):
        return
    for days in (1,) if quick else (1, 7):
        for end in _ends(one, quick):
            started = time.perf_counter()
            frame, horizon = _frame(one, end, days)
            tested, _ = backtest.backtest(frame, horizon, backtest.room(frame, horizon))
            row = _row(one, end, days, tested, time.perf_counter() - started)
            if peer:
                row |= _peer(frame, horizon, tested, quick)
            yield row


def _ends(one: Recorded, quick: bool) -> list[int]:
    count = len(one.times)
    whole = (one.times[-1] - one.times[0]) / DAY_S
    return [count] if quick or whole < _LONG else [count, count * 5 // 6, count * 4 // 6]


def _frame(one: Recorded, end: int, days: int) -> tuple[Frame, int]:
    made = aggregate(
        one.times[:end], one.values[:end], step_s=one.step_s, how=one.how, zone=one.zone, least_coverage=0.5
    )
    years = [datetime.fromtimestamp(t, UTC).year for t in (one.times[0], one.times[-1])]
    calendar = Calendar(one.zone, holidays_of(one.holidays, years[0] - 1, years[1] + 1))
    horizon = days * DAY_S // one.step_s
    frame, _, _ = frame_of(made.grid, made.values, calendar, horizon)
    return frame, horizon


def _row(one: Recorded, end: int, days: int, tested: Backtest, took_s: float) -> dict[str, Any]:
    return {
        "series": one.name,
        "end": datetime.fromtimestamp(one.times[end - 1], UTC).date().isoformat(),
        "days_ahead": days,
        "origins": tested.origins,
        "mase": tested.model.mase,
        "mase_naive": tested.naive.mase,
        "better_by": tested.better_by,
        "held80": tested.model.coverage["0.8"],
        "held95": tested.model.coverage["0.95"],
        "pinball": tested.model.pinball,
        "pinball_naive": tested.naive.pinball,
        "took_s": round(took_s, 2),
    }


def _peer(frame: Frame, horizon: int, tested: Backtest, quick: bool) -> dict[str, Any]:
    """The same origins; gaps filled by the value of a week ago, since they take none."""
    from statsforecast.models import (  # type: ignore[import-not-found, unused-ignore]
        MSTL,
        AutoETS,
        SeasonalWindowAverage,
    )

    m = frame.per_day
    known = frame.flat.copy()
    for at in np.flatnonzero(np.isnan(known)):
        if at >= frame.week:
            known[at] = known[at - frame.week]
    scale = (tested.model.mae or np.nan) / (tested.model.mase or np.nan)
    told = {}
    peers: list[tuple[str, Any, int]] = [
        ("mean4", lambda: SeasonalWindowAverage(season_length=7 * m, window_size=4), tested.origins),
        (
            "mstl",
            lambda: MSTL(season_length=[m, 7 * m], trend_forecaster=AutoETS(model="ZZN")),
            min(6, tested.origins) if quick else tested.origins,
        ),
    ]
    for name, model, count in peers:
        wrong: list[Any] = []
        for k in range(count):
            origin = frame.origin - horizon - k * m - (k * 5) % m
            past = np.nan_to_num(known[max(0, origin - _PEER_WEEKS * frame.week) : origin])
            made = model().forecast(past, horizon)["mean"]
            wrong.append(np.abs(made - frame.flat[origin : origin + horizon]))
        told[f"mase_{name}"] = round(float(np.nanmean(np.array(wrong))) / scale, 4)
    return told


def _table(rows: list[dict[str, Any]], peer: bool) -> str:
    head = f"{'series':17} {'end':10} {'ahead':>5} {'MASE':>6} {'naive':>6} {'better':>7}"
    head += f" {'in 80%':>7} {'in 95%':>7}"
    lines = [head + (f" {'mean4':>6} {'MSTL':>6}" if peer else "")]
    for row in rows:
        line = (
            f"{row['series']:17} {row['end']} {row['days_ahead']:4}d {row['mase']:6.3f}"
            f" {row['mase_naive']:6.3f} {row['better_by']:+7.1%} {row['held80']:7.1%} {row['held95']:7.1%}"
        )
        lines.append(line + (f" {row['mase_mean4']:6.3f} {row['mase_mstl']:6.3f}" if peer else ""))
    return "\n".join(lines)


def _figures(rows: list[dict[str, Any]], peer: bool) -> dict[str, float]:
    told = {
        "series": len({row["series"] for row in rows}),
        "mase": float(np.mean([row["mase"] for row in rows])),
        "mase_naive": float(np.mean([row["mase_naive"] for row in rows])),
        "naive_better": sum(row["better_by"] <= 0 for row in rows),
        "held80": float(np.mean([row["held80"] for row in rows])),
        "pinball_of_naive": float(np.mean([row["pinball"] / row["pinball_naive"] for row in rows])),
        "took_s_p95": float(np.quantile([row["took_s"] for row in rows], 0.95)),
    }
    if peer:
        for name in ("mase_mean4", "mase_mstl"):
            told[name] = float(np.mean([row[name] for row in rows]))
    return {name: round(value, 4) for name, value in told.items()}


if __name__ == "__main__":
    main()
