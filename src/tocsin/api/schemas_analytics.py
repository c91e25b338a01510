"""What the API takes and answers about analyses."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.analytics.fill import Way
from tocsin.lake.analysis.records import Analysed, Kind, SeriesName


class NewAnalysis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``kind`` of ``series``: one, or two for ``relation``. From ``start`` to ``end``: the last 60 days.

    ``step_s``: of a bucket; the usual interval of the readings. ``hold_s``: a state holds for so long, 2.5
    usual intervals. ``least_coverage``: a bucket with less has no value. ``horizon``: buckets ahead, a day.
    ``longest``: buckets of a gap that is filled, in the ``way`` asked for. ``most_lag``: buckets, a day.
    ``holidays``: a country (``FI``) or region (``AU-VIC``), ``""`` for none; nothing given: the city's.
    ``as_of``: only what had come in by then. ``reason``: why series of personal classes are read.
    """

    kind: Kind
    series: list[SeriesName]
    start: datetime | None = None
    end: datetime | None = None
    step_s: int | None = None
    hold_s: float | None = None
    least_coverage: float | None = None
    horizon: int | None = None
    longest: int = 3
    way: Way = "linear"
    most_lag: int | None = None
    holidays: str | None = None
    as_of: datetime | None = None
    reason: str = ""
    seconds: float = 30.0


class AnalysisResult(msgspec.Struct, frozen=True):
    """``holidays``: whose were taken out of the week; empty: none. ``withheld``: see ``SqlResult``."""

    result: Analysed
    holidays: str
    withheld: list[str]
    took_ms: float


class NewKept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keep the result of ``analysis`` as an entity called ``name``; ``every_s``: made anew so often, with a
    period of the same length that ends then. Personal classes are never part of it."""

    name: str
    analysis: NewAnalysis
    every_s: int | None = None
