"""How soon the egress tool tells an evacuation, and how often it tells one that is none.

    python benchmarks/egress.py [--quick] [--days N] [--seed N]

A simulated month (``tocsin.simulate.counters``, which shares nothing with the tool) of 17 exit counters
at three sites, a reading every 5 s, after two weeks of quarter hours as a new city loads them; fed as the
runner feeds. The delay runs from when the flow at the exits begins to rise (it is full 8 s later) to when
the finding is passed on: the wait for the next reading, the tool's lateness and 0.2 s of delivery are in
it. The end of a match or a concert is an egress too, though an expected one: ``false_per_day_strict``
counts those as false. Last line: one JSON object with ``false_per_day, false_per_day_strict, found_share,
within_15s_share, delay_median_s, delay_p95_s, site_days, evacuations``.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tocsin.kernel.events import Attribute, Finding, Observation, ObservationBatch, Phase
from tocsin.sdk.checks_case import Case
from tocsin.sdk.discover import discover
from tocsin.sdk.feed import Feeder
from tocsin.simulate.counters import Gate, Happening, Month

START = datetime(2026, 3, 2, tzinfo=UTC)
EVERY_S = 5
QUARTER_S = 900
HISTORY_DAYS = 14
DELIVERY = timedelta(milliseconds=200)


def observation(gate: Gate, at: datetime, people: int) -> Observation:
    attributes = (
        Attribute("outflow", people),
        Attribute("exitNumber", gate.number),
        Attribute("widthM", gate.width_m),
        Attribute("areaServed", f"{gate.site} gate {gate.number}"),
    )
    urn = f"urn:ngsi-ld:ItemFlowObserved:{gate.id}"
    return Observation(
        f"{gate.id}@{at.timestamp():.0f}", urn, "ItemFlowObserved", at, attributes, gate.lon, gate.lat
    )


def envelopes(month: Month, every_s: int, accepted: datetime | None = None) -> Iterator[ObservationBatch]:
    """``accepted``: all at once at this time, as history; else each as it is made, a fifth of the counters
    every second."""
    phases = 1 if accepted else EVERY_S
    for first_s, minute in month.counts():
        for second in range(0, minute.shape[1], every_s // phases):
            at = month.start + timedelta(seconds=first_s + second)
            seen = tuple(
                observation(gate, at, int(people))
                for n, (gate, people) in enumerate(zip(month.gates, minute[:, second], strict=True))
                if people >= 0 and (n - second) % phases == 0
            )
            yield ObservationBatch("bench", accepted or at + DELIVERY, seen)


def cause(finding: Finding, happenings: list[Happening], start: datetime) -> Happening | None:
    """What the finding is about, if anything: the happening at its site that is going on or just begins."""
    at_s = (finding.observed_at - start).total_seconds()
    here = finding.place.name if finding.place else ""
    fitting = [
        h for h in happenings if (here or "").startswith(h.site) and h.begins_s - 5 <= at_s <= h.ends_s + 600
    ]
    return min(fitting, key=lambda h: h.kind != "evacuation", default=None)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    days = 1 if given.quick else given.days
    case = Case(next(t for t in discover().tools if t.id == "egress"))
    feeder = Feeder(case.detector(), case.manifest)

    before = Month(given.seed + 1000, START - timedelta(days=HISTORY_DAYS), HISTORY_DAYS, 0)
    seq = 0
    for seq, batch in enumerate(envelopes(before, QUARTER_S, START), 1):
        feeder.feed(batch, seq)
    month = Month(given.seed, START, days, evacuations=max(6, 2 * days))
    started: list[tuple[Finding, datetime]] = []
    for batch in envelopes(month, EVERY_S):
        seq += 1
        said = feeder.feed(batch, seq)
        started += [(f, batch.accepted_at) for f in said if f.phase is Phase.STARTED]

    delays: dict[Happening, float] = {}
    ends = false = 0
    for f, told_at in started:
        about = cause(f, month.happenings, START)
        if about is None or about.kind == "half-time":
            false += 1
            print(f"false: {f.observed_at:%d %H:%M:%S} score {f.score:.1f} {f.words}")
        elif about.kind != "evacuation":
            ends += 1
        elif about not in delays:
            delays[about] = (told_at - START).total_seconds() - about.begins_s
    wanted = [h for h in month.happenings if h.kind == "evacuation"]
    for h in wanted:
        if delays.get(h, 99.0) > 15.0:
            shown = f"{delays[h]:.0f} s" if h in delays else "never"
            print(f"late: {h.site}, {h.per_min:.0f} a minute at second {h.begins_s:.0f}: {shown}")
    ordered = sorted(delays.values())
    figures = {
        "false_per_day": round(false / days, 3),
        "false_per_day_strict": round((false + ends) / days, 3),
        "found_share": round(len(delays) / len(wanted), 3),
        "within_15s_share": round(sum(d <= 15.0 for d in ordered) / len(wanted), 3),
        "delay_median_s": round(statistics.median(ordered), 1) if ordered else None,
        "delay_p95_s": round(ordered[int(0.95 * (len(ordered) - 1))], 1) if ordered else None,
        "site_days": 3 * days,
        "evacuations": len(wanted),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
