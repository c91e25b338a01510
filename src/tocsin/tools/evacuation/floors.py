"""The floor cut at its chokepoints into regions, and each region into cells.

Within a region nothing is narrower than its own portals, so that it needs no capacities inside: that is what
makes the network small. A portal is a chokepoint between two regions, a passage drawn inside, or a way out.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.ops import polygonize

from tocsin.sdk.spaces import TOUCH_M, Plane, Way

from .necks import necks

Figures = NDArray[np.float64]

#: nobody is led through a gap narrower than a body with its clothes, m: Fruin (1971), 0.46 x 0.61
BODY_M = 0.6
#: lines nearer than that are the same
_GRID_M = 1e-4


@dataclass(frozen=True)
class Portal:
    """``sides``: the regions that it joins; a way out has one. ``way`` is None for a found chokepoint."""

    key: str
    line: LineString
    width_m: float
    sides: tuple[int, ...]
    way: Way | None = None

    @property
    def out(self) -> bool:
        return self.way is not None and not self.way.inside


@dataclass(frozen=True)
class Cells:
    """``area`` m², ``centre`` (n, 2) m, ``region`` of each; ``grid``: the cell at a place, -1 for none."""

    shape: tuple[Polygon, ...]
    area: Figures
    centre: Figures
    region: NDArray[np.int64]
    size_m: float
    origin: tuple[float, float]
    grid: NDArray[np.int64]

    def at(self, xy: Figures) -> NDArray[np.int64]:
        ij = ((xy - self.origin) // self.size_m).astype(np.int64)
        ij = np.clip(ij, 0, np.array(self.grid.shape) - 1)
        found: NDArray[np.int64] = self.grid[ij[:, 0], ij[:, 1]]
        return found


@dataclass(frozen=True)
class Floors:
    plane: Plane
    regions: tuple[Polygon, ...]
    portals: tuple[Portal, ...]
    cells: Cells


def cut(plane: Plane, *, widest_m: float, cells: int) -> Floors:
    """``widest_m``: narrower cross-sections are chokepoints; about ``cells`` cells are made."""
    floor = plane.floor
    inner = [way for way in plane.space.ways if way.inside]
    lines = necks(floor, widest_m)
    drawn = [plane.lines[way.id] for way in inner]
    lines = [line for line in lines if all(line.distance(d) > 1.0 for d in drawn)]
    cuts = [_reaching(line, 0.05) for line in lines] + [_reaching(line, 0.3) for line in drawn]
    # a cut may run on along a wall that it meets: on a grid the two are one line, else nothing is cut off
    walls = shapely.union_all([floor.boundary, *cuts], grid_size=_GRID_M)
    middle = floor.buffer(1e-6)
    faces = [p for p in polygonize(walls) if p.area > 0.05 and middle.contains(p.representative_point())]
    regions = tuple(faces)  # a cut that ends in the open separates nothing: polygonize leaves it out
    portals = [
        Portal(f"neck-{n}", line, line.length, sides)
        for n, line in enumerate(lines)
        if line.length >= BODY_M and len(sides := _touching(line, regions, 0.1)) == 2
    ]
    portals += [
        Portal(way.id, line, way.width_m, sides, way)
        for way, line in zip(inner, drawn, strict=True)
        if len(sides := _touching(line, regions, 0.1)) == 2
    ]
    for way in plane.space.exits:
        line = plane.lines[way.id]
        sides = _touching(line, regions, TOUCH_M + 0.1, most=1)
        if sides:
            portals.append(Portal(way.id, line, way.width_m, sides, way))
    return Floors(plane, regions, tuple(portals), _cells(regions, cells))


def _reaching(line: LineString, by: float) -> LineString:
    """``line`` made longer at both ends, so that it surely meets the walls."""
    (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
    length = max(sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2), 1e-9)
    dx, dy = (x1 - x0) / length * by, (y1 - y0) / length * by
    return LineString([(x0 - dx, y0 - dy), *line.coords[1:-1], (x1 + dx, y1 + dy)])


def _touching(line: LineString, regions: tuple[Polygon, ...], reach: float, most: int = 2) -> tuple[int, ...]:
    """Regions along ``line``, those that share most of it first."""
    near = line.buffer(reach, cap_style="flat")
    shares = [
        (near.intersection(region).area, n) for n, region in enumerate(regions) if region.intersects(near)
    ]
    shares = sorted((s for s in shares if s[0] > 1e-3), reverse=True)[:most]
    return tuple(n for _, n in shares)


def _cells(regions: tuple[Polygon, ...], count: int) -> Cells:
    total = sum(region.area for region in regions)
    size = min(25.0, max(1.5, sqrt(total / max(1, count))))
    x0, y0, x1, y1 = shapely.total_bounds(list(regions)) if regions else (0.0, 0.0, 1.0, 1.0)
    nx, ny = int((x1 - x0) // size) + 1, int((y1 - y0) // size) + 1
    i, j = (a.ravel() for a in np.meshgrid(np.arange(nx), np.arange(ny), indexing="ij"))
    boxes = shapely.box(x0 + i * size, y0 + j * size, x0 + (i + 1) * size, y0 + (j + 1) * size)
    tree = shapely.STRtree(boxes)
    shapes: list[Polygon] = []
    region_of: list[int] = []
    grid = np.full((nx, ny), -1, np.int64)
    largest = np.zeros((nx, ny))
    for number, region in enumerate(regions):
        shapely.prepare(region)
        hit = np.sort(tree.query(region, predicate="intersects"))
        pieces = shapely.intersection(region, boxes[hit])
        for box, piece in zip(hit, pieces, strict=True):
            for part in getattr(piece, "geoms", (piece,)):
                if part.geom_type != "Polygon" or part.area < 0.01:
                    continue
                if part.area > largest[i[box], j[box]]:
                    largest[i[box], j[box]] = part.area
                    grid[i[box], j[box]] = len(shapes)
                shapes.append(part)
                region_of.append(number)
    points = shapely.point_on_surface(shapes) if shapes else np.empty(0, object)
    middles = shapely.centroid(shapes) if shapes else points
    within = shapely.contains(shapes, middles) if shapes else np.empty(0, bool)
    chosen = np.where(within, middles, points)
    return Cells(
        shape=tuple(shapes),
        area=shapely.area(shapes) if shapes else np.empty(0),
        centre=shapely.get_coordinates(chosen).reshape(-1, 2),
        region=np.array(region_of, np.int64),
        size_m=size,
        origin=(float(x0), float(y0)),
        grid=grid,
    )
