"""Which things of a map people walk on, how wide, and what stands in their way.

Widths are the tag's (``width``, ``sidewalk`` streets taken whole) or a default of the class, and it is
said which. The defaults are round figures of inner cities, clear of parked cars; measure what matters.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .extract import Thing

#: metres, by value of ``highway``; in an emergency people walk on the roadway too
DEFAULT_M = {
    "pedestrian": 8.0, "living_street": 6.0, "residential": 7.0, "unclassified": 7.0, "service": 4.0,
    "tertiary": 9.0, "secondary": 11.0, "primary": 13.0, "trunk": 13.0, "footway": 2.5, "path": 2.0,
    "cycleway": 2.5, "steps": 2.5, "track": 3.0, "corridor": 2.5, "tertiary_link": 5.0, "secondary_link": 5.0,
    "primary_link": 5.0,
}  # fmt: skip
_AREAS = {"pedestrian", "footway", "living_street", "service", "platform", "path", "corridor", "crossing"}
_SHUT = {"no", "private"}
_WALLS_M = {"wall": 0.4, "fence": 0.2, "city_wall": 1.5, "retaining_wall": 0.5, "hedge": 0.8}
_METRES = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(m|metres?|meters?)?\s*$")


class Width(NamedTuple):
    metres: float
    source: str


def is_open_area(thing: Thing) -> bool:
    """An area that people walk on: square, pedestrian zone, platform, market place."""
    if not thing.is_area or thing.underground or _is_shut(thing) or "building" in thing.tags:
        return False
    return (
        thing.tag("place") == "square"
        or thing.tag("highway") in _AREAS
        or thing.tag("area:highway") in DEFAULT_M
        or thing.tag("amenity") == "marketplace"
        or thing.tag("railway") == "platform"
        or thing.tag("public_transport") == "platform"
    )


def way_width(thing: Thing) -> Width | None:
    """Clear width of a walkable way; None for what is none. Steps count; motorways and tunnels do not."""
    kind = thing.tag("highway")
    if thing.is_area or kind not in DEFAULT_M or thing.underground or _is_shut(thing):
        return None
    stated = _METRES.match(thing.tag("width"))
    if stated:
        metres = float(stated[1].replace(",", "."))
        if 0.3 <= metres <= 100.0:
            return Width(metres, f"map: width={metres:g} m")
    return Width(DEFAULT_M[kind], f"assumed: {DEFAULT_M[kind]:g} m for highway={kind}")


def obstacle_m(thing: Thing) -> float | None:
    """Half the thickness of what bars the way, 0 for an area; None for what does not."""
    if thing.underground:
        return None
    if thing.is_area:
        building = thing.tag("building")
        solid = building not in ("", "no", "roof", "entrance", "canopy")
        wet = thing.tag("natural") == "water"
        return 0.0 if solid or wet else None
    thick = _WALLS_M.get(thing.tag("barrier"))
    return None if thick is None or thing.geometry.geom_type != "LineString" else thick / 2


def _is_shut(thing: Thing) -> bool:
    if thing.tag("foot") in ("yes", "designated", "permissive"):
        return False
    return thing.tag("foot") in _SHUT or thing.tag("access") in _SHUT
