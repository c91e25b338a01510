"""Quality of series, by definitions that a person can check. Times in microseconds within, seconds without.

A *reading* is counted once however often it is stored: same entity, attribute and observed time. The window
is ``days`` long and ends at ``at``.

- interval: median of the gaps between readings that follow each other; needs 3 readings.
- completeness: readings / (readings + missing). In a gap of k intervals floor(k + 1/4) - 1 are missing, and
  floor(k - 1/4) in the k intervals since the newest: late by less than three quarters is jitter, no gap.
- validity: share of readings that are finite and within the model's bounds, or words the model knows, and
  whose own quality is at least one half.
- drift: largest distance between the distribution of the last 24 h and that of the days before (two-sample
  Kolmogorov-Smirnov statistic D: 0 the same, 1 apart). Both parts are whole days where there are enough, so
  that the hours of the day do not look like drift. Needs 20 readings in each part.
- shift: median of the last 24 h less median before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from tocsin.lake.rows import micros, moment
from tocsin.lake.series.records import Quality, Series, SeriesListAsked

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FRESH_INTERVALS = 3.0
LEAST_READINGS, LEAST_FOR_DRIFT = 3, 20
RECENT = timedelta(days=1)
BELIEVED = 0.5


class Bounds(NamedTuple):
    """What the model says is possible. ``type`` ``*``: of every type. ``choices``: words, where listed."""

    type: str
    attribute: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]


_FOUND = """
CREATE OR REPLACE TEMP TABLE found AS
WITH stored AS (
  SELECT entity, type, attribute, unit, value, text, quality, epoch_us(observed_at) AS us, observation,
    accepted_at
  FROM read_parquet($files)
  WHERE kind = 'update' AND attribute IS NOT NULL AND NOT contains(attribute, '<')
    AND observed_at > $start AND observed_at <= $at
    AND ($type IS NULL OR type = $type) AND ($entity IS NULL OR entity = $entity)
    AND ($attribute IS NULL OR attribute = $attribute)
    AND ($after_entity IS NULL OR (entity, attribute) > ($after_entity, $after_attribute))
    {kept}
), page AS (
  SELECT entity, attribute FROM stored GROUP BY ALL ORDER BY entity, attribute LIMIT $limit
)
SELECT DISTINCT ON (entity, attribute, us) * FROM stored SEMI JOIN page USING (entity, attribute)
ORDER BY entity, attribute, us, accepted_at DESC, observation
"""
_BOUNDS = """
CREATE OR REPLACE TEMP TABLE bounds AS SELECT unnest($types) AS type, unnest($attributes) AS attribute,
  unnest($lows::DOUBLE[]) AS low, unnest($highs::DOUBLE[]) AS high, unnest($choices::VARCHAR[][]) AS choices
