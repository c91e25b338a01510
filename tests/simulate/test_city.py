from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tocsin.simulate.city import City
from tocsin.simulate.faults import Fault
from tocsin.simulate.history import BATCH, QUARTER, first_quarter, history
from tocsin.simulate.messages import Messages
from tocsin.simulate.places import load
from tocsin.simulate.rhythm import HELSINKI, share
from tocsin.simulate.scenario import Story

PLACES = load()
MESSAGES = Messages(PLACES)
NOW = datetime(2026, 11, 21, 16, 42, 17, tzinfo=UTC)
BOUNDS = {
    "peopleCount": (0, 4000), "outflow": (0, 900), "intensity": (0, 3000), "averageVehicleSpeed": (2, 70),
    "occupancy": (0, 1), "NO2": (0, 220), "PM10": (0, 150), "PM2_5": (0, 100), "LAeq": (35, 105),
    "temperature": (-30, 35), "windSpeed": (0, 30), "windDirection": (0, 359), "relativeHumidity": (0, 1),
    "precipitation": (0, 25), "availableSpotNumber": (0, 600),
}  # fmt: skip


def days(count: int, seed: int = 1, until: datetime = NOW) -> tuple[City, list[dict[str, object]]]:
    city = City(PLACES, seed, first_quarter(until, count))
    return city, [row for batch in history(city, MESSAGES, until) for row in json.loads(batch)]


def values(row: dict[str, object]) -> dict[str, float]:
    plain = {k: v["value"] if isinstance(v, dict) else v for k, v in row.items()}
    return {key: value for key, value in plain.items() if key in BOUNDS}


def test_places_are_whole() -> None:
    assert len(PLACES.devices) == len({device.id for device in PLACES.devices}) == 69
    assert sum(device.by == "mqtt" for device in PLACES.devices) == 30
    for device in PLACES.devices:
        assert 24.935 < device.lon < 24.954
        assert 60.164 < device.lat < 60.180
        assert device.name
    assert sum(float(cell["area_m2"]) for cell in PLACES.cells) == pytest.approx(9500, rel=0.02)


def test_history_is_ordered_complete_and_physical() -> None:
    city, rows = days(2)
    times = [row["observedAt"] for row in rows]
    assert times == sorted(times)
    assert city.now == NOW
    assert datetime.fromisoformat(str(times[-1])) > NOW - QUARTER
    quarters = len(set(times))
    assert quarters == 193
    assert 0.985 * quarters * 61 < len(rows) < quarters * 61, "some are lost, not many"
    assert not any(row["type"] == "Camera" for row in rows)
    for row in rows:
        for name, value in values(row).items():
            low, high = BOUNDS[name]
            assert low <= value <= high, (row["id"], name, value)


def test_batches_keep_their_bound() -> None:
    city = City(PLACES, 1, first_quarter(NOW, 1))
    sizes = [len(json.loads(batch)) for batch in history(city, MESSAGES, NOW)]
    assert max(sizes) == BATCH
    assert all(size == BATCH for size in sizes[:-1])


def test_known_history_is_not_sent_again() -> None:
    city = City(PLACES, 1, first_quarter(NOW, 2))
    known = NOW - timedelta(hours=3)
    rows = [row for batch in history(city, MESSAGES, NOW, known) for row in json.loads(batch)]
    assert {datetime.fromisoformat(str(row["observedAt"])) > known for row in rows} == {True}
    assert len({row["observedAt"] for row in rows}) == 12


def test_a_seed_is_reproducible_and_another_differs() -> None:
    _, one = days(1, seed=3)
    _, same = days(1, seed=3)
    _, other = days(1, seed=4)
    assert one == same
    assert one != other


def test_live_goes_on_where_history_ends() -> None:
    """At the seam the state is carried on: slow things do not move, the crowd is of the same state."""
    city, _ = days(3)
    air = city.weather.now
    flows = {key: loop.flow for key, loop in city.loops.items()}
    taken = {key: garage.taken for key, garage in city.garages.items()}
    gas = {key: station.street_no2 for key, station in city.air.items()}
    people, busy = city.crowd.people(), city.crowd.people()
    for second in range(1, 91):
        city.live(NOW + timedelta(seconds=second))
        busy += city.crowd.people()
    assert city.weather.now.temperature_c == pytest.approx(air.temperature_c, abs=0.5)
    for key, loop in city.loops.items():
        assert loop.flow == pytest.approx(flows[key], rel=0.12)
    for key, garage in city.garages.items():
        assert abs(garage.taken - taken[key]) <= 12
    for key, station in city.air.items():
        assert station.street_no2 == pytest.approx(gas[key], rel=0.25, abs=1.0)
    assert busy / 91 == pytest.approx(people, rel=0.35)


