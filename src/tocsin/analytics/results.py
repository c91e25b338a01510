"""What every result says of itself."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.analytics.arrays import Series, moment

#: of the methods: raised whenever one of them answers otherwise than before
VERSION = "1"


class Provenance(msgspec.Struct, frozen=True):
    """What a result rests on.

    ``start`` to ``end``: of the readings that went in. ``rows``: how many. ``dropped``: not finite, or
    doubled. ``coverage``: share of that period for which there is a value, 0 to 1. ``method``: which way it
    was made.
    """

    start: datetime | None
    end: datetime | None
    rows: int
    dropped: int
    coverage: float | None
    step_s: int
    zone: str
    method: str
    version: str = VERSION


class Remark(msgspec.Struct, frozen=True):
    """Something that a reader of the result has to know. ``code``: of the sentence; ``figures``: its
    numbers."""

    code: str
    words: str
    figures: dict[str, float] = {}


def provenance(series: Series, *, coverage: float | None, step_s: int, zone: str, method: str) -> Provenance:
    return Provenance(
        start=moment(int(series.at[0])) if len(series) else None,
        end=moment(int(series.at[-1])) if len(series) else None,
        rows=len(series),
        dropped=series.dropped,
        coverage=None if coverage is None else round(coverage, 4),
        step_s=step_s,
        zone=zone,
        method=method,
    )
