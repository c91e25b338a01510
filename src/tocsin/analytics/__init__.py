"""Analytical services on arrays: pure functions, no server, no clock, no file.

>>> import numpy as np
>>> hours = np.arange(24 * 60) * 3600.0
>>> people = 100.0 + 50.0 * np.sin(hours / 86400.0 * 2 * np.pi)
>>> made = forecast(hours, people, horizon=24, how="sum")
>>> made.values.shape, made.levels
((24,), (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975))
"""

from __future__ import annotations

from tocsin.analytics.aggregate import Aggregate, aggregate
from tocsin.analytics.arrays import Series, series_of
from tocsin.analytics.backtest import Backtest
from tocsin.analytics.baseline import Baseline, baseline
from tocsin.analytics.calendar import Calendar
from tocsin.analytics.fill import fill
from tocsin.analytics.forecast import Forecast, forecast
from tocsin.analytics.holidays import country_of, holidays_of
from tocsin.analytics.relation import Relation, relation
from tocsin.analytics.results import VERSION, Provenance, Remark

__all__ = [
    "VERSION",
    "Aggregate",
    "Backtest",
    "Baseline",
    "Calendar",
    "Forecast",
    "Provenance",
    "Relation",
    "Remark",
    "Series",
    "aggregate",
    "baseline",
    "country_of",
    "fill",
    "forecast",
    "holidays_of",
    "relation",
    "series_of",
]
