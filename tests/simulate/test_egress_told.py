"""The demonstration's people run when a weapon is seen: the egress tool tells it then, and not before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.kernel.events import Attribute, Finding, Observation, ObservationBatch, Phase
from tocsin.sdk.checks_case import Case
from tocsin.sdk.discover import discover
from tocsin.sdk.feed import Feeder
from tocsin.simulate.city import City
from tocsin.simulate.history import QUARTER
from tocsin.simulate.places import load
from tocsin.simulate.scenario import CYCLE_S, Story

PLACES = load()
START = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def readings(city: City, at: datetime) -> tuple[Observation, ...]:
    out = []
    for way in PLACES.ways_out:
        device, values = way.device, city.read(way.device)
        if values is not None:
            fixed = {"exitNumber": int(device.id[2:]), "widthM": device["width_m"]}
            fixed["areaServed"] = device["towards"]
            attributes = tuple(Attribute(k, v) for k, v in {**values, **fixed}.items())
            urn = f"urn:ngsi-ld:ItemFlowObserved:{device.id}"
            id_ = f"{device.id}@{at.isoformat()}"
            out.append(Observation(id_, urn, device.type, at, attributes, device.lon, device.lat))
    return tuple(out)


def told(seed: int, start: datetime) -> tuple[Story, list[tuple[float, Finding]]]:
    """Findings of a demonstration with two days of history, with the second at which each was passed on."""
    case = Case(next(t for t in discover().tools if t.id == "egress"))
    feeder, seq = Feeder(case.detector(), case.manifest), 0
    city = City(PLACES, seed, start - timedelta(days=2))
    while city.now < start:
        seq += 1
        feeder.feed(ObservationBatch("history", start, readings(city, city.now)), seq)
        city.leap(city.now + QUARTER)
    story = Story(seed, 0, start + timedelta(seconds=90))
    city.tell(story)
    out = []
    for second in range(1, 90 + int(CYCLE_S)):
        at = start + timedelta(seconds=second)
        city.live(at)
        seen = readings(city, at) if second % 5 == 0 else ()
        seq += 1
        batch = ObservationBatch("live", at + timedelta(milliseconds=200), seen)
        out += [(story.seconds(batch.accepted_at), f) for f in feeder.feed(batch, seq)]
    return story, out


@pytest.mark.parametrize(("seed", "start"), [(1, START), (3, START.replace(hour=7))])
def test_it_is_told_when_people_run_and_not_before(seed: int, start: datetime) -> None:
    story, findings = told(seed, start)
    started = [(s, f) for s, f in findings if f.phase is Phase.STARTED]
    assert len(started) == 1
    second, finding = started[0]
    assert (
        0.0 < second - story.held_s < 35.0
    )  # a quarter of a minute on foot to the exits, and as much to be told
    assert finding.headline == "People leave Railway Square all at once"
    assert finding.severity in ("high", "critical")
    assert finding.fault_probability < 0.3
    assert [f.phase for _, f in findings][-1] is Phase.ENDED
