"""People walking out of a space, one by one, in JuPedSim: who stood where, who goes where, who was out when.

Microscopic model: collision-free speed model (Tordeux, Chraibi & Seyfried 2016, Traffic and Granular Flow
'15), as JuPedSim 1.x has it; desired speeds N(1.34, 0.26) m/s (Weidmann 1993) cut off at 0.6 and 2.0. A
way out is a passage of its clear width, 3 m long, outside the floor; whoever is at its end is out.
JuPedSim finds the ways within the floor. Needs ``tocsin[validation]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jupedsim
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.ops import substring, unary_union

from tocsin.sdk.spaces import Plane, Way

Figures = NDArray[np.float64]

DT_S = 0.05
#: JuPedSim's own defaults; through openings of 1.2 to 4 m they let 1.0 to 1.13 people pass a metre and second
RADIUS_M, TIME_GAP_S = 0.2, 1.0
SPEED_MPS, SPEED_SPREAD = 1.34, 0.26
PASSAGE_M, OVERLAP_M = 3.0, 0.4  # whoever is 2 m out is gone
#: between two people at the start, and to a wall
APART_M, WALL_M = 0.42, 0.25
#: where nobody has got out for so long, nobody will
STUCK_S = 90.0
#: the model lets two people block each other at a corner for good; so few are counted as ``inside``, no more
BLOCKED_SHARE = 0.01


@dataclass(frozen=True)
class Ground:
    """A space made ready for walking: the floor with a passage at every open way out."""

    plane: Plane
    ways: tuple[Way, ...]
    floor: Polygon
    goals: dict[str, Polygon]

    def routing(self) -> jupedsim.RoutingEngine:
        return jupedsim.RoutingEngine(self.floor)


@dataclass(frozen=True)
class Replay:
    """Seconds at which each person was out (NaN: never), in the order of their positions."""

    out_s: Figures
    inside: int

    @property
    def clearing_s(self) -> float:
        """When the last one was out; infinite where more than ``BLOCKED_SHARE`` never were."""
        if self.inside > BLOCKED_SHARE * len(self.out_s):
            return float("inf")
        return float(np.nanmax(self.out_s)) if len(self.out_s) else 0.0

    @property
    def mean_s(self) -> float:
        return float(np.nanmean(self.out_s)) if len(self.out_s) else 0.0


def make_ground(plane: Plane, shut: Sequence[str] = ()) -> Ground:
    """Raises ``ValueError`` where no way out is open or the floor falls apart."""
    ways = tuple(w for w in plane.space.exits if w.open and w.id not in shut)
    # corners finer than a hand make walking slow to compute, not different
    floor = _largest(plane.floor.buffer(0.05).simplify(0.05).buffer(-0.05))
    goals: dict[str, Polygon] = {}
    parts: list[Polygon] = [floor]
    for way in ways:
        passage, goal = _passage(floor, plane.lines[way.id], way.width_m)
        others = unary_union(parts[1:]) if len(parts) > 1 else Polygon()
        if passage.intersects(floor) and not goal.intersects(others):
            parts.append(passage)
            goals[way.id] = goal
    # JuPedSim leads people through gaps that they do not fit into: these are closed
    gap = 1.5 * RADIUS_M
    whole = unary_union(parts).buffer(-gap, join_style="mitre").buffer(gap, join_style="mitre")
    whole = _largest(whole.simplify(0.02))
    goals = {k: g for k, g in goals.items() if whole.buffer(0.05).contains(g)}
    if not goals:
        raise ValueError(f"{plane.space.id}: no way out is open")
    return Ground(plane, tuple(w for w in ways if w.id in goals), whole, goals)


def stand(
    area: MultiPolygon | Polygon, people: int, seed: int, taken: Sequence[tuple[float, float]] = ()
) -> list[tuple[float, float]]:
    """Places for ``people`` in an area beside those taken, seeded; fewer where no more fit."""
    rng = np.random.default_rng(seed)
    room = area.buffer(-WALL_M)
    if room.is_empty or people <= 0:
        return []
    shapely.prepare(room)
    west, south, east, north = room.bounds
    places: list[tuple[float, float]] = []
    cells: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for x, y in taken:
        cells.setdefault((int(x // APART_M), int(y // APART_M)), []).append((x, y))
    misses = 0
    while len(places) < people and misses < 4000:
        x, y = float(rng.uniform(west, east)), float(rng.uniform(south, north))
        key = (int(x // APART_M), int(y // APART_M))
        near = (q for i in (-1, 0, 1) for j in (-1, 0, 1) for q in cells.get((key[0] + i, key[1] + j), ()))
        if not shapely.contains_xy(room, x, y) or any(
            (x - a) ** 2 + (y - b) ** 2 < APART_M**2 for a, b in near
        ):
            misses += 1
            continue
        misses = 0
        places.append((x, y))
        cells.setdefault(key, []).append((x, y))
    return places


def walking_m(ground: Ground, places: Sequence[tuple[float, float]]) -> dict[str, Figures]:
    """Walking distance from every place to every way out."""
    engine = ground.routing()
    found: dict[str, Figures] = {}
    for way, goal in ground.goals.items():
        end = goal.representative_point()
        found[way] = np.array(
            [LineString(engine.compute_waypoints(p, (end.x, end.y))).length for p in places]
        )
    return found


def nearest(distances: Mapping[str, Figures]) -> list[str]:
    """The way out that is nearest to each on foot."""
    names = sorted(distances)
    table = np.array([distances[n] for n in names])
    return [names[i] for i in np.argmin(table, axis=0)]


def shared_out(
    distances: Mapping[str, Figures], who: Sequence[int], shares: Mapping[str, float]
) -> dict[int, str]:
    """People ``who`` of one zone to ways out in these shares, so that together they walk least.

    An instruction names parts of a zone, not people: staff point from the edges inwards, and each side
    takes the way on its own side.
    """
    known = {w: s for w, s in sorted(shares.items()) if w in distances and s > 0}
    if not known or not len(who):
        return {}
    exact = {w: s / sum(known.values()) * len(who) for w, s in known.items()}
    quota = {w: int(x) for w, x in exact.items()}
    for w in sorted(exact, key=lambda w: quota[w] - exact[w])[: len(who) - sum(quota.values())]:
        quota[w] += 1
    slots = [w for w, n in quota.items() for _ in range(n)]
    rows, columns = linear_sum_assignment(np.array([distances[w][list(who)] for w in slots]).T)
    return {who[i]: slots[j] for i, j in zip(rows, columns, strict=True)}


def walk(
    ground: Ground,
    places: Sequence[tuple[float, float]],
    goes: Sequence[str],
    seed: int,
    most_s: float = 3600.0,
) -> Replay:
    """Let everybody walk to the way out that ``goes`` names for them."""
    rng = np.random.default_rng(seed)
    speeds = np.clip(rng.normal(SPEED_MPS, SPEED_SPREAD, len(places)), 0.6, 2.0)
    run = jupedsim.Simulation(model=jupedsim.CollisionFreeSpeedModel(), geometry=ground.floor, dt=DT_S)
    stages = {way: run.add_exit_stage(goal) for way, goal in ground.goals.items()}
    journeys = {way: run.add_journey(jupedsim.JourneyDescription([s])) for way, s in stages.items()}
    agents: dict[int, int] = {}
    for n, (place, way) in enumerate(zip(places, goes, strict=True)):
        agents[
            run.add_agent(
                jupedsim.CollisionFreeSpeedModelAgentParameters(
                    position=place,
                    journey_id=journeys[way],
                    stage_id=stages[way],
                    desired_speed=float(speeds[n]),
                    time_gap=TIME_GAP_S,
                    radius=RADIUS_M,
                )
            )
        ] = n
    out = np.full(len(places), np.nan)
    last = 0.0
    while run.agent_count() and run.elapsed_time() < most_s and run.elapsed_time() - last < STUCK_S:
        run.iterate()
        for gone in run.removed_agents():
            out[agents[gone]] = last = run.elapsed_time()
    return Replay(out, int(np.isnan(out).sum()))


def _passage(floor: Polygon, line: LineString, width_m: float) -> tuple[Polygon, Polygon]:
    """The middle of a way out, as long as its clear width, drawn out of the floor; and its far end."""
    clear = min(width_m, line.length)
    start = (line.length - clear) / 2
    cut = np.array(substring(line, start, start + clear).coords)
    along = (cut[-1] - cut[0]) / max(float(np.hypot(*(cut[-1] - cut[0]))), 1e-9)
    out = np.array([-along[1], along[0]])
    middle = line.interpolate(0.5, normalized=True)
    here = np.array([middle.x, middle.y])
    if floor.contains(Point(here + 0.5 * out)) and not floor.contains(Point(here - 0.5 * out)):
        out = -out

    def piece(near: float, far: float) -> Polygon:
        shape = Polygon([*(cut + near * out), *(cut[::-1] + far * out)])
        return shape if shape.is_valid else shape.buffer(0)

    ends = [cut[k] + far * out for k, far in ((0, 2.9), (-1, 2.9), (-1, 2.0), (0, 2.0))]
    return piece(-OVERLAP_M, PASSAGE_M).union(Polygon(ends)), Polygon(ends)


def _largest(shape: Polygon | MultiPolygon) -> Polygon:
    return max(getattr(shape, "geoms", [shape]), key=lambda p: p.area)
