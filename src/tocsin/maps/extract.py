"""What an OpenStreetMap extract holds: points, lines and areas with their tags.

Formats are those of libosmium: ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``. Multipolygons are
assembled; a closed way is an area unless its tags say that it is a line
(https://wiki.openstreetmap.org/wiki/Area).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from tocsin.kernel.errors import Invalid, Misconfigured

SUFFIXES = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2", ".pbf")
#: Tags without one of these are of no use to a map.
KEYS = (
    "building", "building:part", "highway", "railway", "natural", "landuse", "leisure", "place", "man_made",
    "public_transport", "amenity", "tourism", "barrier", "entrance", "waterway", "area:highway",
)  # fmt: skip
#: A closed way with one of these is a line, unless it says area=yes.
_LINES = ("highway", "barrier", "waterway")


@dataclass(frozen=True, slots=True)
class Thing:
    """``kind``: node, way or relation; ``geometry``: WGS 84 degrees, areas valid."""

    kind: str
    id: int
    tags: Mapping[str, str]
    geometry: BaseGeometry

    @property
    def is_area(self) -> bool:
        return self.geometry.geom_type in ("Polygon", "MultiPolygon")

    def tag(self, key: str) -> str:
        return self.tags.get(key, "")

    @property
    def underground(self) -> bool:
        """Below the street or inside a building: nothing that is seen or walked on in the open."""
        return (
            self.tag("tunnel") in ("yes", "building_passage")
            or self.tag("location") == "underground"
            or self.tag("layer").startswith("-")
            or self.tag("level").startswith("-")
        )


def things(path: Path) -> Iterator[Thing]:
    """Everything tagged with one of ``KEYS``, areas after the lines they are made of.

    Raises ``Invalid`` for a file that is no extract, ``Misconfigured`` where the reader is not installed.
    """
    try:
        import osmium
    except ImportError:
        raise Misconfigured(
            "reading an OpenStreetMap extract needs osmium", cure="pip install 'tocsin[map]'"
        ) from None
    if not path.is_file():
        raise Invalid("no such extract", field="extract", value=path, cure="give a file")
    if not path.name.endswith(SUFFIXES):
        raise Invalid(
            "not an extract", field="extract", value=path.name, cure=f"one of {', '.join(SUFFIXES)}"
        )
    shape = osmium.geom.WKBFactory()
    keep = osmium.filter.KeyFilter(*KEYS)
    try:
        for found in osmium.FileProcessor(str(path)).with_areas(keep).with_filter(keep):
            thing = _thing(found, shape)
            if thing is not None and not thing.geometry.is_empty:
                yield thing
    except (RuntimeError, OSError) as error:
        raise Invalid(
            f"not readable as an extract: {error}", field="extract", value=path.name, cure="download it again"
        ) from None


def _thing(found: Any, shape: Any) -> Thing | None:
    """None for what is seen as a line but is an area, or the other way round, or cannot be drawn."""
    tags = {tag.k: tag.v for tag in found.tags}
    try:
        if found.is_area():
            kind = "way" if found.from_way() else "relation"
            if kind == "way" and not _is_area(tags):
                return None
            geometry = shapely.from_wkb(shape.create_multipolygon(found))
            return Thing(kind, int(found.orig_id()), tags, _valid(geometry))
        if found.is_way():
            if found.is_closed() and _is_area(tags):
                return None
            # nodes beyond the edge of the extract are not in it
            points = [(n.lon, n.lat) for n in found.nodes if n.location.valid()]
            return Thing("way", int(found.id), tags, shapely.LineString(points)) if len(points) > 1 else None
        if found.is_node():
            return Thing("node", int(found.id), tags, shapely.Point(found.lon, found.lat))
    except (RuntimeError, shapely.errors.ShapelyError):
        return None  # an outline that is broken
    return None


def _is_area(tags: Mapping[str, str]) -> bool:
    if "area" in tags:
        return tags["area"] == "yes"
    return not any(key in tags for key in _LINES) or "building" in tags or "place" in tags


def _valid(geometry: BaseGeometry) -> BaseGeometry:
    mended = geometry if geometry.is_valid else geometry.buffer(0)
    return mended.geoms[0] if getattr(mended, "geoms", None) and len(mended.geoms) == 1 else mended
