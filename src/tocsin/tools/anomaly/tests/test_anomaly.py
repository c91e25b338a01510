"""Behaviour beyond the laws: what an operator relies on."""

from __future__ import annotations

import doctest
import importlib
import math
import random
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Finding, Observation, Phase
from tocsin.sdk.localtime import LocalTime
from tocsin.sdk.testing import T0, reading
from tocsin.tools.anomaly.budget import Budget
from tocsin.tools.anomaly.detector import Detector
from tocsin.tools.anomaly.params import Params

FOLDER = Path(__file__).parents[1]
MODULES = sorted(p.stem for p in FOLDER.glob("*.py") if ">>> " in p.read_text())
DAY = 86_400


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str) -> None:
    done = doctest.testmod(importlib.import_module(f"tocsin.tools.anomaly.{name}"), extraglobs={"np": np})
    assert done.attempted > 0
    assert done.failed == 0


def noise(second: float, draw: random.Random) -> float:
    return round(60 + 8 * math.sin(2 * math.pi * (second / 3600 % 24 - 8) / 24) + draw.gauss(0, 1), 1)


def sensor(who: str, second: float, value: float, east: float = 0.0) -> Observation:
    return reading(who, "NoiseLevelObserved", second, {"LAeq": (value, "2N")}, lon=24.94 + east, lat=60.17)


def taught(params: Params | None = None, days: int = 14, sensors: int = 3, step: int = 900) -> Detector:
    """A detector that has lived through ordinary days of some sensors 110 m apart."""
    detector, draw = Detector(params or Params()), random.Random(4)
    for s in range(0, days * DAY, step):
        detector.observe([sensor(f"N-{k}", s, noise(s, draw), k * 0.002) for k in range(sensors)])
        assert not detector.tick(T0 + timedelta(seconds=s + 5))
    return detector


def live(
    detector: Detector,
    change: dict[str, dict[range, float]],
    *,
    seconds: int,
    step: int = 10,
    sensors: int = 3,
) -> list[Finding]:
    """Goes on every ``step`` seconds on the 15th day; ``change`` adds dB in a span; nan: silent."""
    out: list[Finding] = []
    draw = random.Random(5)
    for s in range(14 * DAY, 14 * DAY + seconds, step):
        batch = []
        for k in range(sensors):
            spans = change.get(f"N-{k}", {})
            more = next((dB for span, dB in spans.items() if (s - 14 * DAY) in span), 0.0)
            if not math.isnan(more):
                batch.append(sensor(f"N-{k}", s, round(noise(s, draw) + more, 1), k * 0.002))
        out += detector.observe(batch)
        out += detector.tick(T0 + timedelta(seconds=s + 5))
    return out


@pytest.fixture(scope="module")
def state() -> bytes:
    return msgspec.msgpack.encode(taught().snapshot())


def revived(state: bytes) -> Detector:
    detector = Detector(Params())
    detector.restore(msgspec.msgpack.decode(state))
    return detector


def test_fifteen_minute_history_then_ten_seconds_stays_quiet(state: bytes) -> None:
    assert live(revived(state), {}, seconds=7200) == []


def test_loud_street_is_the_city_and_says_what_is_usual(state: bytes) -> None:
    found = live(revived(state), {"N-0": {range(3600, 4800): 15.0}}, seconds=6000)
    first = found[0]
    assert first.kind == "anomaly.high"
    assert first.phase is Phase.STARTED
    assert first.entities == ("urn:ngsi-ld:NoiseLevelObserved:N-0",)
    assert 3600 <= (first.observed_at - T0).total_seconds() - 14 * DAY <= 3900
    assert first.expected is not None
    assert first.expected.high < first.seen  # type: ignore[operator]
    assert "usual for a Monday 01:0" in first.words
    assert first.score <= 0.0101
    assert 1 < len(first.trace) <= 120
    assert all(p.low <= p.high for p in first.trace)
    assert found[-1].phase is Phase.ENDED
    assert len({f.id for f in found}) == 1


def test_neighbours_that_agree_lower_the_fault_probability(state: bytes) -> None:
    span = range(3600, 4800)
    alone = live(revived(state), {"N-0": {span: 15.0}}, seconds=4500)
    together = live(revived(state), {f"N-{k}": {span: 15.0} for k in range(3)}, seconds=4500)
    assert all(n.agrees for n in together[-1].neighbours)
    assert not any(n.agrees for n in alone[-1].neighbours)
    assert together[-1].fault_probability < 0.1 < alone[-1].fault_probability
    assert together[-1].severity == "high"


def test_neighbours_that_turn_odd_alike_are_one_event(state: bytes) -> None:
    odd = {f"N-{k}": {range(3600 + 300 * k, 4800 + 300 * k): 15.0} for k in range(3)}
    found = live(revived(state), odd, seconds=6600)
    assert len({f.id for f in found}) == 1
    assert {e[-3:] for e in found[-1].entities} == {"N-0", "N-1", "N-2"}
    assert found[-1].phase is Phase.ENDED
    # it ends with the last of them, not with the one that began
    assert (found[-1].observed_at - T0).total_seconds() - 14 * DAY > 3900
    assert "The same at" in found[-2].words


