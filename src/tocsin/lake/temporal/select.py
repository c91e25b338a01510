"""The SQL of temporal questions: one definition of what an instance is, used by all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from tocsin.lake.rows import moment
from tocsin.lake.temporal.records import PLACE, Window

_STORED = """
SELECT entity, type, attribute, value, text, unit, epoch_us(observed_at) AS observed,
  epoch_us(accepted_at) AS accepted, lon, lat, source, observation, detail
FROM read_parquet($files, union_by_name = true)
"""
_FRESH = (
    ("entity", "VARCHAR"), ("type", "VARCHAR"), ("attribute", "VARCHAR"), ("value", "DOUBLE"),
    ("text", "VARCHAR"), ("unit", "VARCHAR"), ("observed", "BIGINT"), ("accepted", "BIGINT"),
    ("lon", "DOUBLE"), ("lat", "DOUBLE"), ("source", "VARCHAR"), ("observation", "VARCHAR"),
    ("detail", "VARCHAR"),
)  # fmt: skip
#: only what is written through NGSI-LD says its place itself
_OWN = "source = 'ngsi-ld'"
#: a null is no value; of what NGSI-LD wrote it says that the attribute is gone, of a reading that none came
_NULL = "(detail IS NULL AND value IS NULL AND text IS NULL)"
#: said by the series, or by the only instance of an attribute; empty: the default one
_DATASET = """coalesce(
  nullif(rtrim(split_part(attribute, '<', 2), '>'), ''),
  CASE WHEN contains(detail, '"datasetId":')
    THEN json_extract_string(substr(detail, 2), '$.instance.datasetId') END,
  ''
)"""
_LIVING = f"NOT coalesce(starts_with(detail, '-'), false) AND NOT {_NULL}"
_KINDS = {
    "observed": f"{_LIVING} AND NOT coalesce(starts_with(detail, '!'), false)",
    "living": _LIVING,
    "gone": f"(coalesce(starts_with(detail, '-'), false) OR ({_NULL} AND {_OWN}))",
}
_TOLD = """
SELECT entity, type, attribute, value, text, unit, observed, accepted, NULL::DOUBLE AS lon,
  NULL::DOUBLE AS lat, observation, detail
