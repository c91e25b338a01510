"""Who stands where: zones drawn or made, people spread over cells in whole numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Observation

from .request import MOST_PEOPLE
from .scene import Scene

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]

#: bodies on a square metre, Still (2014): nobody moves by then
MOST_PER_M2 = 8.0
#: zones made by us are about as large as a voice, or a steward, reaches
_BLOCK_M = 45.0
#: less floor than that between drawn zones is no place of its own to be spoken to
_SLIVER_M2 = 60.0
_COMPASS = {
    (0, 0): "south-west", (1, 0): "south", (2, 0): "south-east", (0, 1): "west", (1, 1): "middle",
    (2, 1): "east", (0, 2): "north-west", (1, 2): "north", (2, 2): "north-east",
}  # fmt: skip


@dataclass(frozen=True)
class Zones:
    """``of`` gives each cell its zone, by index into ``ids``; ``drawn`` of them are the space's own."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    shapes: tuple[BaseGeometry, ...]
    of: Whole
    drawn: int


def zones(scene: Scene) -> Zones:
    """The space's own zones, and blocks of what they leave over, named by where they lie; slivers of it go
    with the nearest zone."""
    cells = scene.floors.cells
    of = np.full(len(cells.area), -1, np.int64)
    own = scene.plane.space.zones
    for n, zone in enumerate(own):
        area = scene.plane.zones[zone.id]
        inside = shapely.contains_xy(area, cells.centre[:, 0], cells.centre[:, 1]) & (of < 0)
        of[inside] = n
        if not inside.any() and not area.is_empty:  # smaller than a cell: the one that holds most of it
            shared = shapely.area(shapely.intersection(np.array(cells.shape, object), area))
            of[int(np.argmax(shared))] = n
    ids, names = [z.id for z in own], [z.name for z in own]
    left = np.flatnonzero(of < 0)
    if left.size:
        low, high = cells.centre.min(0), cells.centre.max(0)
        across = np.maximum(high - low, 1.0)
        count = np.array([max(1, min(12, ceil(a / _BLOCK_M))) for a in across])
        if (count <= 3).all():
            count = np.minimum(count, 3)
        block = np.minimum(((cells.centre[left] - low) / across * count).astype(np.int64), count - 1)
        taken = np.flatnonzero(of >= 0)
        for i, j in sorted({(int(a), int(b)) for a, b in block}):
            here = left[(block == (i, j)).all(1)]
            if taken.size and cells.area[here].sum() < _SLIVER_M2:
                away = np.linalg.norm(cells.centre[here, None] - cells.centre[None, taken], axis=2)
                of[here] = of[taken[away.argmin(1)]]
                continue
            of[here] = len(ids)
            ids.append(f"block-{i}-{j}")
            names.append(_called(i, j, count))
    shapes = tuple(unary_union([cells.shape[c] for c in np.flatnonzero(of == n)]) for n in range(len(ids)))
    return Zones(tuple(ids), tuple(names), shapes, of, len(own))


def _called(i: int, j: int, count: Whole) -> str:
    nx, ny = int(count[0]), int(count[1])
    if max(nx, ny) <= 3:
        x = 1 if nx == 1 else (0 if i == 0 else 2 if i == nx - 1 else 1)
        y = 1 if ny == 1 else (0 if j == 0 else 2 if j == ny - 1 else 1)
        return _COMPASS[x, y]
    return f"{'ABCDEFGHIJKL'[i]}{j + 1}"


def spread(scene: Scene, parts: Zones, crowd: float, given: Mapping[str, float]) -> Whole:
    """Whole people by cell. ``given`` by zone id counts over the space's own numbers; what no zone claims
    stands evenly on the rest of the floor. Raises ``Invalid`` for a zone that there is not."""
    for key in given:
        if key not in parts.ids:
            raise Invalid("no such zone", field="zones", value=key, cure=f"one of {', '.join(parts.ids)}")
    cells = scene.floors.cells
    people = np.zeros(len(cells.area))
    claimed = np.zeros(len(cells.area), bool)
    for n, zone_id in enumerate(parts.ids):
        zone = scene.plane.space.zones[n] if n < parts.drawn else None
        number = given.get(zone_id)
        if number is None and zone is not None:
            number = zone.people if zone.people is not None else None
            if number is None and zone.share is not None:
                number = zone.share * crowd
        if number is None:
            continue
        here = parts.of == n
        claimed |= here
        people[here] = number * cells.area[here] / max(cells.area[here].sum(), 1e-9)
    rest = max(0.0, crowd - people.sum())
    floor = np.where(claimed, 0.0, cells.area) if not claimed.all() else cells.area
    if rest > 0 and floor.sum() > 0:
        people += rest * floor / floor.sum()
    most = MOST_PER_M2 * cells.area.sum()
    if people.sum() > most:
        raise Invalid(
            f"more people than can stand on {cells.area.sum():,.0f} m²",
            field="crowd",
            value=f"{people.sum():.0f}",
            cure=f"at most {most:,.0f} ({MOST_PER_M2:g} a m²)",
        )
    return whole(people)


def whole(people: Figures) -> Whole:
    """Whole numbers with the same sum, each at most one off; of any run of cells the sum is right to one."""
    edges = np.floor(np.cumsum(people) + 0.5).astype(np.int64)
    found: Whole = np.diff(edges, prepend=0)
    return found


def counted(scene: Scene, entities: Sequence[Observation]) -> tuple[float, tuple[str, ...]]:
    """People by the counters that stand in the space, and what was wrong with any of them."""
    total, trouble = 0.0, []
    hull = scene.plane.floor.convex_hull.buffer(20.0)
    for o in entities:
        value = o.get("peopleCount")
        if o.lon is None or o.lat is None or value is None:
            continue
        if not hull.contains(scene.plane.projection.metres(shapely.Point(o.lon, o.lat))):
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            trouble.append(f"{o.entity} counts {value!r}: left out")
        elif not 0 <= value <= MOST_PEOPLE:
            trouble.append(f"{o.entity} counts {value:g} people: left out")
        else:
            total += float(value)
    return total, tuple(trouble)
