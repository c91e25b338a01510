"""What the lake answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from tocsin.kernel.events import Value

QuarantineState = Literal["open", "retried", "resolved", "discarded"]


class PointsAsked(msgspec.Struct, frozen=True, tag="points"):
    """The newest ``limit`` readings of one attribute in [start, end) before the cursor.

    ``before``: observed_at and observation id of the oldest one already had.
    """

    entity: str
    attribute: str
    start: datetime | None
    end: datetime | None
    limit: int
    before: tuple[datetime, str] | None


class SeriesAsked(msgspec.Struct, frozen=True, tag="series"):
    """Mean, least and most of a number over at most ``steps`` equal steps of [start, end)."""

    entity: str
    attribute: str
    start: datetime
    end: datetime
    steps: int


class HourAsked(msgspec.Struct, frozen=True):
    """Counts of one entity type by hour of a UTC day, in a box (west, south, east, north) or everywhere.

    ``bound``: an entity counts for at most so much in all of the day.
    """

    measure: Literal["readings", "entities", "people"]
    type: str
    day: date
    bound: int
    box: tuple[float, float, float, float] | None = None


class CityAsked(msgspec.Struct, frozen=True, tag="city"):
    """Every entity as it was known at ``at``, from readings at most ``staleness_s`` old then."""

    at: datetime
    staleness_s: float


class CityThen(msgspec.Struct, frozen=True):
    """``entities``: a JSON list of ``EntityState``, deflated. ``first``, ``last``: when the oldest and the
    newest reading in the table were taken in; None where there is none.
    """

    count: int
    entities: bytes
    first: datetime | None
    last: datetime | None


class HistoryPoint(msgspec.Struct, frozen=True):
    """One reading of one attribute."""

    observed_at: datetime
    value: Value
    unit: str | None
    quality: float
    observation: str


class SeriesPoint(msgspec.Struct, frozen=True):
    """One step of a downsampled series; ``at`` is where the step begins."""

    at: datetime
    mean: float
    low: float
    high: float
    readings: int


class HistoryCount(msgspec.Struct, frozen=True):
    """Every accepted reading is in exactly one of the three."""

    stored: int
    quarantined: int
    duplicates: int


class QuarantineItem(msgspec.Struct, frozen=True):
    """``payload``: the raw bytes as text, what is not printable escaped, at most 4 kB of them; where
    ``masked``,
    their shape alone (letters x, digits 9).
    """

    id: str
    source: str
    device: str | None
    format: str
    reason: str
    field: str | None
    cure: str | None
    payload: str
    payload_bytes: int
    received_at: datetime
    state: QuarantineState
    masked: bool = False
