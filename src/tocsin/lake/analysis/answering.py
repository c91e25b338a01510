"""An analysis within the sealed process: readings in, one answer out, as JSON or as an Arrow stream."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tocsin.analytics import Baseline, Calendar, Series, aggregate, baseline, fill, forecast, relation
from tocsin.analytics.aggregate import Aggregate, whole
from tocsin.analytics.arrays import SECOND, Floats, Ints
from tocsin.analytics.backtest import figure
from tocsin.analytics.results import Provenance, Remark
from tocsin.kernel.clock import iso
from tocsin.kernel.errors import TooLarge
from tocsin.lake.analysis.reading import Readings, read
from tocsin.lake.analysis.records import Analysed, Analysis, ForecastTold, Kind, RelationTold, SeriesTold
from tocsin.lake.sql.records import Format

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: buckets of the past that come with a forecast or a baseline
_PAST = 1_000
#: rows of one answer
MOST_ROWS = 20_000
_HALF = 0.5


def warm(asked: Analysis) -> None:
    """Load what would be loaded later: after the seal no file can be opened."""
    import numpy.ma  # noqa: F401 - quantiles load it when first asked
    import pyarrow as pa

    pa.array([1.0]).to_numpy()

    Calendar(asked.zone)
    np.fft.irfft(np.fft.rfft(np.ones(8)))
    np.linalg.solve(np.eye(2), np.ones(2))


def answer(duck: DuckDBPyConnection, asked: Analysis, form: Format, max_bytes: int) -> tuple[bytes, int]:
    """(the answer, its rows). Raises ``Invalid``, ``TooLarge``."""
    found = _OF[asked.kind](asked, read(duck, asked))
    rows = max((len(column) for column in found.columns.values()), default=0)
    if rows > MOST_ROWS:
        raise TooLarge(
            f"these are more than {MOST_ROWS} rows", field="step_s", value=rows, cure="take longer buckets"
        )
    data = _arrow(found) if form == "arrow" else msgspec.json.encode(found)
    if len(data) > max_bytes:
        raise TooLarge(
            f"the answer is larger than {max_bytes // 2**20} MiB", field="step_s", cure="take longer buckets"
        )
    return data, rows


def _aggregate(asked: Analysis, given: list[Readings]) -> Analysed:
    one = given[0]
    made = _gridded(asked, one)
    return _told(asked, made.grid.step_s, [(one, made.told)], _columns(made), {})


def _fill(asked: Analysis, given: list[Readings]) -> Analysed:
    one = given[0]
    made = _gridded(asked, one)
    usual = _usual(asked, made, one).at(made.grid.starts)[2] if asked.way == "usual" else None
    values, filled = fill(made.values, longest=asked.longest, way=asked.way, usual=usual)
    method = f"{made.told.method}; gaps of at most {asked.longest} filled: {asked.way}"
    told = msgspec.structs.replace(made.told, method=method)
    columns = _columns(made) | {"value": numbers(values), "filled": filled.tolist()}
    return _told(asked, made.grid.step_s, [(one, told)], columns, {})


def _baseline(asked: Analysis, given: list[Readings]) -> Analysed:
    one = given[0]
    made = _gridded(asked, one)
    usual = _usual(asked, made, one)
    kinds, slots = usual.days.shape
    kind, slot = np.divmod(np.arange(kinds * slots), slots)
    columns: dict[str, list[Any]] = {
        "kind_of_day": kind.tolist(),
        "second_of_day": (slot * usual.slot_s).tolist(),
    }
    for name, curve in zip(_BAND, usual.quantiles, strict=True):
        columns[name] = numbers(curve.reshape(-1))
    columns |= {"days": usual.days.reshape(-1).tolist(), "rests": usual.rests.reshape(-1).tolist()}
    last = slice(max(0, len(made.grid) - _PAST), None)
    at = made.grid.starts[last]
    past: dict[str, list[Any]] = {"time": moments(at), "value": numbers(made.values[last])}
    past |= {name: numbers(curve) for name, curve in zip(_BAND, usual.at(at), strict=True)}
    told = msgspec.structs.replace(made.told, method="quantiles by hour and kind of day")
    return _told(asked, made.grid.step_s, [(one, told)], columns, past)


def _usual(asked: Analysis, made: Aggregate, one: Readings) -> Baseline:
    calendar = Calendar(asked.zone, asked.holidays)
    values = whole(made, Series(one.at, one.values))
    return baseline(made.grid.starts, values, calendar, step_s=made.grid.step_s)


def _forecast(asked: Analysis, given: list[Readings]) -> Analysed:
    one = given[0]
    made = forecast(
        one.at.astype("datetime64[us]"),
        one.values,
        horizon=asked.horizon,
        step_s=asked.step_s,
        how=one.name.how,
        zone=asked.zone,
        holidays=asked.holidays,
        hold_s=asked.hold_s,
        least_coverage=_HALF if asked.least_coverage is None else asked.least_coverage,
    )
    columns: dict[str, list[Any]] = {"time": moments(made.grid.starts), "until": moments(made.grid.edges[1:])}
    for level, curve in zip(made.levels, made.curves, strict=True):
        columns[f"p{level * 100:g}".replace(".", "_")] = numbers(curve)
    last = slice(max(0, len(made.past.grid) - _PAST), None)
    past: dict[str, list[Any]] = {
        "time": moments(made.past.grid.starts[last]),
        "value": numbers(made.past.values[last]),
        "coverage": numbers(made.past.coverage[last]),
    }
    return _told(
        asked,
        made.grid.step_s,
        [(one, made.told)],
        columns,
        past,
        made.notes,
        forecast=ForecastTold(made.used, list(made.levels), made.tested),
    )


def _relation(asked: Analysis, given: list[Readings]) -> Analysed:
    a, b = given
    made = relation(
        a.at.astype("datetime64[us]"),
        a.values,
        b.at.astype("datetime64[us]"),
        b.values,
        step_s=asked.step_s,
        how=(a.name.how, b.name.how),
        most_lag=asked.most_lag,
        zone=asked.zone,
        holidays=asked.holidays,
    )
    at, lift = made.best, made.lift
    said = RelationTold(
        lag_s=int(made.lags[at]) * made.step_s,
        spearman=round(float(made.spearman[at]), 4),
        pearson=figure(round(float(made.pearson[at]), 4)),
        pairs=made.pairs,
        free=round(made.free, 1),
        by_chance=made.by_chance,
        lift=figure(lift.factor) if lift else None,
        lift_times=lift.times if lift else None,
    )
    columns = {
        "lag_s": (made.lags * made.step_s).tolist(),
        "spearman": numbers(made.spearman),
        "pearson": numbers(made.pearson),
    }
    pairs = [(a, made.told[0]), (b, made.told[1])]
    return _told(asked, made.step_s, pairs, columns, {}, made.notes, relation=said)


_OF: dict[Kind, Callable[[Analysis, list[Readings]], Analysed]] = {
    "aggregate": _aggregate,
    "fill": _fill,
    "baseline": _baseline,
    "forecast": _forecast,
    "relation": _relation,
}
_BAND = ("p5", "p25", "p50", "p75", "p95")


def _gridded(asked: Analysis, one: Readings) -> Aggregate:
    return aggregate(
        one.at.astype("datetime64[us]"),
        one.values,
        step_s=asked.step_s,
        how=one.name.how,
        zone=asked.zone,
        hold_s=asked.hold_s,
        least_coverage=asked.least_coverage or 0.0,
    )


def _columns(made: Aggregate) -> dict[str, list[Any]]:
    return {
        "time": moments(made.grid.starts),
        "value": numbers(made.values),
        "coverage": numbers(made.coverage),
        "readings": made.readings.tolist(),
        "filled": made.filled.tolist(),
    }


def _told(
    asked: Analysis,
    step_s: int,
    series: list[tuple[Readings, Provenance]],
    columns: dict[str, list[Any]],
    past: dict[str, list[Any]],
    notes: list[Remark] | None = None,
    *,
    forecast: ForecastTold | None = None,
    relation: RelationTold | None = None,
) -> Analysed:
    return Analysed(
        kind=asked.kind,
        series=[
            SeriesTold(r.name.entity, r.name.attribute, r.type, r.unit, r.name.how, told)
            for r, told in series
        ],
        columns=columns,
        past=past,
        notes=notes or [],
        learned=asked.kind in ("baseline", "forecast", "relation"),
        step_s=step_s,
        zone=asked.zone,
        forecast=forecast,
        relation=relation,
    )


def numbers(values: Floats) -> list[float | None]:
    """Six significant digits; None for NaN."""
    return [float(f"{v:.6g}") if v == v else None for v in values.tolist()]


def moments(at: Ints) -> list[str]:
    return [iso(datetime.fromtimestamp(one / SECOND, UTC)) for one in at.tolist()]


def _arrow(found: Analysed) -> bytes:
    """``columns`` as an Arrow stream, times as timestamps; all else as JSON in its metadata, key
    ``tocsin``."""
    import pyarrow as pa

    names: Mapping[str, list[Any]] = found.columns
    arrays = {
        name: pa.array([datetime.fromisoformat(one) for one in column], pa.timestamp("us", "UTC"))
        if name in ("time", "until")
        else pa.array(column)
        for name, column in names.items()
    }
    rest = msgspec.json.encode(msgspec.structs.replace(found, columns={}))
    table = pa.table(arrays).replace_schema_metadata({"tocsin": rest})
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()