"""
_QUALITY = """
WITH gaps AS (
  SELECT entity, attribute, us - lag(us) OVER (PARTITION BY entity, attribute ORDER BY us) AS gap FROM found
), usual AS (
  SELECT entity, attribute, median(gap) AS step FROM gaps WHERE gap IS NOT NULL GROUP BY ALL
), missed AS (
  SELECT entity, attribute, sum(greatest(0, floor(gap / step + 0.25) - 1)) AS missing
  FROM gaps JOIN usual USING (entity, attribute) WHERE gap IS NOT NULL GROUP BY ALL
), judged AS (
  SELECT f.*, f.quality >= $believed AND CASE
    WHEN f.value IS NOT NULL THEN isfinite(f.value) AND f.value >= coalesce(b.low, c.low, f.value)
      AND f.value <= coalesce(b.high, c.high, f.value)
    WHEN f.text IS NULL THEN false
    WHEN len(coalesce(b.choices, c.choices, [])) > 0
      THEN list_contains(coalesce(b.choices, c.choices), f.text)
    ELSE f.text <> '' END AS valid
  FROM found f LEFT JOIN bounds b ON b.type = f.type AND b.attribute = f.attribute
  LEFT JOIN bounds c ON c.type = '*' AND c.attribute = f.attribute
), parts AS (
  SELECT entity, attribute, value, us > $recent_us AS recent,
    count(*) FILTER (us > $recent_us) OVER (PARTITION BY entity, attribute) AS n_recent,
    count(*) FILTER (us <= $recent_us) OVER (PARTITION BY entity, attribute) AS n_before
  FROM found WHERE value IS NOT NULL AND isfinite(value)
), climbed AS (
  SELECT entity, attribute, value, recent, n_recent, n_before,
    count(*) FILTER (recent) OVER w AS up_recent, count(*) FILTER (NOT recent) OVER w AS up_before
  FROM parts WHERE n_recent >= $least AND n_before >= $least
  WINDOW w AS (PARTITION BY entity, attribute ORDER BY value RANGE UNBOUNDED PRECEDING)
), drifted AS (
  SELECT entity, attribute, max(abs(up_recent / n_recent - up_before / n_before)) AS drift,
    median(value) FILTER (recent) - median(value) FILTER (NOT recent) AS shift
  FROM climbed GROUP BY ALL
)
SELECT entity, arg_max(type, us), attribute, arg_max(unit, us), count(value) > 0, min(us), max(us), count(*),
  any_value(step), any_value(missing), avg(valid::DOUBLE), any_value(drift), any_value(shift)
FROM judged LEFT JOIN usual USING (entity, attribute) LEFT JOIN missed USING (entity, attribute)
LEFT JOIN drifted USING (entity, attribute)
GROUP BY entity, attribute ORDER BY entity, attribute
"""


def listed(
    duck: DuckDBPyConnection,
    files: Sequence[str],
    asked: SeriesListAsked,
    bounds: Sequence[Bounds],
    kept: str = "",
) -> list[Series]:
    """At most ``limit`` series in order. ``kept``: a condition on the rows that may be read, or nothing."""
    after = asked.after or (None, None)
    given = {
        "files": list(files),
        "start": asked.at - timedelta(days=asked.days),
        "at": asked.at,
        "type": asked.type_name,
        "entity": asked.entity,
        "attribute": asked.attribute,
        "after_entity": after[0],
        "after_attribute": after[1],
        "limit": asked.limit,
    }
    duck.execute(_FOUND.replace("{kept}", f"AND {kept}" if kept else ""), given)
    columns = [list(column) for column in zip(*bounds, strict=True)] if bounds else [[], [], [], [], []]
    names = ("types", "attributes", "lows", "highs", "choices")
    duck.execute(_BOUNDS, dict(zip(names, columns, strict=True)) | {"choices": [list(c) for c in columns[4]]})
    asked_of = {
        "recent_us": micros(asked.at - RECENT),
        "least": LEAST_FOR_DRIFT,
        "believed": BELIEVED,
    }
    rows = duck.execute(_QUALITY, asked_of).fetchall()
    duck.execute("DROP TABLE found")
    return [_series(row, micros(asked.at)) for row in rows]


def _series(row: tuple[Any, ...], at_us: int) -> Series:
    entity, type_name, attribute, unit, numeric, first, last, readings, step, missing, valid, drift, shift = (
        row
    )
    enough = step is not None and step > 0 and readings >= LEAST_READINGS
    age_us, completeness = at_us - last, None
    if enough:
        due = max(0, math.floor(age_us / step - 0.25))
        completeness = readings / (readings + int(missing or 0) + due)
    return Series(
        entity=entity,
        type=type_name,
        attribute=attribute,
        unit=unit,
        numeric=numeric,
        first=moment(first),
        last=moment(last),
        quality=Quality(
            readings=readings,
            interval_s=step / 1e6 if enough else None,
            age_s=age_us / 1e6,
            fresh=age_us <= FRESH_INTERVALS * step if enough else None,
            completeness=completeness,
            validity=valid,
            drift=drift,
            shift=shift,
        ),
    )