def test_a_faulty_neighbour_does_not_join_an_event(state: bytes) -> None:
    odd = {"N-0": {range(3600, 4800): 15.0}, "N-1": {range(3600, 3610): 60.0}}
    found = live(revived(state), odd, seconds=4500)
    assert {"anomaly.high", "anomaly.fault"} <= {f.kind for f in found}
    assert all(len(f.entities) == 1 for f in found)


def test_one_wild_reading_of_a_fast_sensor_is_a_fault(state: bytes) -> None:
    found = live(revived(state), {"N-1": {range(3600, 3610): 60.0}}, seconds=4500)
    assert {f.kind for f in found} == {"anomaly.fault"}
    assert found[0].factors[0].label == "one reading away and back"


def test_silence_is_told_and_ends_with_the_next_reading(state: bytes) -> None:
    found = live(revived(state), {"N-1": {range(3600, 5400): math.nan}}, seconds=6000)
    assert [(f.kind, f.phase) for f in (found[0], found[-1])] == [
        ("anomaly.silent", Phase.STARTED),
        ("anomaly.silent", Phase.ENDED),
    ]
    assert (found[0].observed_at - T0).total_seconds() - 14 * DAY - 3600 < 600


def test_history_fires_nothing(state: bytes) -> None:
    """Backfill older than the last tick teaches; it neither alarms nor counts as silence."""
    detector, draw = revived(state), random.Random(3)
    detector.tick(T0 + timedelta(days=30))
    for s in range(0, 14 * DAY, 1800):
        detector.observe([sensor("OLD", s, noise(s, draw) + (40 if s > 13 * DAY else 0))])
    assert [f for f in detector.tick(T0 + timedelta(days=30, seconds=5)) if "OLD" in f.entities[0]] == []
    assert [f for f in detector.tick(T0 + timedelta(days=30, hours=5)) if "OLD" in f.entities[0]] == []


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(1, 400), max_size=12), seed=st.integers(0, 99))
def test_any_cut_gives_bit_equal_state(cuts: list[int], seed: int) -> None:
    draw = random.Random(seed)
    readings = [
        sensor(
            f"N-{draw.randrange(4)}",
            s * 700 + draw.randrange(600),
            draw.choice([5.0, 60.0, draw.gauss(60, 9)]),
        )
        for s in range(400)
    ]
    whole, parts = Detector(Params()), Detector(Params())
    whole.observe(readings)
    edges = [0, *sorted(set(cuts)), len(readings)]
    for a, b in pairwise(edges):
        parts.observe(readings[a:b])
    assert whole.snapshot() == parts.snapshot()


def test_snapshot_goes_on_exactly(state: bytes) -> None:
    change = {"N-0": {range(600, 1800): 20.0}, "N-2": {range(900, 1500): math.nan}}
    one, two = revived(state), revived(state)
    live(one, change, seconds=1200)
    two.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(one.snapshot())))
    assert one.snapshot() == two.snapshot()
    with pytest.raises(Invalid, match="layout"):
        two.restore({"layout": 0})


def test_the_longest_silent_makes_room() -> None:
    detector = Detector(Params(max_series_count=100))
    for k in range(250):
        detector.observe([sensor(f"N-{k}", k, 60.0)])
    assert len(detector._registry.series) <= 100
    assert "urn:ngsi-ld:NoiseLevelObserved:N-249" in detector._registry.entities
    assert "urn:ngsi-ld:NoiseLevelObserved:N-0" not in detector._registry.entities


def test_facts_and_texts_are_no_series() -> None:
    detector = Detector(Params())
    detector.observe(
        [
            reading(
                "K-1",
                "ItemFlowObserved",
                0,
                {"outflow": 3, "exitNumber": 5, "widthM": 6.0, "state": "open", "ok": True},
            )
        ]
    )
    assert [s.attribute for s in detector._registry.series.values()] == ["outflow"]


def test_a_hostile_name_stays_short_text() -> None:
    detector = Detector(Params())
    detector.observe(
        [reading("N-1", "NoiseLevelObserved", 0, {"LAeq": 60.0, "name": "\u202e<script>" + "x" * 10_000})]
    )
    (entity,) = detector._registry.entities.values()
    assert entity.name.startswith("<script>")
    assert len(entity.name) <= 80


def test_summer_time_moves_the_local_hour() -> None:
    clock = LocalTime("Europe/Helsinki")
    before, after = 1774738800.0, 1774749600.0  # 2026-03-29 01:00 and 05:00 local, two hours... of UTC apart
    _, _, second = clock.split(np.array([before, after]))
    assert (second[1] - second[0]) / 3600 == (after - before) / 3600 + 1


def test_the_budget_asks_for_rarer_things() -> None:
    budget = Budget(4.0, 1.0)
    factors = []
    for n in range(8):
        factors.append(budget.factor("d", n * 60.0))
        budget.count("d", n * 60.0)
    assert factors[0] == 1.0
    assert factors == sorted(factors, reverse=True)
    assert factors[-1] < 0.05
    assert budget.factor("d", 5 * DAY) == 1.0


def test_memory_of_a_series_is_small() -> None:
    detector = taught(days=1, sensors=64, step=3600)
    assert detector._table.bytes_per_series < 12_000
    assert len(msgspec.msgpack.encode(detector.snapshot())) / 64 < 12_000
