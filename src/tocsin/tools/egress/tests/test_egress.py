"""Behaviour beyond the laws: what an operator relies on."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernel.events import Finding, Observation, Phase
from tocsin.sdk.checks_case import Case
from tocsin.sdk.discover import read_folder
from tocsin.sdk.testing import clock, episodes, reading, run, stream

CASE = Case(read_folder(Path(__file__).parents[1]))
LON, LAT = 24.9436, 60.1712


def exit_at(name: str, second: float, outflow: Any, north: float = 0.0, **more: Any) -> Observation:
    attributes = {"outflow": outflow, "exitNumber": int(name[-1]), "widthM": 6.0, **more}
    return reading(name, "ItemFlowObserved", second, attributes, lon=LON, lat=LAT + north)


def minute(rate_before: float, rate_after: float, second: int, since: int) -> int:
    """What a counter of the last minute shows when the rate changes at ``since``."""
    share = min(1.0, max(0.0, (second - since) / 60.0))
    return round(rate_before * (1 - share) + rate_after * share) + second // 5 % 3 - 1


def told(observations: list[Observation], for_s: float = 30) -> list[Finding]:
    log = stream(observations, delay_s=0.2)
    return run(CASE.detector(), CASE.manifest, [*log, *clock(log, for_s=for_s)])


def square(rates: dict[str, float], *, until: int = 900, since: int = 600, **more: Any) -> list[Observation]:
    """Exits that let out 30 a minute, and ``rates`` from ``since`` on; 40 m apart."""
    return [
        exit_at(name, s, minute(30, rate, s, since), n * 0.00036, **more)
        for s in range(0, until, 5)
        for n, (name, rate) in enumerate(sorted(rates.items()))
    ]


def test_all_exits_at_once_is_told_within_a_quarter_of_a_minute() -> None:
    findings = told(square(dict.fromkeys(("K-1", "K-2", "K-3", "K-4"), 240.0), areaServed="Old Square east"))
    first = findings[0]
    assert first.phase is Phase.STARTED
    assert 0 < (first.observed_at - first.onset).total_seconds() <= 30
    assert 600 < first.observed_at.minute * 60 + first.observed_at.second <= 612
    assert first.headline == "People leave Old Square east all at once"
    assert first.severity == "critical"
    assert first.place is not None
    assert first.place.radius_m < 100


def test_a_few_people_more_at_each_of_many_exits_are_told_as_soon() -> None:
    """No exit shows much by itself: 10 people a minute, then 40."""
    names = [f"K-{n}" for n in range(1, 9)]
    out = [
        exit_at(name, s, minute(10, 40, s, 600), n * 0.00036)
        for s in range(0, 700, 5)
        for n, name in enumerate(names)
    ]
    first = told(out)[0]
    assert 600 < first.observed_at.minute * 60 + first.observed_at.second <= 610


@pytest.mark.parametrize("which", [("K-1",), ("K-1", "K-2")])
def test_few_exits_of_many_are_no_egress(which: tuple[str, ...]) -> None:
    names = [f"K-{n}" for n in range(1, 9)]
    assert told(square({n: 300.0 if n in which else 30.0 for n in names})) == []


def test_the_only_exit_of_a_place_may_tell_it_with_doubt() -> None:
    first = told(square({"K-1": 300.0}))[0]
    assert first.fault_probability == 0.35
    assert first.entities == ("urn:ngsi-ld:ItemFlowObserved:K-1",)


def test_more_than_the_opening_lets_through_is_not_believed() -> None:
    assert told(square(dict.fromkeys(("K-1", "K-2", "K-3"), 5000.0), widthM=1.0)) == []


@pytest.mark.parametrize("bad", [-5.0, float("nan"), float("inf"), "many", True, None])
def test_bad_counts_change_nothing(bad: Any) -> None:
    calm = square(dict.fromkeys(("K-1", "K-2", "K-3"), 30.0))
    broken = [exit_at("K-1", s + 1.0, bad) for s in range(0, 900, 15)]
    assert told(sorted([*calm, *broken], key=lambda o: o.observed_at)) == []
    rising = square(dict.fromkeys(("K-1", "K-2", "K-3"), 240.0))
    both = told(sorted([*rising, *broken], key=lambda o: o.observed_at))
    assert next(f.phase for f in both) is Phase.STARTED


def test_places_far_apart_are_told_apart() -> None:
    here = square(dict.fromkeys(("K-1", "K-2", "K-3"), 240.0))
    there = [
        exit_at(f"L-{n}", s, minute(30, 30, s, 600), 0.05 + n * 0.00036)
        for s in range(0, 900, 5)
        for n in (4, 5)
    ]
    findings = told(sorted([*here, *there], key=lambda o: o.observed_at))
    assert len(episodes(findings)) == 1
    assert not any(":L-" in e.entity for f in findings for e in f.evidence)


def test_it_ends_when_the_exits_are_as_usual_again() -> None:
    out = [
        exit_at(f"K-{n}", s, minute(30, 240, s, 600) if s < 800 else minute(240, 30, s, 800), n * 0.00036)
        for s in range(0, 1200, 5)
        for n in (1, 2, 3)
    ]
    findings = told(out)
    assert findings[-1].phase is Phase.ENDED
    assert "it is over" in findings[-1].words
    assert 860 <= (findings[-1].observed_at - out[0].observed_at).total_seconds() <= 960


def test_silence_ends_it_and_says_why() -> None:
    findings = told(square(dict.fromkeys(("K-1", "K-2"), 240.0), until=700), for_s=400)
    assert findings[-1].phase is Phase.ENDED
    assert "may go on unseen" in findings[-1].words


def test_counters_in_streets_are_no_exits() -> None:
    out = [
        reading("P-01", "ItemFlowObserved", s, {"intensity": 40.0 if s < 600 else 900.0}) for s in range(900)
    ]
    assert told(out) == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("K-1", "K-2")),
            st.integers(0, 900),
            st.one_of(st.none(), st.integers(-10, 10**7), st.floats(), st.text(max_size=3), st.booleans()),
            st.one_of(st.none(), st.floats(), st.integers(-1, 100)),
        ),
        max_size=60,
    )
)
def test_any_reading_whatever_gives_sound_findings_or_none(rows: list[tuple[str, int, Any, Any]]) -> None:
    unique = {(n, s): exit_at(n, s, v, widthM=w) for n, s, v, w in rows}
    for f in told([unique[k] for k in sorted(unique, key=lambda k: k[1])]):
        assert math.isfinite(f.score)
        assert 0.0 <= f.fault_probability <= 1.0
        assert f.evidence
