"""One look of the correlation at a flood: alerts all over a city in a minute, none of them in an incident.

Side by side in one run: the grid of cells, and rows of latitude alone. Both give the same proposals.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from time import perf_counter

from instance import options, report
from tocsin.incidents.correlation import propose as proposing
from tocsin.incidents.correlation.candidates import Candidate, Draft
from tocsin.incidents.correlation.rules import read_rules
from tocsin.kernel.events import SEVERITIES, Place

ALERTS = 1_000
BEGIN = datetime(2026, 11, 22, tzinfo=UTC)


def flood(random: Random) -> list[Candidate]:
    """Eight kinds, over 14 by 14 km of Helsinki, one every 60 ms."""
    return [
        Candidate(
            id=f"AL-{number:04d}",
            kind=f"crowd.rehearsed-{random.randrange(8)}",
            tool="crowd",
            category="Safety",
            severity=random.choice(SEVERITIES),
            onset=BEGIN + timedelta(milliseconds=60 * number),
            headline="Rehearsed alarm",
            entities=(f"urn:ngsi-ld:CrowdFlowObserved:{number}",),
            place=Place(24.8 + random.random() / 4, 60.1 + random.random() / 8, 30.0, f"corner {number}"),
        )
        for number in range(ALERTS)
    ]


def looked(alerts: list[Candidate], widest: float) -> tuple[float, tuple[Draft, ...]]:
    """Seconds, and what was proposed; ``widest`` 0: rows alone."""
    kept, proposing._WIDEST = proposing._WIDEST, widest
    try:
        began = perf_counter()
        drafts = proposing.propose(read_rules(), alerts)
        return perf_counter() - began, drafts
    finally:
        proposing._WIDEST = kept


def main() -> None:
    given = options(__doc__)
    alerts, cells, rows = flood(Random(1)), [], []
    for _ in range(3 if given.quick else 20):
        by_cells, found = looked(alerts, proposing._WIDEST)
        by_rows, same = looked(alerts, 0.0)
        assert found == same
        cells.append(by_cells)
        rows.append(by_rows)
    figures = {
        "alerts": ALERTS,
        "proposals": len(found),
        "cells_ms": round(median(cells) * 1e3, 1),
        "rows_ms": round(median(rows) * 1e3, 1),
        "ratio": round(median(rows) / median(cells), 1),
    }
    report("correlation", figures, quick=given.quick)


if __name__ == "__main__":
    main()
