"""False alarms of the crowd tool on ordinary simulated days, and what it says of the protest.

    python benchmarks/crowd_days.py [--quick] [--days N] [--seed N]

Counts every 5 s of 16 cells and 8 exits of the demo city, straight into the tool as the runner would feed it.
Last line: one JSON object with ``false_per_cell_day, cell_days, protest_kinds, seconds_to_density``.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta

from tocsin.kernel.events import Attribute, Finding, Observation, ObservationBatch, Phase
from tocsin.sdk.checks_case import Case
from tocsin.sdk.discover import discover
from tocsin.sdk.feed import Feeder
from tocsin.simulate.city import City
from tocsin.simulate.places import Device, load
from tocsin.simulate.scenario import Story

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
STEP = timedelta(seconds=5)


def observe(city: City, device: Device, at: datetime) -> Observation | None:
    values = city.read(device)
    if values is None:
        return None
    fixed: dict[str, object] = {"name": device.name}
    if device.type == "CrowdFlowObserved":
        fixed |= {"area": device["area_m2"]}
    else:
        fixed |= {"exitNumber": int(device.id[2:]), "widthM": device["width_m"]}
    attributes = tuple(Attribute(k, v) for k, v in {**values, **fixed}.items())  # type: ignore[arg-type]
    urn = f"urn:ngsi-ld:{device.type}:{device.id}"
    return Observation(
        f"{device.id}@{at.isoformat()}", urn, device.type, at, attributes, device.lon, device.lat
    )


def told(city: City, until: datetime, feeder: Feeder) -> list[Finding]:
    places = city.places
    devices = [*places.cells, *(way.device for way in places.ways_out)]
    out: list[Finding] = []
    seq = 0
    while city.now < until:
        at = city.now + STEP
        city.live(at)
        seen = tuple(o for d in devices if (o := observe(city, d, at)) is not None)
        seq += 1
        out += feeder.feed(ObservationBatch("bench", at + timedelta(milliseconds=200), seen), seq)
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--days", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    days = 1 / 24 if given.quick else given.days
    case = Case(next(t for t in discover().tools if t.id == "crowd"))
    places = load()

    city = City(places, given.seed, START)
    feeder = Feeder(case.detector(), case.manifest)
    ordinary = told(city, START + timedelta(days=days), feeder)
    started = [f for f in ordinary if f.phase is Phase.STARTED]
    for f in started:
        print(f"ordinary: {f.observed_at:%d %H:%M:%S} {f.kind} {f.entities[0]} {f.words}")
    story = Story(given.seed, 0, city.now + timedelta(minutes=10))
    city.tell(story)
    protest = told(city, story.start + timedelta(minutes=20), feeder)
    for f in protest:
        if f.phase is not Phase.ONGOING:
            since = (f.observed_at - story.start).total_seconds()
            doubt = f"fault {f.fault_probability:.2f}"
            print(f"protest +{since:4.0f} s {f.phase.value:8}{f.severity:9}{doubt} {f.headline}: {f.words}")
    first = next((f for f in protest if f.kind == "crowd.density" and f.fault_probability < 0.5), None)
    cell_days = len(places.cells) * days
    print(
        json.dumps(
            {
                "false_per_cell_day": round(len(started) / cell_days, 3),
                "cell_days": round(cell_days, 2),
                "protest_kinds": sorted({f.kind for f in protest}),
                "seconds_to_density": first and (first.observed_at - story.start).total_seconds(),
            }
        )
    )


if __name__ == "__main__":
    main()
