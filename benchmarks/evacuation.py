"""How fast evacuation plans are made, and how near to the bound.

``python benchmarks/evacuation.py [--quick]``

``plan_s``: a first plan with everything (``detail: full``), geometry made ready included, of 10,000 people on
a square of 100 x 100 m with five streets and obstacles; ``replan_s``: an exit shuts, with the plan in force
given; ``whatif100_s``: a hundred what-ifs (close, open, widen, another crowd, a threat); ``city_plan_s``:
100,000 people over a quarter of streets with 40 ways out and more than 500 cells. Wall clock, the median of
three (one with --quick), and the processor's time beside it, for the machine may have other work.
``gap_max``: the greatest clearing_s / bound - 1 over all spaces here (and JuPedSim's geometries beside the
checkout, with a way out of 1.6 m in the middle of two far walls), the bound being `tools/evacuation/bound.py`
on the unreduced floor, which does not use the reduced network.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import LineString, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from tocsin.kernel.advice import Surroundings
from tocsin.sdk.consult import Given
from tocsin.sdk.discover import discover, load_advisor
from tocsin.sdk.spaces import Plane, Projection, areas, read_wkt, write_geojson

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("TOCSIN_DATA", ROOT.parent / "shared" / "data"))
FOLDER = DATA / "geometry" / "jupedsim"
HERE = Projection(24.94, 60.17)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
TARGETS = {"plan_s": 0.5, "replan_s": 0.3, "whatif100_s": 10.0, "gap_max": 0.15, "city_plan_s": 5.0}

Line = tuple[tuple[float, float], tuple[float, float]]


def space(
    name: str, floor: BaseGeometry, ways: dict[str, Line], shut: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A space of metres, as GeoJSON."""
    features = []
    for part in areas(floor).geoms:
        geometry = shapely.geometry.mapping(HERE.degrees(part, digits=9))
        features.append({"type": "Feature", "properties": {"role": "walkable"}, "geometry": geometry})
    for key, line in ways.items():
        drawn = LineString(line)
        properties = {"role": "gate" if key in shut else "exit", "id": key, "width_m": drawn.length}
        geometry = shapely.geometry.mapping(HERE.degrees(drawn, digits=9))
        features.append(
            {"type": "Feature", "properties": {**properties, "open": key not in shut}, "geometry": geometry}
        )
    return {"type": "FeatureCollection", "id": name, "name": name, "features": features}


def square() -> dict[str, Any]:
    streets = [(100, 40, 160, 48), (-60, 20, 0, 26), (30, 100, 40, 180), (70, -50, 75, 0), (100, 80, 150, 92)]
    floor = unary_union([box(0, 0, 100, 100), *(box(*b) for b in streets)])
    floor = floor.difference(unary_union([box(45, 45, 55, 55), box(20, 70, 24, 74), box(75, 20, 80, 25)]))
    ways: dict[str, Line] = {
        "east": ((160, 40), (160, 48)), "west": ((-60, 20), (-60, 26)), "north": ((30, 180), (40, 180)),
        "south": ((70, -50), (75, -50)), "lane": ((150, 80), (150, 92)), "gate": ((0, 80), (0, 84)),
    }  # fmt: skip
    return space("square", floor, ways, shut=("gate",))


def city(blocks: int = 10, street_m: float = 14.0, block_m: float = 46.0) -> dict[str, Any]:
    """A quarter of streets around ``blocks``² houses, with a square in the middle, 10 ways out a side."""
    pitch = street_m + block_m
    size = blocks * pitch + street_m
    houses = [
        box(street_m + i * pitch, street_m + j * pitch, (i + 1) * pitch, (j + 1) * pitch)
        for i in range(blocks)
        for j in range(blocks)
        if not (4 <= i <= 5 and 4 <= j <= 5)
    ]
    ways: dict[str, Line] = {}
    for k in range(10):
        a, width = (k + 0.5) * pitch - 2 + street_m / 2, 3.0 + k % 4
        low, high = a - width / 2, a + width / 2
        ways[f"s{k}"], ways[f"n{k}"] = ((low, 0), (high, 0)), ((low, size), (high, size))
        ways[f"w{k}"], ways[f"e{k}"] = ((0, low), (0, high)), ((size, low), (size, high))
    return space("quarter", box(0, 0, size, size).difference(unary_union(houses)), ways)


