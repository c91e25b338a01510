"""Alerts as correlation sees them, for its tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.incidents.correlation.candidates import Candidate
from tocsin.incidents.correlation.rules import Rules, read_rules
from tocsin.kernel.events import Place

T0 = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
LON, LAT = 24.94, 60.17
OFF = 'off = ["C-01", "C-02", "C-03", "C-04", "C-05"]\n'


def only(rule: str) -> Rules:
    """One rule X and none of the shipped ones."""
    return read_rules(OFF + '[rule.X]\nwords = "test"\n' + rule)


def north(metres: float, name: str | None = None) -> Place:
    """So many metres north of the square. One degree of latitude is pi * 6371008.8 m / 180 (geo.py)."""
    return Place(LON, LAT + metres / (3.141592653589793 * 6_371_008.8 / 180), name=name)


def seen(number: int, minutes: float = 0.0, metres: float | None = 0.0, **given: Any) -> Candidate:
    """An alert so many minutes after 16:00, so many metres north; None: nobody knows where."""
    values: dict[str, Any] = {
        "id": f"AL-{number:04d}",
        "kind": "crowd.surge",
        "tool": "crowd",
        "category": "Safety",
        "severity": "high",
        "onset": T0 + timedelta(minutes=minutes),
        "headline": f"Headline {number}",
        "place": None if metres is None else north(metres),
    }
    return Candidate(**(values | given))
