"""The people of Railway Square: cells, the links between them and ways out, one second a step.

No single person is followed; whole people are. Every one of them is on the street, waits at a way in, stays
in a cell, walks to a way out, or has left: the sums always agree. Flows follow the cell transmission model
with Weidmann's fundamental diagram; ways out let through what their width allows, less against a counterflow
or in a press.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tocsin.simulate.chance import binomial, poisson
from tocsin.simulate.places import Places
from tocsin.simulate.walking import FLOW_PER_M_S, FREE_M_S, JAM_PER_M2, door_per_s, room_for_flow

#: seconds from the street counter to the square
STREET_S = 8
#: who cannot get in gives up after about this long (s)
_PATIENCE_S = 150.0
#: a queue at a way out counts like this many seconds of walking less; after it people look for another way
_QUEUE_S = 90.0
#: share of those in a long queue that look around for another way in a second
_LOOK_AROUND = 0.005
#: who waits in a press steps aside where it is emptier by more than this, people/m2
_STEP_ASIDE = 1.5
#: share of their walking that people who stay spend on aimless steps
_WANDER = 0.06
#: how strongly people shun a crowd: the pull that balances one person/m2, growing with its square
_SHUN = 1.0

#: how many of so many do what each does with this probability
Draw = Callable[[float, float], float]


@dataclass(slots=True)
class Will:
    """What people want in this second. Rates per second; one entry per way out or per cell."""

    passing: list[float]  # arrive at a way in, to cross the square
    joining: list[float]  # arrive to stay
    pull: list[float]  # how much a cell attracts those who stay
    going: list[float]  # share of those who stay in a cell that turn to leave
    usable: list[float]  # share of each way out that is open


@dataclass(slots=True)
class Way:
    """State of one way in and out."""

    cell: int
    width_m: float
    street: deque[tuple[float, float]] = field(default_factory=deque)
    passing: float = 0.0  # at the way in, waiting to cross
    joining: float = 0.0  # at the way in, waiting to stay
    went_out: float = 0.0  # in the last step
    came_in: float = 0.0
    turned_back: float = 0.0  # gave up waiting
    set_out: float = 0.0  # passed the street counter towards the square


class Crowd:
    """People on and around the square.

    Args:
        places: cells with areas, links with widths, ways out.
        rng: its own chance.
    """

    def __init__(self, places: Places, rng: Random) -> None:
        self._rng = rng
        self.area_m2 = [float(cell["area_m2"]) for cell in places.cells]
        self.staying: list[float] = [0] * len(places.cells)
        self.leaving: list[list[float]] = [[0] * len(places.ways_out) for _ in places.cells]
        self.ways = [Way(w.cell, w.width_m, deque([(0, 0)] * STREET_S)) for w in places.ways_out]
        self.arrived: float = 0
        self.left: float = 0
        spots = [_metres(cell.lon, cell.lat) for cell in places.cells]
        self._out: list[list[tuple[int, int, float, float]]] = [[] for _ in places.cells]
        self._back: list[int] = []
        for link in places.links:
            length = math.dist(spots[link.one], spots[link.other])
            for here, there in ((link.one, link.other), (link.other, link.one)):
                number = len(self._back)
                self._out[here].append((number, there, link.width_m, length))
                self._back.append(number ^ 1)
        gates = [_metres(w.device.lon, w.device.lat) for w in places.ways_out]
        self.distance_m = [
            self._distances(w.cell, math.dist(spots[w.cell], gates[i])) for i, w in enumerate(places.ways_out)
        ]
        self._routes = [self._shares(distances) for distances in self.distance_m]
        self.spots = spots

    def people(self) -> float:
        """On the square now."""
        return sum(self.staying) + sum(map(sum, self.leaving))

    def around(self) -> float:
        """On their way to the square: on the street or at a way in."""
        return sum(w.passing + w.joining + sum(map(sum, w.street)) for w in self.ways)

    def in_cell(self, cell: int) -> float:
        return self.staying[cell] + sum(self.leaving[cell])

    def step(self, will: Will) -> None:
        """One second. Draws whole people at random."""
        rng = self._rng

        def draw(count: float, share: float) -> float:
            return binomial(rng, int(count), share)

        self._step(will, draw, lambda mean: poisson(rng, mean))

    def step_mean(self, will: Will) -> None:
        """One second of what is expected, in fractions of people: finds what ordinary hours settle to."""
        self._step(will, lambda count, share: count * min(1.0, share), lambda mean: mean)

    def _step(self, will: Will, draw: Draw, arrivals: Callable[[float], float]) -> None:
        density = [self.in_cell(cell) / area for cell, area in enumerate(self.area_m2)]
        self._walk(will, draw, density)
        self._turn(will, draw)
        for number, way in enumerate(self.ways):
            self._pass_way(number, way, will, draw, density)
            self._give_up(way, draw)
            passing, joining = arrivals(will.passing[number]), arrivals(will.joining[number])
            way.street.append((passing, joining))
            way.set_out = passing + joining
            self.arrived += way.set_out
            came_passing, came_joining = way.street.popleft()
            way.passing += came_passing
            way.joining += came_joining

    def _walk(self, will: Will, draw: Draw, density: list[float]) -> None:
        """Moves people between cells, all at once: first what they want, then what the links allow."""
        wishes: list[tuple[int, int, int, int, float]] = []
        total = [0.0] * len(self._back)
        limit = [0.0] * len(self._back)
        charm = [pull - _SHUN * d * d for pull, d in zip(will.pull, density, strict=True)]
        for here, links in enumerate(self._out):
            staying, leaving = self.staying[here], self.leaving[here]
            for link, there, width_m, length_m in links:
                limit[link] = width_m * min(FLOW_PER_M_S, room_for_flow(density[there]))
                if staying > 0:
                    share = FREE_M_S / length_m * (_WANDER + max(0.0, math.tanh(charm[there] - charm[here])))
                    wishes.append((here, there, -1, link, share))
                    total[link] += staying * share
            for way, count in enumerate(leaving):
                if count > 0:
                    for link, there, length_m, part in self._routes[way][here]:
                        share = FREE_M_S / length_m * part
                        wishes.append((here, there, way, link, share))
                        total[link] += count * share
                    for link, there, _, length_m in links:
                        if (emptier := density[here] - density[there] - _STEP_ASIDE) > 0.0:
                            share = 0.12 * FREE_M_S / length_m * math.tanh(emptier)
                            wishes.append((here, there, way, link, share))
                            total[link] += count * share
        room: list[float] = [self._room(cell) for cell in range(len(self.area_m2))]
        for here, there, way, link, share in wishes:
            against = total[self._back[link]]
            allowed = limit[link] * total[link] / (total[link] + 0.5 * against)
            ease = min(1.0, allowed / total[link])
            count = self.staying[here] if way < 0 else self.leaving[here][way]
            moved = min(draw(count, share * ease), count, room[there])
            room[there] -= moved
            if way < 0:
                self.staying[here] -= moved
                self.staying[there] += moved
            else:
                self.leaving[here][way] -= moved
                self.leaving[there][way] += moved

    def _turn(self, will: Will, draw: Draw) -> None:
        """Some of those who stay turn to leave; at a shut way or in a long queue people look for another."""
        waits = [self._wait_s(number, open_share) for number, open_share in enumerate(will.usable)]
        for here, count in enumerate(self.staying):
            if count > 0 and will.going[here] > 0.0:
                self._send(here, will, waits, draw, draw(count, will.going[here]), from_staying=True)
            for way, waiting in enumerate(self.leaving[here]):
                if waiting > 0 and waits[way] > _QUEUE_S / 2:
                    moved = draw(waiting, 0.1 if will.usable[way] <= 0.0 else _LOOK_AROUND)
                    self.leaving[here][way] -= moved
                    self._send(here, will, waits, draw, moved, from_staying=False)

    def _wait_s(self, number: int, usable: float) -> float:
        """How long the queue at a way out takes, as it stands."""
        way = self.ways[number]
        limit = door_per_s(way.width_m, usable, 0.0)
        return self.leaving[way.cell][number] / limit if limit > 0.0 else math.inf

    def _send(
        self, here: int, will: Will, waits: list[float], draw: Draw, count: float, *, from_staying: bool
    ) -> None:
        """Gives people in a cell a way out each: the near, the wide and the one without a queue draw most."""
        weights = [
            way.width_m
            * open_share
            * math.exp(-self.distance_m[number][here] / 22.0 - min(waits[number], 600.0) / _QUEUE_S)
            for number, (way, open_share) in enumerate(zip(self.ways, will.usable, strict=True))
        ]
        total = sum(weights)
        if total <= 0.0:  # every way is shut: nobody is lost, they stay
            if not from_staying:
                self.staying[here] += count
            return
        if from_staying:
            self.staying[here] -= count
        self._share_out(self.leaving[here], weights, count, draw)

    def _pass_way(self, number: int, way: Way, will: Will, draw: Draw, density: list[float]) -> None:
        """Lets people through one opening, both directions out of one width."""
        here = density[way.cell]
        limit = door_per_s(way.width_m, will.usable[number], here)
        outward = self.leaving[way.cell][number] * FREE_M_S / 9.0
        waiting = way.passing + way.joining
        inward = min(waiting, way.width_m * room_for_flow(here), self._room(way.cell))
        wanted = outward + inward
        way.went_out = way.came_in = 0
        if wanted <= 0 or limit <= 0.0:
            return
        crossing = 2.0 * min(outward, inward) / wanted
        ease = min(1.0, limit * (1.0 - 0.15 * crossing) / wanted)
        gone = min(
            draw(self.leaving[way.cell][number], FREE_M_S / 9.0 * ease), self.leaving[way.cell][number]
        )
        self.leaving[way.cell][number] -= gone
        self.left += gone
        way.went_out = gone
        if waiting > 0 and inward > 0.0:
            share = inward * ease / waiting
            crossers, joiners = draw(way.passing, share), draw(way.joining, share)
            way.passing -= crossers
            way.joining -= joiners
            way.came_in = crossers + joiners
            self.staying[way.cell] += joiners
            weights = [
                0.0 if other == number else w.width_m * will.usable[other]
                for other, w in enumerate(self.ways)
            ]
            if crossers > 0 and sum(weights) > 0.0:
                self._share_out(self.leaving[way.cell], weights, crossers, draw)
            else:
                self.staying[way.cell] += crossers

    def _give_up(self, way: Way, draw: Draw) -> None:
        """Some of those who wait outside a crowded way in go home."""
        way.turned_back = 0
        if way.joining > 0:
            way.turned_back = draw(way.joining, 1.0 / _PATIENCE_S)
            way.joining -= way.turned_back
            self.left += way.turned_back

    @staticmethod
    def _share_out(target: list[float], weights: list[float], count: float, draw: Draw) -> None:
        """Splits ``count`` over the slots by weight, whole people staying whole."""
        rest = sum(weights)
        for slot, weight in enumerate(weights):
            if count <= 0 or rest <= 0.0:
                return
            part = draw(count, weight / rest) if weight < rest * (1.0 - 1e-12) else count
            target[slot] += part
            count -= part
            rest -= weight

    def _room(self, cell: int) -> int:
        """How many more fit in before nobody can move."""
        return max(0, int(JAM_PER_M2 * self.area_m2[cell] - self.in_cell(cell)))

    def _distances(self, start: int, first_m: float) -> list[float]:
        """Walking distance in metres from every cell to a way out (Dijkstra)."""
        best = [math.inf] * len(self._out)
        heap = [(first_m, start)]
        while heap:
            so_far, cell = heapq.heappop(heap)
            if so_far >= best[cell]:
                continue
            best[cell] = so_far
            for _, there, _, length in self._out[cell]:
                heapq.heappush(heap, (so_far + length, there))
        return best

    def _shares(self, distances: list[float]) -> list[list[tuple[int, int, float, float]]]:
        """Per cell the links that lead nearer, with the share of walkers on each: shorter ways draw more."""
        routes: list[list[tuple[int, int, float, float]]] = []
        for here, links in enumerate(self._out):
            nearer = [x for x in links if distances[x[1]] < distances[here] - 1.0]
            weights = [math.exp(-(distances[there] + length) / 12.0) for _, there, _, length in nearer]
            routes.append(
                [
                    (link, there, length, weight / sum(weights))
                    for (link, there, _, length), weight in zip(nearer, weights, strict=True)
                ]
            )
        return routes


def _metres(lon: float, lat: float) -> tuple[float, float]:
    return lon * 55_501.0, lat * 111_412.0
