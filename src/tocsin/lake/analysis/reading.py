"""The readings of an analysis, out of the view that hides what is personal, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from tocsin.analytics.arrays import Floats, Ints
from tocsin.kernel.errors import Invalid, TooLarge
from tocsin.lake.analysis.records import MOST_READINGS, Analysis, SeriesName

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WHICH = """
FROM observations
WHERE day BETWEEN $first AND $last
  AND observed_at >= make_timestamptz($start) AND observed_at < make_timestamptz($end)
  AND entity = $entity AND attribute = $attribute AND kind = 'update' AND value IS NOT NULL
"""
_COUNT = "SELECT count(*), arg_max(type, observed_at), arg_max(unit, observed_at)" + _WHICH
_READ = "SELECT epoch_us(observed_at) AS at, value" + _WHICH + "ORDER BY observed_at, accepted_at"


@dataclass(frozen=True, slots=True)
class Readings:
    """``at``: microseconds since 1970."""

    name: SeriesName
    type: str
    unit: str | None
    at: Ints
    values: Floats


def read(duck: DuckDBPyConnection, asked: Analysis) -> list[Readings]:
    """One for each series. Raises ``TooLarge`` before it reads too much, ``Invalid`` where there is
    nothing."""
    found, total = [], 0
    for name in asked.series:
        given: dict[str, Any] = {
            "first": _day(asked.start_us),
            "last": _day(asked.end_us),
            "start": asked.start_us,
            "end": asked.end_us,
            "entity": name.entity,
            "attribute": name.attribute,
        }
        row = duck.execute(_COUNT, given).fetchone()
        count, type_name, unit = row if row else (0, None, None)
        total += count
        if total > MOST_READINGS:
            raise TooLarge(
                f"these are more than {MOST_READINGS} readings",
                field="start",
                value=total,
                cure="ask for a shorter period",
            )
        if not count:
            raise Invalid(
                "there are no numbers of it in this time, or they are personal data",
                field="series",
                value=f"{name.entity} {name.attribute}",
                cure="choose another period, or say why personal data is read (reason)",
            )
        # by Arrow: DuckDB's own way to arrays asks for pandas, which is a file to be opened
        table: Any = duck.execute(_READ, given).to_arrow_table()
        at, values = (np.asarray(table.column(one).to_numpy()) for one in ("at", "value"))
        found.append(Readings(name, str(type_name), unit, at, values))
    return found


def _day(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1e6, UTC).date().isoformat()
