"""Something is let out amid the demonstration's crowd: the anomaly tool tells it, our rules call it CBRNE."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.alerts.rules import read_rules
from tocsin.kernel.events import Attribute, Finding, Observation, ObservationBatch
from tocsin.sdk.checks_case import Case
from tocsin.sdk.discover import discover
from tocsin.sdk.feed import Feeder
from tocsin.simulate.city import City
from tocsin.simulate.history import QUARTER
from tocsin.simulate.places import load
from tocsin.simulate.scenario import Story

PLACES = load()
START = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def readings(city: City, at: datetime) -> tuple[Observation, ...]:
    out = []
    for device in PLACES.bio:
        attributes = tuple(Attribute(k, v, "K63") for k, v in (city.read(device) or {}).items())
        urn = f"urn:ngsi-ld:{device.type}:{device.id}"
        name = f"{device.id}@{at.isoformat()}"
        out.append(Observation(name, urn, device.type, at, attributes, device.lon, device.lat))
    return tuple(out)


def told(seed: int) -> tuple[Story, list[tuple[float, Finding]]]:
    """Findings after fourteen days of history, with the second at which each was passed on."""
    case = Case(next(t for t in discover().tools if t.id == "anomaly"))
    feeder, seq = Feeder(case.detector(), case.manifest), 0
    city = City(PLACES, seed, START - timedelta(days=14))
    while city.now < START:
        seq += 1
        feeder.feed(ObservationBatch("history", START, readings(city, city.now)), seq)
        city.leap(city.now + QUARTER)
    story = Story(seed, 0, START + timedelta(seconds=30))
    city.tell(story)
    out = []
    for second in range(1, int(story.release_s) + 150):
        at = START + timedelta(seconds=second)
        city.live(at)
        seen = readings(city, at) if second % 15 == 0 else ()
        seq += 1
        batch = ObservationBatch("live", at + timedelta(milliseconds=200), seen)
        out += [(story.seconds(batch.accepted_at), f) for f in feeder.feed(batch, seq)]
    return story, out


@pytest.mark.parametrize("seed", [1, 7])
def test_a_release_is_told_within_two_minutes_and_not_before(seed: int) -> None:
    story, findings = told(seed)
    second, first = findings[0]
    assert 0.0 < second - story.release_s < 120.0
    assert (first.kind, first.entities[0]) == ("anomaly.high", "urn:ngsi-ld:AirQualityObserved:B-01")
    assert str(first.attribute).startswith("fbap")
    assert first.place is not None
    verdict = read_rules().decide(first)
    assert verdict.category == "CBRNE"
    assert verdict.severity in ("medium", "high")