FROM every_row WHERE {named} AND {kind}
"""
#: readings say where they were made with each of them: an instance is where that changes
_MOVED = """
UNION ALL
SELECT entity, type, '{place}', NULL, NULL, NULL, observed, accepted, lon, lat, observation, NULL
FROM (
  SELECT entity, any_value(type) AS type, observed, min(accepted) AS accepted, any_value(lon) AS lon,
    any_value(lat) AS lat, observation
  FROM every_row WHERE lon IS NOT NULL AND NOT {own} GROUP BY entity, observed, observation
)
WINDOW told AS (PARTITION BY entity ORDER BY observed, observation)
QUALIFY lon IS DISTINCT FROM lag(lon) OVER told OR lat IS DISTINCT FROM lag(lat) OVER told
"""

_PLACED = """
UNION ALL
SELECT entity, type, '{place}', NULL, NULL, NULL, observed, accepted, lon, lat, observation, NULL
FROM every_row WHERE lon IS NOT NULL AND NOT {own}
"""


class Selection:
    """``sql`` begins a statement and defines ``instances``; ``given`` are its parameters.

    ``fresh``: rows that are in no file yet, as columns of ``_FRESH``; those in a file too count once.
    ``places``: of what readings say of their places, the instances where they change (``moved``), that there
    is any (``any``), or nothing.
    """

    def __init__(
        self,
        window: Window,
        files: Sequence[str],
        fresh: Sequence[Sequence[Any]],
        after: str = "",
        places: Literal["moved", "any", "none"] = "moved",
    ) -> None:
        self.given: dict[str, Any] = {}
        self._places = places if _places(window) else "none"
        self.time = window.column
        rules = self._rules(window, after)
        stored = _STORED
        if files:
            self.given["files"] = list(files)
        else:
            nothing = ", ".join(f"NULL::{kind} AS {name}" for name, kind in _FRESH)
            stored, rules = f"SELECT {nothing}", ["false"]
            self.given = {name: value for name, value in self.given.items() if name in ("names", "datasets")}
        parts = [f"stored AS ({stored} WHERE {' AND '.join(rules)})"]
        every = "SELECT * FROM stored"
        if fresh:
            columns = list(zip(*fresh, strict=True))
            unnested = []
            for (name, kind), values in zip(_FRESH, columns, strict=True):
                self.given[f"f_{name}"] = list(values)
                unnested.append(f"unnest($f_{name}::{kind}[]) AS {name}")
            parts.append(f"fresh AS (SELECT {', '.join(unnested)})")
            every += (
                " UNION ALL SELECT * FROM fresh f WHERE NOT EXISTS (SELECT 1 FROM stored s WHERE"
                " s.entity = f.entity AND s.observed = f.observed AND s.observation = f.observation)"
            )
        parts.append(f"every_row AS ({every})")
        parts.append(f"instances AS ({self._instances(window)})")
        self.sql = f"WITH {', '.join(parts)}\n"

    def _rules(self, window: Window, after: str) -> list[str]:
        rules = ["kind = 'update'", "source <> 'ngsi-ld.restated'"]
        column = "observed_at" if window.column == "observed" else "accepted_at"
        for name, bound, compared in (("first", window.first, ">="), ("last", window.last, "<")):
            if bound is not None:
                self.given[name] = moment(bound)
                rules.append(f"{column} {compared} ${name}")
        if after:
            self.given["after"] = after
            rules.append("entity > $after")
        if window.ids is not None:
            # one by one: where a subquery is in its place, all columns of all rows are read first
            ids = [f"id{number}" for number in range(len(window.ids))]
            self.given |= dict(zip(ids, window.ids, strict=True))
            listed = ", ".join(f"${one}" for one in ids)
            rules.append(f"entity = ${ids[0]}" if len(ids) == 1 else f"entity IN ({listed})")
        if window.observation is not None:
            self.given |= {"one": window.observation, "named": f'"@id":"{window.observation}"'}
            rules.append("(observation = $one OR contains(detail, $named))")
        if window.types is not None:
            self.given["types"] = window.types
            # an entity of several types is stored under one of them; its details name all
            rules.append("(type IN (SELECT unnest($types::VARCHAR[])) OR contains(detail, '\"@types\":'))")
        if window.names is not None:
            self.given["names"] = window.names
            named = "split_part(attribute, '<', 1) IN (SELECT unnest($names::VARCHAR[]))"
            placed = f" OR (lon IS NOT NULL AND NOT {_OWN})" if self._places != "none" else ""
            rules.append(f"({named}{placed})")
        return rules

    def _instances(self, window: Window) -> str:
        named = "attribute IS NOT NULL"
        if window.names is not None:
            named += " AND split_part(attribute, '<', 1) IN (SELECT unnest($names::VARCHAR[]))"
        if window.datasets is not None:
            self.given["datasets"] = window.datasets
            named += f" AND {_DATASET} IN (SELECT unnest($datasets::VARCHAR[]))"
        told = _TOLD.format(named=named, kind=_KINDS[window.kind])
        if self._places == "moved":
            return told + _MOVED.format(place=PLACE, own=_OWN)
        return told + _PLACED.format(place=PLACE, own=_OWN) if self._places == "any" else told


def _places(window: Window) -> bool:
    named = window.names is None or "location" in window.names
    return window.kind != "gone" and named and (window.datasets is None or "" in window.datasets)


ENTITIES = """
SELECT entity, any_value(type), arg_max(detail, {time}) FILTER (contains(detail, '"@types":'))
FROM instances GROUP BY entity ORDER BY entity LIMIT $limit
"""
INSTANCES = """
SELECT entity, type, attribute, value, text, unit, observed, accepted, lon, lat, observation, detail
FROM instances {newest}
ORDER BY {time} {order}, observed {order}, entity {order}, attribute {order}, observation {order} LIMIT $most
"""
NEWEST = """
QUALIFY row_number() OVER (
  PARTITION BY entity, split_part(attribute, '<', 1)
  ORDER BY {time} DESC, observed DESC, observation DESC, attribute
) <= $last_n
"""
SPAN = "SELECT min({time}), max({time}) FROM instances"
AGGREGATES = """
SELECT entity, any_value(type), attribute, any_value(detail), {bucket} AS bucket, count(*),
  count(DISTINCT coalesce(text, value::VARCHAR, detail)), count(value), sum(value), avg(value), min(value),
  max(value), stddev_samp(value), sum(value * value),
  min(text) FILTER (value IS NULL), max(text) FILTER (value IS NULL)
FROM {source} GROUP BY entity, attribute, bucket ORDER BY entity, attribute, bucket LIMIT $most
"""
