"""Tests of RiMEA, IMO and ISO 20414 that a macroscopic model can answer; ``pytest -s`` prints the table.

``source``: *checked* where the values come from a replay or the guideline at hand, else *recalled*. Those
that do not apply are in guide.md, chapter Standard tests, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from shapely import box
from shapely.ops import unary_union

from tocsin.tools.evacuation.diagrams import DIAGRAMS
from tocsin.tools.evacuation.params import Params

from .drawn import drawn, feature, plan

TABLE: list[tuple[str, str, str, str, str]] = []
#: where the guidelines give the speed of walking, nothing is taken off for those who are slow
AS_GIVEN, ADJUSTED = Params(walk_ratio=1.0), Params()


@dataclass(frozen=True)
class Standard:
    name: str
    expected: str
    source: str
    low: float
    high: float
    measured: Callable[[Params], float]
    params: Params = ADJUSTED


def corridor(params: Params) -> float:
    """One person at the start of a corridor of 40 m and 2 m."""
    floor = box(0, 0, 40, 2)
    start = feature(box(0, 0, 1, 2), role="zone", id="start", people=1)
    told = plan(drawn(floor, {"end": ((40, 0), (40, 2))}, start), crowd=1, params=params)
    return float(told["clearing_s"])


def peak(_params: Params) -> float:
    rho = np.linspace(0.1, 5.3, 500)
    diagram = DIAGRAMS["weidmann"]
    return float((rho * diagram.speed(rho)).max())


def corner(params: Params) -> float:
    """Twenty people around a corner of two corridors of 2 m: the walk must not cut through the wall."""
    floor = unary_union([box(0, 0, 12, 2), box(10, 0, 12, 12)])
    start = feature(box(0, 0, 6, 2), role="zone", id="start", people=20)
    told = plan(drawn(floor, {"end": ((10, 12), (12, 12))}, start), crowd=20, params=params)
    longest = max(f["walk_s"] for f in told["flows"])
    inside = all(_x(p) >= 10 - 0.1 for f in told["flows"] for p in f["route"]["coordinates"] if _y(p) > 2.1)
    return longest if inside else float("nan")


def _x(position: list[float]) -> float:
    from .drawn import HERE

    return (position[0] - HERE.lon) * HERE.scale[0]


def _y(position: list[float]) -> float:
    from .drawn import HERE

    return (position[1] - HERE.lat) * HERE.scale[1]


HALL = box(0, 0, 30, 20)
DOORS = {"a": ((5, 0), (6, 0)), "b": ((24, 0), (25, 0)), "c": ((5, 20), (6, 20)), "d": ((24, 20), (25, 20))}


def two_of_four(params: Params) -> float:
    """A hall of 1,000 people with four doors of 1 m, then two of them shut: how many times as long."""
    hall = drawn(HALL, DOORS)
    return float(
        plan(hall, crowd=1000, close=["c", "d"], params=params)["clearing_s"]
        / plan(hall, crowd=1000, params=params)["clearing_s"]
    )


ROOMS = unary_union([box(0, 0, 30, 2), *(box(2 + 7 * k, 2.2, 7 + 7 * k, 7) for k in range(4)),
                     *(box(4 + 7 * k, 2, 4.9 + 7 * k, 2.2) for k in range(4))])  # fmt: skip


def assigned(params: Params) -> float:
    """Four cabins, exits at both ends: part of the people who by the flows take what their zone is told."""
    zones = [feature(box(2 + 7 * k, 2.2, 7 + 7 * k, 7), role="zone", id=f"r{k}", people=6) for k in range(4)]
    told = plan(
        drawn(ROOMS, {"west": ((0, 0), (0, 2)), "east": ((30, 0), (30, 2))}, *zones), crowd=24, params=params
    )
    obeyed = 0.0
    for one in told["instructions"]:
        exits = {key for key, _ in one["parts"]}
        obeyed += sum(f["people"] for f in told["flows"] if f["zone"] == one["zone"] and f["exit"] in exits)
    return obeyed / 24


def diverted(params: Params) -> float:
    """A thousand people, a near and a far exit of 1 m: part that the plan sends from the near to the far."""
    floor = box(0, 0, 50, 10)
    start = feature(box(0, 0, 20, 10), role="zone", id="start", people=1000)
    told = plan(
        drawn(floor, {"near": ((0, 4), (0, 5)), "far": ((50, 4), (50, 5))}, start), crowd=1000, params=params
    )
    return float(next(e["people"] for e in told["exits"] if e["id"] == "far") / 1000)


def first_jam(params: Params) -> float:
    """A room, a neck of 1 m, a room, an exit of 1 m: part of the people who queue at the first neck."""
    floor = unary_union([box(0, 0, 10, 10), box(10, 4.5, 15, 5.5), box(15, 0, 25, 10)])
    start = feature(box(0, 0, 10, 10), role="zone", id="start", people=150)
    told: dict[str, Any] = plan(
        drawn(floor, {"end": ((25, 4.5), (25, 5.5))}, start), crowd=150, params=params
    )
    return float(max((c["queue"] for c in told["chokes"]), default=0.0) / 150)


STANDARDS = [
    Standard("RiMEA 1, IMO 1: 40 m at walking speed", "26 to 34 s", "recalled", 26, 34, corridor, AS_GIVEN),
    Standard(
        "RiMEA 4, IMO 4: peak of the diagram", "1.22 to 1.23 /m/s", "checked", 1.22, 1.23, peak, AS_GIVEN
    ),
    Standard(
        "RiMEA 6: around a corner, s walked",
        "7 to 16 s, not through walls",
        "recalled",
        7,
        16,
        corner,
        AS_GIVEN,
    ),
    Standard("RiMEA 9, IMO 9: two of four exits shut", "about 2 times", "checked", 1.85, 2.15, two_of_four),
    Standard("RiMEA 10, IMO 10: assigned exits", "all obey", "recalled", 0.999, 1.001, assigned),
    Standard(
        "RiMEA 11, IMO 11: some divert from the nearest", "0.3 to 0.55", "recalled", 0.3, 0.55, diverted
    ),
    Standard("RiMEA 12: the jam is at the first bottleneck", "0.5 to 1", "recalled", 0.5, 1.0, first_jam),
]


@pytest.fixture(scope="module", autouse=True)
def _printed() -> Iterator[None]:
    yield
    print(f"\n{'test':52} {'expected':30} {'source':9} {'walk_ratio':10} got")
    for name, expected, source, ratio, got in TABLE:
        print(f"{name:52} {expected:30} {source:9} {ratio:10} {got}")


@pytest.mark.parametrize("one", STANDARDS, ids=lambda one: one.name.split(":")[0])
def test_standard(one: Standard) -> None:
    got = one.measured(one.params)
    TABLE.append((one.name, one.expected, one.source, f"{one.params.walk_ratio:g}", f"{got:.3g}"))
    assert one.low <= got <= one.high
