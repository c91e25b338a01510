"""What people do with spaces. Every function takes its caller's transaction."""

from __future__ import annotations

from datetime import datetime

from tocsin.db import Connection
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.geo import Box, Point, distance_m
from tocsin.kernel.ids import LOCAL_ID
from tocsin.kernel.text import clean
from tocsin.sdk.spaces.model import Defect, Space
from tocsin.spaces import repository
from tocsin.spaces.model import KeptSpace, SpaceCard
from tocsin.spaces.repository import cards, documents, versions

__all__ = ["cards", "checked", "documents", "get", "keep", "near", "put_away", "require_sound", "versions"]

NAME_CHARS = 120
#: metres from the middle of the city: a square of another town is drawn by mistake
_FAR_M = 100_000.0


def get(conn: Connection, space: str, version: int | None = None) -> KeptSpace:
    """The newest version, or that one. Raises ``NotFound``."""
    found = repository.newest(conn, space, version)
    if found is None or (found.put_away and version is None):
        which = f"version {version} of space {space[:60]!r}" if version else f"space {space[:60]!r}"
        raise NotFound(f"there is no {which}", field="space", value=space, cure="look at the list of spaces")
    return found


def checked(space: Space, city: Point | None = None) -> list[Defect]:
    """What is wrong with it; the grave ones, with which no plan can be made, first. Raises ``Invalid``.

    ``city``: its middle, where that is known.
    """
    from tocsin.sdk.spaces import defects  # loads shapely: only where somebody edits

    if not LOCAL_ID.match(space.id):
        raise Invalid(
            "not an id of a space", field="space.id", value=space.id, cure="letters, digits, - . _ ~"
        )
    if not clean(space.name, NAME_CHARS):
        raise Invalid("a space needs a name", field="space.name", value=space.name, cure="as people call it")
    found = list(defects(space))
    # of a space out of all bounds something worse is said already
    return (
        found if city is None or any(d.code == "projection" for d in found) else found + _astray(space, city)
    )


def _astray(space: Space, city: Point) -> list[Defect]:
    if not space.walkable:
        return []
    lon, lat = space.walkable[0][0][0]
    away = distance_m(Point(lon, lat), city)
    if away < _FAR_M:
        return []
    words, cure = f"it lies {away / 1000:.0f} km from the middle of the city", "look where it is on the map"
    if abs(lon) <= 90 and distance_m(Point(lat, lon), city) < _FAR_M:
        words += ", and within it if latitude and longitude are swapped"
        cure = "GeoJSON gives longitude first: swap them"
    where = {"type": "Point", "coordinates": [lon, lat]}
    return [Defect("far-away", words, cure, "walkable", grave=False, where=where)]


def require_sound(space: Space) -> None:
    """Raises ``Invalid`` with its grave defects: no plan can be made with them. Takes a while."""
    grave = [d for d in checked(space) if d.grave]
    if grave:
        raise Invalid("; ".join(d.words for d in grave), field=grave[0].part or "space", cure=grave[0].cure)


def keep(
    conn: Connection, space: Space, room: str, by: str, at: datetime, version: int | None = None
) -> KeptSpace:
    """A new version of a sound space (``require_sound``, before the transaction, which others wait for).

    ``version``: the one that was edited, None for a new space. Raises ``Conflict`` (it has moved on).
    """
    before = repository.newest(conn, space.id)
    _same(before, space.id, version)
    kept = KeptSpace(
        space.id,
        before.version + 1 if before else 1,
        before.room if before else room,
        by,
        at,
        space,
    )
    repository.add(conn, kept)
    return kept


def put_away(conn: Connection, space: str, by: str, at: datetime, version: int | None = None) -> KeptSpace:
    """Nobody plans on it any more; its versions stay. Raises ``NotFound``, ``Conflict``."""
    before = get(conn, space)
    if version is not None:
        _same(before, space, version)
    kept = KeptSpace(space, before.version + 1, before.room, by, at, before.space, put_away=True)
    repository.add(conn, kept)
    return kept


def near(conn: Connection, place: Point, within_m: float) -> list[tuple[float, SpaceCard]]:
    """Spaces whose box lies within so many metres of a place, and how far; the closest first."""
    found = [(round(away_m(card.box, place), 1), card) for card in cards(conn)]
    return sorted(((m, c) for m, c in found if m <= within_m), key=lambda one: (one[0], one[1].id))


def away_m(box: tuple[float, float, float, float], place: Point) -> float:
    """Metres from a place to the nearest point of a box; 0 inside."""
    west, south, east, north = box
    closest = Point(min(max(place.lon, west), east), min(max(place.lat, south), north))
    return distance_m(place, closest)


def around(box: tuple[float, float, float, float], margin_m: float) -> Box:
    """The box with a margin on each side."""
    west, south, east, north = box
    here = Point((west + east) / 2, (south + north) / 2)
    lat = margin_m / max(1.0, distance_m(here, Point(here.lon, here.lat + 1e-3))) * 1e-3
    lon = margin_m / max(1.0, distance_m(here, Point(here.lon + 1e-3, here.lat))) * 1e-3
    return Box(west - lon, south - lat, east + lon, north + lat)


def _same(before: KeptSpace | None, space: str, version: int | None) -> None:
    if before is None or before.put_away:
        if version:
            raise Conflict(
                f"{space} was put away", field="version", value=version, cure="keep it as a new one"
            )
        return
    if version != before.version:
        raise Conflict(
            f"{space} has version {before.version}, by {before.by}",
            field="version",
            value=version or "none",
            cure="look again, then change it; or choose another id for a new space",
        )