def rooms() -> list[tuple[dict[str, Any], float]]:
    """Spaces to measure the gap on, with a crowd: ours, and JuPedSim's with ways out put on their edge."""
    found = [
        (space("hall", box(0, 0, 40, 25), {"a": ((40, 10), (40, 12.4)), "b": ((0, 3), (0, 4.2))}), 800.0),
        (space("corner", unary_union([box(0, 0, 60, 8), box(52, 0, 60, 50)]), {"a": ((52, 50), (60, 50))}),
         1200.0),
        (space("neck", unary_union([box(0, 0, 30, 30), box(30, 13, 34, 16), box(34, 0, 60, 30)]),
               {"a": ((60, 5), (60, 12)), "b": ((60, 18), (60, 25))}), 1500.0),
    ]  # fmt: skip
    for file in sorted(FOLDER.glob("*.wkt")) if FOLDER.exists() else ():
        plane = Plane(read_wkt(file.read_text(), (24.94, 60.17), space_id=file.stem))
        data = write_geojson(plane.space)
        for k, spot in enumerate(_far_walls(plane.floor.geoms[0].exterior)):
            place = shapely.geometry.mapping(plane.projection.degrees(spot, digits=9))
            properties = {"role": "exit", "id": f"x{k}", "width_m": 1.6}
            data["features"].append({"type": "Feature", "properties": properties, "geometry": place})
        found.append((data, min(3000.0, max(60.0, round(plane.floor.area * 1.0)))))
    return found


def _far_walls(ring: shapely.LinearRing) -> list[shapely.Point]:
    """Middles of the longest wall, and of the wall of at least 2 m farthest from it."""
    xy = np.asarray(ring.coords)
    walls = [LineString([a, b]) for a, b in pairwise(xy) if np.hypot(*(b - a)) >= 2.0]
    first = max(walls, key=lambda wall: wall.length)
    middle = first.interpolate(0.5, normalized=True)
    return [middle, max((wall.interpolate(0.5, normalized=True) for wall in walls), key=middle.distance)]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true")
    given = asked.parse_args()
    times = 1 if given.quick else 3
    tool = load_advisor(next(t for t in discover().tools if t.id == "evacuation"))
    context = Given(Surroundings(now=NOW), tool.folder.manifest.consumes)

    def fresh() -> Callable[..., dict[str, Any]]:
        advisor = tool.make(tool.params_class())

        def ask(**request: Any) -> dict[str, Any]:
            return dict(advisor.advise(request, context, lambda _share, _words, _best=None: None).plan)

        return ask

    ground = square()
    fresh()(space=ground, crowd=100)  # the solver's library is loaded
    plan, plan_s = _timed(lambda: fresh()(space=ground, crowd=10_000), times)
    ask = fresh()
    ask(space=ground, crowd=10_000)
    _, replan_s = _timed(
        lambda: ask(space=ground, crowd=10_000, close=["north"], previous=plan, detail="plan"), times
    )
    _, whatif_s = _timed(lambda: [ask(space=ground, detail="plan", **w) for w in _what_ifs(100)], 1)
    quarter, city_s = _timed(lambda: fresh()(space=city(), crowd=100_000, detail="plan"), 1)
    gaps = {"square": plan["gap"], "quarter": quarter["gap"]}
    for data, crowd in rooms():
        gaps[str(data["name"])] = fresh()(space=data, crowd=crowd, detail="plan")["gap"]
    for name, gap in gaps.items():
        print(f"{name:24} gap {gap:6.1%}")
    figures = {
        "plan_s": plan_s, "replan_s": replan_s, "whatif100_s": whatif_s, "city_plan_s": city_s,
    }  # fmt: skip
    for name, (wall, cpu) in figures.items():
        print(f"{name:14} {wall:7.2f} s wall, {cpu:7.2f} s processor, target {TARGETS[name]} s")
    print(f"quarter: {len(quarter['exits'])} ways out, {quarter['clearing_s']:.0f} s")
    told: dict[str, float] = {name: round(wall, 3) for name, (wall, _) in figures.items()}
    print(json.dumps({**told, "gap_max": max(gaps.values())}))


def _what_ifs(count: int) -> list[dict[str, Any]]:
    draw = np.random.default_rng(7)
    ways = ["east", "west", "north", "south", "lane"]
    asked: list[dict[str, Any]] = []
    for n in range(count):
        one: dict[str, Any] = {"crowd": int(draw.integers(5_000, 15_000))}
        way = ways[int(draw.integers(len(ways)))]
        if n % 4 == 0:
            one["close"] = [way]
        elif n % 4 == 1:
            one["open"] = ["gate"]
        elif n % 4 == 2:
            one["widen_m"] = {way: float(draw.uniform(3, 12))}
        else:
            spot = HERE.positions(np.array([[draw.uniform(0, 100), draw.uniform(0, 100)]]))[0]
            place = {"type": "Point", "coordinates": spot}
            one["threats"] = [{"kind": "area", "place": place, "radius_m": 12.0, "spread_mps": 0.05}]
        asked.append(one)
    return asked


def _timed(call: Callable[[], Any], times: int) -> tuple[Any, tuple[float, float]]:
    walls, processors, answer = [], [], None
    for _ in range(times):
        wall, processor = time.perf_counter(), time.process_time()
        answer = call()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return answer, (statistics.median(walls), statistics.median(processors))


if __name__ == "__main__":
    main()
