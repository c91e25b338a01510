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
#: people on a fenced square, the share of them before one of its gates, and the gates
CROWD, SHARE, GATES, GATE_M = 1000.0, 0.7, 4, 2.0
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
    """A square of Helsinki as for an event: a fence around, with four gates of one width that lie well apart;
    the other ways are shut. Zone ``at G`` is the part of the floor that is nearest to gate G."""
    at, radius = SQUARES[name]
    space = make_space(things(extract), Region.around(*at, radius), space_id=name)
    plane = Plane(space)
    ways = sorted(space.exits, key=lambda w: w.width_m, reverse=True)
    gates: list[Way] = []
    while len(gates) < min(GATES, len(ways)):
        far = [
            (min((plane.lines[w.id].distance(plane.lines[g.id]) for g in gates), default=w.width_m), w.id, w)
            for w in ways
            if w not in gates and w.width_m >= GATE_M
        ]
        if not far:
            break
        gates.append(max(far)[2])
    ids = {w.id for w in gates}
    middles = [plane.lines[w.id].interpolate(0.5, normalized=True) for w in gates]
    parts = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(middles), extend_to=plane.floor.envelope)
    )
    zones = tuple(
        Zone(f"at {gate.id}", f"at {gate.id}", (tuple(plane.projection.degrees(part).exterior.coords),))
        for gate, middle in zip(gates, middles, strict=True)
        for part in parts
        if part.contains(middle)
    )
    made = tuple(
        msgspec.structs.replace(w, open=w.id in ids, width_m=GATE_M if w.id in ids else w.width_m)
        for w in space.ways
    )
    return replace_space(space, ways=made, zones=zones)


def replace_space(space: Space, **changes: object) -> Space:
    return msgspec.structs.replace(space, **changes)


def all_cases(data: Path) -> list[Case]:
    """Those whose data lies there; 17 where all of it does. The rule, made before they were walked: a crowd
    skewed to one way out, or that way shut. In the rooms most stand before the narrowest; on a square the
    gates are alike and ``SHARE`` of the people stand before one, each in turn."""
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
            space = square(name, extract)
            zones = [zone.id for zone in space.zones]
            for n, zone in enumerate(zones):
                gate = zone.removeprefix("at ")
                rest = CROWD * (1 - SHARE) / (len(zones) - 1)
                crowd = {z: CROWD * SHARE if z == zone else rest for z in zones}
                out.append(Case(f"{name}, {zone} full", space, crowd))
                if n == 0:
                    out.append(Case(f"{name}, {zone} full, which is shut", space, crowd, (gate,)))
    return out


def fewer(case: Case, most: float) -> Case:
    """The same with ``most`` people at most."""
    share = min(1.0, most / case.crowd)
    return replace(case, people={k: v * share for k, v in case.people.items()})
