"""A public space: where people can walk, what stands in the way, and the ways out. WGS 84, lon before lat.

One floor: a station of two levels is two spaces, joined by stairs that are a way out of the upper one.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

#: longitude, latitude in degrees
Position = tuple[float, float]
#: first equals last, as GeoJSON has it
Ring = tuple[Position, ...]
#: outer ring, then holes
Polygon = tuple[Ring, ...]

WayKind = Literal["exit", "gate", "stairs"]


class Way(msgspec.Struct, frozen=True):
    """A way out on the edge of the space, or, where ``inside``, a passage between two parts of it.

    ``line`` runs across the way: those who pass cross it. One position alone is its middle; it is then as
    long as ``width_m`` on the nearest edge. ``width_m`` is the clear width, handrails and posts taken off;
    people keep 0.15 m from each side of it besides. A ``gate`` can be opened and closed by staff; ``stairs``
    are slower and shut out wheelchairs.
    """

    id: str
    name: str
    line: tuple[Position, ...]
    width_m: float
    kind: WayKind = "exit"
    open: bool = True
    leads_to: str = ""
    accessible: bool = True
    inside: bool = False
    #: where ``width_m`` comes from, in words: measured, a map's tag, a default; empty: not said
    width_source: str = ""


class Zone(msgspec.Struct, frozen=True):
    """A part of the space that has a name, for instructions; with what stands there, if known.

    ``people`` is a number, ``share`` a part (0 to 1) of the crowd asked for; at most one of the two.
    """

    id: str
    name: str
    polygon: Polygon
    people: float | None = None
    share: float | None = None


class Space(msgspec.Struct, frozen=True):
    """``walkable`` less ``obstacles`` is where people stand and walk. ``defects`` checks it."""

    id: str
    name: str
    walkable: tuple[Polygon, ...]
    ways: tuple[Way, ...] = ()
    obstacles: tuple[Polygon, ...] = ()
    zones: tuple[Zone, ...] = ()

    @property
    def exits(self) -> tuple[Way, ...]:
        """Ways out, open or not."""
        return tuple(way for way in self.ways if not way.inside)

    def way(self, way_id: str) -> Way | None:
        return next((way for way in self.ways if way.id == way_id), None)


class Defect(msgspec.Struct, frozen=True):
    """``code`` is one word for programs, ``words`` a sentence for people, ``where`` a GeoJSON geometry in
    WGS 84 or None where it has no place. With a ``grave`` one no plan can be made."""

    code: str
    words: str
    cure: str
    part: str = ""
    grave: bool = True
    where: dict[str, Any] | None = None
