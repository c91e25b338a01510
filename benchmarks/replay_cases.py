"""The cases that are replayed: rooms of JuPedSim's own, squares of Helsinki, skewed crowds, shut exits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import shapely
from shapely import LineString, box
from shapely.geometry.base import BaseGeometry

from tocsin.maps.extract import things
from tocsin.maps.spaces import Region, make_space
from tocsin.sdk.spaces import Plane, Projection, Space, Way, Zone, read_wkt

#: where the plane of a room lies on the map is of no matter
ANCHOR = (24.94, 60.17)


@dataclass(frozen=True)
class Case:
    """``zones`` of the space hold all the people; ``shut`` by id."""

    name: str
    space: Space
    people: dict[str, float]
    shut: tuple[str, ...] = field(default=())

    @property
    def crowd(self) -> float:
        return sum(self.people.values())


#: exits as lines on the rooms' edges (metres), and two parts that people stand in
ROOMS: dict[str, tuple[dict[str, LineString], dict[str, BaseGeometry]]] = {
    "t_shaped_room": (
        {
            "south": LineString([(-0.6, 0), (0.6, 0)]),
            "west": LineString([(-10, 7), (-10, 9)]),
            "east": LineString([(10, 7), (10, 9)]),
        },
        {"stem": box(-2, 0.5, 2, 6), "bar": box(-9, 6, 9, 10)},
    ),
    "crossing": (
        {
            "north": LineString([(-0.6, 10), (0.6, 10)]),
            "south": LineString([(-1.2, -10), (1.2, -10)]),
            "east": LineString([(10, -1.2), (10, 1.2)]),
            "west": LineString([(-10, -1.2), (-10, 1.2)]),
        },
        {"north arm": box(-2, 2, 2, 9.5), "middle": box(-4, -2, 4, 2)},
    ),
    "double_bottleneck": (
        {"west": LineString([(0, 1.8), (0, 3.0)]), "east": LineString([(24, 1.0), (24, 4.0)])},
        {"west hall": box(0.5, 0, 5, 5), "middle": box(7, 0, 17, 5)},
    ),
    "corner_with_shortcut": (
        {"west": LineString([(0, 1.6), (0, 3.4)]), "north": LineString([(25.5, 30), (29.5, 30)])},
        {"west arm": box(0.5, 0, 10, 5), "corner": box(25, 0, 30, 15)},
    ),
}
#: people on a fenced square, and its gates
CROWD, GATES, GATE_M = 700.0, 4, 2.0
#: place and radius in the extract of Helsinki
SQUARES = {
    "Railway Square": ((24.94411, 60.17122), 90.0),
    "Senate Square": ((24.95227, 60.16950), 75.0),
}


def room(name: str, folder: Path) -> Space:
    """A space of JuPedSim's with exits and zones drawn in."""
    space = read_wkt((folder / f"{name}.wkt").read_text(), ANCHOR, space_id=name)
    lines, parts = ROOMS[name]
    plane = Projection(*ANCHOR)
    ways = tuple(
        Way(k, k, tuple(plane.degrees(line, digits=9).coords), float(line.length))
        for k, line in lines.items()
    )
    zones = tuple(
        Zone(k, k, (tuple(plane.degrees(shape, digits=9).exterior.coords),)) for k, shape in parts.items()
    )
    return replace_space(space, ways=ways, zones=zones)


def square(name: str, extract: Path) -> Space:
    """A square of Helsinki in four quarters."""
    at, radius = SQUARES[name]
    space = make_space(things(extract), Region.around(*at, radius), space_id=name)
    floor = Plane(space)
    west, south, east, north = floor.floor.bounds
    x, y = floor.projection.metres(shapely.Point(at)).coords[0]
    quarters = {
        "north-west": box(west, y, x, north), "north-east": box(x, y, east, north),
        "south-west": box(west, south, x, y), "south-east": box(x, south, east, y),
    }  # fmt: skip
    zones = tuple(
        Zone(k, k, (tuple(floor.projection.degrees(q).exterior.coords),)) for k, q in quarters.items()
    )
    return replace_space(space, zones=zones)


def fenced(space: Space) -> Space:
    """As for an event: a fence around, with four gates that lie well apart; the other ways are shut."""
    ways = sorted(space.exits, key=lambda w: w.width_m, reverse=True)
    plane = Plane(space)
    chosen: list[Way] = []
    while len(chosen) < GATES and len(chosen) < len(ways):
        far = [
            (min((plane.lines[w.id].distance(plane.lines[c.id]) for c in chosen), default=w.width_m), w.id, w)
            for w in ways
            if w not in chosen and w.width_m >= GATE_M
        ]
        if not far:
            break
        chosen.append(max(far)[2])
    ids = {w.id for w in chosen}
    return replace_space(
        space,
        ways=tuple(
            msgspec.structs.replace(w, open=w.id in ids, width_m=GATE_M if w.id in ids else w.width_m)
            for w in space.ways
        ),
    )


def replace_space(space: Space, **changes: object) -> Space:
    return msgspec.structs.replace(space, **changes)


def all_cases(data: Path) -> list[Case]:
    """Those whose data lies there; 13 where all of it does."""
    out: list[Case] = []
    rooms, extract = data / "geometry" / "jupedsim", data / "geometry" / "osm" / "Helsinki.osm.pbf"
    if rooms.exists():
        t, x, d, c = (room(n, rooms) for n in ROOMS)
        out += [
            Case("T room, stem full", t, {"stem": 45.0, "bar": 15.0}),
            Case("T room, stem full, west shut", t, {"stem": 45.0, "bar": 60.0}, ("west",)),
            Case("crossing, north arm full", x, {"north arm": 60.0, "middle": 20.0}),
            Case("crossing, north arm full, west shut", x, {"north arm": 60.0, "middle": 60.0}, ("west",)),
            Case("double bottleneck, west full", d, {"west hall": 40.0, "middle": 50.0}),
            Case("double bottleneck, west hall only", d, {"west hall": 45.0}),
            Case("corner, west arm full", c, {"west arm": 120.0, "corner": 40.0}),
        ]
    if extract.exists():
        for name in SQUARES:
            space = fenced(square(name, extract))
            for corner in ("south-west", "north-east"):
                crowd = {z.id: CROWD * (0.7 if z.id == corner else 0.1) for z in space.zones}
                out.append(Case(f"{name}, {corner} full", space, crowd))
            corner = "south-east"
            crowd = {z.id: CROWD * (0.7 if z.id == corner else 0.1) for z in space.zones}
            first = next(w.id for w in space.exits if w.open)
            out.append(Case(f"{name}, {corner} full, a gate shut", space, crowd, (first,)))
    return out


def fewer(case: Case, most: float) -> Case:
    """The same with ``most`` people at most."""
    share = min(1.0, most / case.crowd)
    return replace(case, people={k: v * share for k, v in case.people.items()})
