"""What is asked and said of series."""

from __future__ import annotations

from datetime import datetime

import msgspec


class SeriesListAsked(msgspec.Struct, frozen=True, tag="series_list"):
    """Series with a reading in the ``days`` before ``at``, by entity and attribute, after ``after``.

    ``personal``: those of personal classes too; whoever asks has said why, on the record.
    """

    at: datetime
    days: int = 7
    type_name: str | None = None
    entity: str | None = None
    attribute: str | None = None
    limit: int = 50
    after: tuple[str, str] | None = None
    personal: bool = False


class Quality(msgspec.Struct, frozen=True):
    """Of the readings in the window. None: not enough readings to say.

    ``interval_s``: usual seconds between two readings (the median). ``age_s``: seconds since the newest.
    ``fresh``: no older than three usual intervals. ``completeness``: 0 to 1, of the readings due at the usual
    interval how many came. ``validity``: 0 to 1, how many are possible by the standard model and believed.
    ``drift``: 0 to 1, how far the last day's values are from those of the days before (Kolmogorov-Smirnov).
    ``shift``: the last day's median less that of the days before, in the unit of the series.
    """

    readings: int
    interval_s: float | None
    age_s: float
    fresh: bool | None
    completeness: float | None
    validity: float
    drift: float | None
    shift: float | None


class Series(msgspec.Struct, frozen=True):
    """One attribute of one entity. ``unit``: UN/CEFACT code of its newest reading."""

    entity: str
    type: str
    attribute: str
    unit: str | None
    numeric: bool
    first: datetime
    last: datetime
    quality: Quality


class SeriesListed(msgspec.Struct, frozen=True):
    """A page; ``more``: there are further ones after the last. ``withheld``: see ``SqlFacts``."""

    series: list[Series]
    more: bool
    withheld: list[str]
