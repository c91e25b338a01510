"""One row per attribute of a reading, in columns that any tool understands.

A long table needs no new columns for a new sensor and lets DuckDB, Spark or Polars filter by attribute
without knowing our vocabulary. Numbers stand in ``value`` (true is 1, false 0), words in ``text`` (``true``
and ``false`` too), so that a missing one is null in both. A reading without attributes (a deletion, a place
alone) is one row whose attribute is null. ``seq`` is the message of stream OBS that brought it: with the
table's app transaction it tells after a crash exactly what has been stored. ``detail`` is what NGSI-LD says
beyond the value; a further instance of an attribute is a row of its own, whose attribute has a ``<`` in it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tocsin.kernel.events import Observation, Value

if TYPE_CHECKING:
    from arro3.core import Schema, Table

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
DAY_US = 86_400_000_000


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(us: int) -> datetime:
    """The aware UTC moment again."""
    return _EPOCH + timedelta(microseconds=us)


def schema() -> Schema:
    """Columns of the table ``observations``; partitioned by ``day`` (UTC day of ``observed_at``)."""
    # arro3 comes with deltalake; pyarrow would cost this process 50 MB more (97 MB against 195 after a
    # commit)
    from arro3.core import DataType, Field, Schema

    time = DataType.timestamp("us", tz="UTC")
    text, number = DataType.utf8(), DataType.float64()
    return Schema(
        [
            Field("day", DataType.date32(), nullable=False),
            Field("entity", text, nullable=False),
            Field("type", text, nullable=False),
            Field("attribute", text),
            Field("value", number),
            Field("text", text),
            Field("unit", text),
            Field("observed_at", time, nullable=False),
            Field("accepted_at", time, nullable=False),
            Field("lon", number),
            Field("lat", number),
            Field("source", text, nullable=False),
            Field("quality", number, nullable=False),
            Field("doubts", text),
            Field("kind", text, nullable=False),
            Field("observation", text, nullable=False),
            Field("seq", DataType.int64(), nullable=False),
            Field("detail", text),
        ]
    )


def split_value(value: Value) -> tuple[float | None, str | None]:
    """Number and words of a value."""
    if value is None:
        return None, None
    if isinstance(value, bool):
        return (1.0, "true") if value else (0.0, "false")
    if isinstance(value, str):
        return None, value
    return float(value), None


def join_value(number: float | None, text: str | None) -> Value:
    """The value again."""
    if number is not None and text is not None:
        return text == "true"
    return text if number is None else number


def attribute_of(series: str) -> str:
    """The attribute that a further series is of; that of an attribute's own is its name."""
    return series.partition("<")[0]


class Rows:
    """Rows gathered for one commit."""

    def __init__(self) -> None:
        self._rows: list[tuple[object, ...]] = []
        self.first_us = 2**62
        self.last_us = -(2**62)

    def __len__(self) -> int:
        return len(self._rows)

    def add(
        self, observation: Observation, observed_us: int, accepted_us: int, source: str, seq: int
    ) -> None:
        """Take a reading; times in microseconds since 1970."""
        self.first_us, self.last_us = min(self.first_us, observed_us), max(self.last_us, observed_us)
        head = (observed_us // DAY_US, observation.entity, observation.type)
        tail = (
            observed_us,
            accepted_us,
            observation.lon,
            observation.lat,
            observation.source or source,
            observation.quality,
            "; ".join(observation.doubts) or None,
            observation.kind,
            observation.id,
            seq,
        )
        if not observation.attributes:
            self._rows.append((*head, None, None, None, None, *tail, None))
        details = {one.name: one for one in observation.details}
        for attribute in observation.attributes:
            number, text = split_value(attribute.value)
            detail = details.pop(attribute.name, None)
            told = detail.text if detail is not None else None
            self._rows.append((*head, attribute.name, number, text, attribute.unit, *tail, told))
        for further in details.values():
            number, text = split_value(further.value)
            self._rows.append((*head, further.name, number, text, further.unit, *tail, further.text))

    def rows(self) -> list[tuple[object, ...]]:
        """As they were added, in the order of ``schema()``; times in microseconds, the day as a number."""
        return self._rows

    def table(self) -> Table:
        """All rows as Arrow columns."""
        from arro3.core import Array, DataType, Table

        columns = []
        given = schema()
        for at, values in enumerate(zip(*self._rows, strict=True)):
            kind = given.field(at).type
            if DataType.is_timestamp(kind):
                columns.append(Array(list(values), DataType.int64()).cast(kind))
            elif DataType.is_date32(kind):
                columns.append(Array(list(values), DataType.int32()).cast(kind))
            else:
                columns.append(Array(list(values), kind))
        return Table.from_arrays(columns, schema=given)
