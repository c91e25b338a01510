"""Behaviour beyond the laws: what an operator relies on."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernel.events import Finding, Observation, ObservationBatch, Phase
from tocsin.sdk.checks_case import Case
from tocsin.sdk.discover import read_folder
from tocsin.sdk.testing import clock, episodes, reading, run, stream

CASE = Case(read_folder(Path(__file__).parents[1]))
#: 25 m apart
LON, LAT, STEP = 24.9436, 60.1712, 25 / 55_600


def cell(name: str, second: float, people: Any, area: Any = 500.0, east: int = 0) -> Observation:
    attributes = {"peopleCount": people, "area": area, "name": f"Square {name}"}
    return reading(name, "CrowdFlowObserved", second, attributes, lon=LON + east * STEP, lat=LAT)


def wobble(people: int, second: int) -> int:
    return people + (second // 5 * 7) % 11 - 5


def told(observations: list[Observation]) -> list[Finding]:
    log = stream(observations, delay_s=0.2)
    return run(CASE.detector(), CASE.manifest, [*log, *clock(log, for_s=30)])


def kinds(findings: list[Finding]) -> list[str]:
    return [e[0].kind for e in episodes(findings)]


@pytest.mark.parametrize(("per_m2", "lasts_s", "expected"), [(3.9, 300, 0), (4.3, 15, 0), (4.3, 60, 1)])
def test_density_needs_the_limit_and_the_time(per_m2: float, lasts_s: int, expected: int) -> None:
    people = int(per_m2 * 500)
    observations = [
        cell("A", s, wobble(people if 300 <= s < 300 + lasts_s else 1900, s)) for s in range(0, 900, 5)
    ]
    found = [f for f in told(observations) if f.kind == "crowd.density"]
    assert len(episodes(found)) == expected


def test_the_neighbours_decide_whether_to_believe_a_jump() -> None:
    """A counter that jumps from 1 to 8 people/m2 in 5 s: alone it is a fault; people cannot do that."""

    def square(beside: int) -> list[Observation]:
        out = []
        for s in range(0, 400, 5):
            full = s >= 200
            out += [
                cell("A", s, wobble(4000 if full else 500, s)),
                cell("B", s, wobble(beside if full else 500, s), east=1),
                cell("C", s, wobble(beside if full else 500, s), east=-1),
            ]
        return out

    alone = next(f for f in told(square(500)) if f.kind == "crowd.density")
    assert alone.fault_probability > 0.8
    assert alone.severity == "low"
    assert alone.headline == "Counter fault likely, Square A"
    assert not any(n.agrees for n in alone.neighbours)
    assert "jumped faster than people walk in" in alone.words
    together = next(f for f in told(square(1400)) if f.kind == "crowd.density")
    assert together.fault_probability < 0.4
    assert together.severity == "critical"
    assert all(n.agrees for n in together.neighbours)


def test_a_stuck_counter_is_called_a_fault_once_it_shows() -> None:
    episode = episodes(told([cell("A", s, 2200) for s in range(0, 400, 5)]))[0]
    assert episode[0].fault_probability < 0.5
    assert episode[1].fault_probability > 0.8
    assert "the very same count" in episode[1].words
    assert (episode[1].observed_at - episode[0].observed_at).total_seconds() <= 60


def test_the_usual_of_the_hour_is_learnt_from_history() -> None:
    """Fourteen days of quarter hours come first, then a live crowd: 'twice what it usually holds'."""
    day = 86_400
    past = [
        cell("A", d * day + q * 900, int(500 * (1.2 + 0.9 * math.sin(q / 96 * 2 * math.pi)) + d % 3))
        for d in range(14)
        for q in range(96)
    ]
    start = 14 * day + 6 * 3600  # Monday, 06:00, usually 2.1
    live = [cell("A", start + s, wobble(1050 if s < 600 else 2150, s)) for s in range(0, 900, 5)]
    backfill = [ObservationBatch("history", live[0].observed_at, b.observations) for b in stream(past)]
    log = stream(live, delay_s=0.2)
    findings = run(CASE.detector(), CASE.manifest, [*backfill, *log, *clock(log, for_s=30)])
    dense = next(f for f in findings if f.kind == "crowd.density")
    assert dense.expected is not None
    assert dense.expected.mid == pytest.approx(2.1, abs=0.2)
    assert "twice what it usually holds at this hour" in dense.words
    assert all(f.observed_at >= live[0].observed_at for f in findings)
    assert dense.trace[-1].high < 4.0 < (dense.trace[-1].seen or 0)


def test_an_exit_held_on_purpose_is_no_jam() -> None:
    def day(state: str) -> list[Observation]:
        out = []
        for s in range(0, 900, 5):
            low = s >= 600
            attributes = {
                "outflow": wobble(120 if low else 300, s),
                "exitNumber": 5,
                "state": state if low else "open",
            }
            out.append(reading("K-05", "ItemFlowObserved", s, attributes, lon=LON + STEP / 2, lat=LAT))
            out.append(cell("A", s, wobble(1300 + max(0, s - 500), s)))
        return out

    assert "crowd.jam" in kinds(told(day("open")))
    assert "crowd.jam" not in kinds(told(day("held")))


def test_fewer_people_leaving_an_empty_square_is_no_jam() -> None:
    out = []
    for s in range(0, 900, 5):
        attributes = {"outflow": wobble(100 if s >= 600 else 300, s), "exitNumber": 5}
        out += [
            reading("K-05", "ItemFlowObserved", s, attributes, lon=LON, lat=LAT),
            cell("A", s, wobble(400, s)),
        ]
    assert told(out) == []


def test_counters_in_streets_are_no_exits() -> None:
    out = [reading("P-01", "ItemFlowObserved", s, {"intensity": 40.0}) for s in range(0, 300, 5)]
    assert told(out) == []


def test_silence_ends_what_is_open_and_says_why() -> None:
    log = stream([cell("A", s, wobble(2200, s)) for s in range(0, 300, 5)])
    findings = run(CASE.detector(), CASE.manifest, [*log, *clock(log, for_s=600)])
    assert [f.phase for f in findings if f.kind == "crowd.density"][-1] is Phase.ENDED
    assert "may go on unseen" in findings[-1].words


def test_headline_names_the_exit_people_press_at() -> None:
    out = [cell("A", s, wobble(2200, s)) for s in range(0, 300, 5)]
    out += [
        reading("K-05", "ItemFlowObserved", s, {"outflow": 200, "exitNumber": 5}, lon=LON, lat=LAT)
        for s in range(0, 300, 5)
    ]
    assert told(out)[0].headline == "Crush risk at exit 5"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("AB"),
            st.integers(0, 600),
            st.one_of(st.none(), st.integers(-10, 10**7), st.floats(), st.text(max_size=3), st.booleans()),
            st.one_of(st.none(), st.floats(), st.integers(-1, 10**6)),
        ),
        max_size=60,
    )
)
def test_any_reading_whatever_gives_sound_findings_or_none(rows: list[tuple[str, int, Any, Any]]) -> None:
    unique = {(n, s): cell(n, s, p, a) for n, s, p, a in rows}
    for f in told([unique[k] for k in sorted(unique, key=lambda k: k[1])]):
        assert math.isfinite(f.score)
        assert 0.0 <= f.fault_probability <= 1.0
        assert f.evidence
