"""What is asked of an analysis, and what it answers."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

from tocsin.analytics.aggregate import How
from tocsin.analytics.backtest import Backtest
from tocsin.analytics.fill import Way
from tocsin.analytics.results import Provenance, Remark

Kind = Literal["aggregate", "fill", "baseline", "forecast", "relation"]
KINDS: tuple[Kind, ...] = ("aggregate", "fill", "baseline", "forecast", "relation")
#: readings of all its series together
MOST_READINGS = 1_000_000


class SeriesName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``how``: a state is averaged over time (``mean``), a count added up (``sum``)."""

    entity: str
    attribute: str
    how: How = "mean"


class Analysis(msgspec.Struct, frozen=True):
    """All that the sealed process is told beside its files. Times in microseconds since 1970, UTC.

    ``holidays``: dates on which the city does not keep its week. ``longest``: buckets of a gap that is
    filled.
    """

    kind: Kind
    series: list[SeriesName]
    start_us: int
    end_us: int
    zone: str
    holidays: list[date] = []
    step_s: int | None = None
    hold_s: float | None = None
    least_coverage: float | None = None
    horizon: int | None = None
    longest: int = 3
    way: Way = "linear"
    most_lag: int | None = None


class SeriesTold(msgspec.Struct, frozen=True):
    """One of the series that went in. ``told``: what the result rests on."""

    entity: str
    attribute: str
    type: str
    unit: str | None
    how: How
    told: Provenance


class ForecastTold(msgspec.Struct, frozen=True):
    """``used``: ``weekly-profile``, or ``seasonal-naive`` where that was better. ``levels``: share of values
    below each of the curves, in their order."""

    used: str
    levels: list[float]
    tested: Backtest


class RelationTold(msgspec.Struct, frozen=True):
    """At the strongest lag (seconds; positive: the second series follows). ``free``: independent pairs;
    ``by_chance``: None where too little is known. ``lift``: see ``analytics.relation.Lift``."""

    lag_s: int
    spearman: float
    pearson: float | None
    pairs: int
    free: float
    by_chance: float | None
    lift: float | None
    lift_times: int | None


class Analysed(msgspec.Struct, frozen=True):
    """``columns``: of equal length, by name, null where there is no value. ``past``: the series itself before
    a forecast, or under a baseline, likewise. ``learned``: the result generalises from data, so it is advice
    and not a measurement.
    """

    kind: Kind
    series: list[SeriesTold]
    columns: dict[str, list[Any]]
    past: dict[str, list[Any]]
    notes: list[Remark]
    learned: bool
    step_s: int
    zone: str
    forecast: ForecastTold | None = None
    relation: RelationTold | None = None
