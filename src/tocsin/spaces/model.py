"""What is kept of a space beside its document."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.kernel.geo import Box
from tocsin.sdk.spaces.model import Defect, Space


class KeptSpace(msgspec.Struct, frozen=True):
    """One version of a space. ``room``: whose it is. ``put_away``: since then nobody plans on it."""

    id: str
    version: int
    room: str
    by: str
    at: datetime
    space: Space
    put_away: bool = False


class SpaceCard(msgspec.Struct, frozen=True):
    """A space in a list; ``box`` is west, south, east, north in degrees."""

    id: str
    version: int
    room: str
    name: str
    box: tuple[float, float, float, float]
    exits: int
    by: str
    at: datetime


class SpaceVersion(msgspec.Struct, frozen=True):
    version: int
    by: str
    at: datetime
    put_away: bool


class ReadSpace(msgspec.Struct, frozen=True):
    """A space that was read or checked, and what is wrong with it; nothing was kept."""

    space: Space
    defects: list[Defect]


def box_of(space: Space) -> Box:
    """Around all that can be walked on. Raises ``ValueError`` where nothing can."""
    points = [p for polygon in space.walkable for ring in polygon for p in ring]
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return Box(min(lons), min(lats), max(lons), max(lats))
