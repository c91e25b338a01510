"""The lake's named queries. Each is one function of a DuckDB cursor and the files it may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tocsin.lake.records import HistoryPoint, PointsAsked, SeriesAsked, SeriesPoint
from tocsin.lake.rows import join_value, micros, moment

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_HISTORY = """
SELECT epoch_us(observed_at), value, text, unit, quality, observation
FROM read_parquet($files)
WHERE entity = $entity AND attribute = $attribute AND kind = 'update'
  AND ($first IS NULL OR observed_at >= $first) AND ($last IS NULL OR observed_at < $last)
  AND ($before IS NULL OR (epoch_us(observed_at), observation) < ($before, $before_id))
ORDER BY observed_at DESC, observation DESC
LIMIT $limit
"""

_SERIES = """
SELECT $origin + ((epoch_us(observed_at) - $origin) // $step) * $step AS bucket,
       avg(value), min(value), max(value), count(*)
FROM read_parquet($files)
WHERE entity = $entity AND attribute = $attribute AND kind = 'update' AND value IS NOT NULL
  AND observed_at >= $first AND observed_at < $last
GROUP BY bucket ORDER BY bucket
"""


def history(
    duck: DuckDBPyConnection, files: Sequence[str], asked: PointsAsked, limit: int
) -> list[HistoryPoint]:
    """The newest ``limit`` readings asked for in these files; newest FIRST."""
    found = duck.execute(
        _HISTORY,
        {
            "files": list(files),
            "entity": asked.entity,
            "attribute": asked.attribute,
            "first": asked.start,
            "last": asked.end,
            "before": micros(asked.before[0]) if asked.before else None,
            "before_id": asked.before[1] if asked.before else None,
            "limit": limit,
        },
    )
    return [
        HistoryPoint(moment(us), join_value(number, text), unit, quality, observation)
        for us, number, text, unit, quality, observation in found.fetchall()
    ]


def series(duck: DuckDBPyConnection, files: Sequence[str], asked: SeriesAsked) -> list[SeriesPoint]:
    """Steps without readings are left out."""
    step_s = (asked.end - asked.start).total_seconds() / asked.steps
    found = duck.execute(
        _SERIES,
        {
            "files": list(files),
            "entity": asked.entity,
            "attribute": asked.attribute,
            "first": asked.start,
            "last": asked.end,
            "origin": micros(asked.start),
            "step": max(1, int(step_s * 1e6)),
        },
    )
    return [
        SeriesPoint(moment(us), mean, low, high, count) for us, mean, low, high, count in found.fetchall()
    ]
