"""A kept analysis, as it is stored and as it is told."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.analytics.fill import Way
from tocsin.lake.analysis.records import Kind, SeriesName

NAME_CHARS = 80
#: of one room, and those of all rooms that are made anew on schedule
MOST_OF_ROOM, MOST_SCHEDULED = 50, 200
LEAST_EVERY_S, MOST_EVERY_S = 3_600, 31 * 86_400
#: time zero of an answer's period is its end; a kept one ends when it is made
USUAL_DAYS = 60.0


class Asked(msgspec.Struct, frozen=True):
    """What is computed. ``days``: back from the end. ``holidays``: of a country; None: the city's."""

    kind: Kind
    series: list[SeriesName]
    days: float = USUAL_DAYS
    step_s: int | None = None
    hold_s: float | None = None
    least_coverage: float | None = None
    horizon: int | None = None
    longest: int = 3
    way: Way = "linear"
    most_lag: int | None = None
    holidays: str | None = None


class Kept(msgspec.Struct, frozen=True):
    """``entity``: id of the entity that holds the result. ``every_s``: made anew so often, None: never.
    ``trouble``: why the last try (``tried_at``) failed, empty where it did not."""

    id: str
    name: str
    owner: str
    room: str
    asked: Asked
    entity: str
    every_s: int | None
    next_at: datetime | None
    made_at: datetime
    tried_at: datetime | None
    done_at: datetime | None
    trouble: str = ""