def test_live_readings_vary_as_history_does() -> None:
    """A detector that learnt from quarter hours must not find live minutes strange for their noise."""
    at = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    city = City(PLACES, 1, at)
    past: dict[str, list[float]] = {}
    for step in range(60):
        city.leap(at + timedelta(seconds=step))
        for device in (PLACES.device("P-05"), PLACES.device("K-06"), PLACES.device("SQ-D2")):
            past.setdefault(device.id, []).append(next(iter(city.read(device).values())))
    for key, drawn in past.items():
        mean = sum(drawn) / len(drawn)
        lived = []
        for _ in range(900):
            city.live(city.now + timedelta(seconds=1))
            lived.append(next(iter(city.read(PLACES.device(key)).values())))
        assert sum(lived) / len(lived) == pytest.approx(mean, rel=0.3), key
        width = (sum((v - mean) ** 2 for v in drawn) / len(drawn)) ** 0.5
        assert max(lived) < mean + 8 * width, key


def test_quiet_days_have_no_story() -> None:
    city, rows = days(3)
    most = max(values(row)["peopleCount"] for row in rows if row["type"] == "CrowdFlowObserved")
    assert most < 60
    for second in range(1, 1200):
        city.live(NOW + timedelta(seconds=second))
        assert city.crowd.people() < 400
    assert {city.read(way.device)["state"] for way in PLACES.ways_out} == {"open"}


def test_all_is_physical_during_a_story() -> None:
    city = City(PLACES, 2, NOW)
    story = Story(2, 0, NOW + timedelta(seconds=4))
    city.tell(story)
    faulty = {fault.device for fault in story.faults}
    for second in range(10, 600, 10):
        city.live(NOW + timedelta(seconds=second))
        for device in PLACES.devices:
            if device.id not in faulty:
                for name, value in city.read(device).items():
                    if name in BOUNDS:
                        assert BOUNDS[name][0] <= value <= BOUNDS[name][1], (device.id, name, value)


@pytest.mark.parametrize("kind", ["stuck", "spiking", "silent"])
def test_faults_look_like_faults(kind: str) -> None:
    city, meter = City(PLACES, 1, NOW), PLACES.device("N-02")
    city.failing.faults = [Fault("N-02", kind, NOW, NOW + timedelta(minutes=5))]
    seen = []
    for step in range(30):
        city.live(NOW + timedelta(seconds=10 * step))
        reading = city.read(meter)
        seen.append(None if reading is None else reading["LAeq"])
    match kind:
        case "silent":
            assert set(seen) == {None}
        case "stuck":
            assert len(set(seen)) == 1
        case _:
            wild = [level for level in seen if level > 110]
            assert 4 < len(wild) < 26
    city.live(NOW + timedelta(minutes=6))
    healed = [city.read(meter)["LAeq"] for _ in range(20)]
    assert max(healed) < 90
    assert len(set(healed)) > 5


def test_the_week_has_its_rhythm() -> None:
    def at(day: int, hour: int) -> datetime:
        return datetime(2026, 11, day, hour, 0, tzinfo=HELSINKI)

    assert share("people", at(18, 3)) < 0.1 < 0.8 < share("people", at(18, 17))
    assert share("traffic", at(18, 8)) > 2 * share("traffic", at(22, 8)), "Sunday morning is not a rush hour"
    assert share("people", at(21, 14)) > share("people", at(18, 14)), "Saturday afternoon is busy"
    assert share("traffic", datetime(2026, 12, 6, 8, tzinfo=HELSINKI)) < 0.4, "Independence Day"
    # nothing jumps, over midnights and the change of clocks (29 March 2026)
    for start in (datetime(2026, 11, 20, 20, tzinfo=UTC), datetime(2026, 3, 28, 22, tzinfo=UTC)):
        steps = [share("traffic", start + timedelta(minutes=m)) for m in range(0, 600, 5)]
        assert max(abs(a - b) for a, b in pairwise(steps)) < 0.2


def test_cars_are_conserved() -> None:
    city = City(PLACES, 5, NOW)
    start = {key: garage.taken for key, garage in city.garages.items()}
    for step in range(1, 200):
        city.leap(NOW + step * QUARTER)
        for key, garage in city.garages.items():
            assert 0 <= garage.free <= garage.spots
            assert garage.taken == start[key] + garage.came - garage.drove_out
