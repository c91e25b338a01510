"""Whom an alert, an incident, a task or a piece of evidence is open to: its room, and a distribution level.

The levels are nested (MISP's distribution levels, for one city): each opens the thing to more rooms. A room
is an organisation's id; which organisations are control rooms and which are partners, identity knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

import msgspec


class Level(StrEnum):
    """``OWN`` the room alone; ``NAMED`` also those named; ``ALL`` control rooms; ``CITY`` also partners."""

    OWN = "own room"
    NAMED = "named rooms"
    ALL = "all rooms"
    CITY = "city group"


#: narrowest first
LEVELS = tuple(Level)


class Offer(msgspec.Struct, frozen=True):
    """Ownership is held out to another room, which has not taken it yet."""

    to: str
    by: str
    at: datetime
    reason: str


class Sharing(msgspec.Struct, frozen=True):
    """``room`` owns it; empty: nobody has taken it yet, and every control room may. ``rooms`` work on it too.

    The default is what a city of one room knows: not owned, open to all rooms.
    """

    room: str = ""
    level: Level = Level.ALL
    rooms: tuple[str, ...] = ()
    offer: Offer | None = None


OPEN_TO_ALL = Sharing()


def narrowest(of: Iterable[Sharing], room: str, partners: Collection[str]) -> Sharing:
    """How a thing made of others begins: owned by ``room``, open to nobody who does not see each of them.

    ``partners``: organisations that are not control rooms. Of nothing: open to its own room alone.
    """
    parts = tuple(of)
    level = min((sharing.level for sharing in parts), key=LEVELS.index, default=Level.OWN)
    if level is not Level.NAMED:
        return Sharing(room, level)
    known = {r for sharing in parts for r in (sharing.room, *sharing.rooms) if r and r != room}
    rooms = tuple(sorted(r for r in known if all(_reaches(s, r, r in partners) for s in parts)))
    return Sharing(room, Level.NAMED if rooms else Level.OWN, rooms)


def _reaches(sharing: Sharing, room: str, partner: bool) -> bool:
    wide = sharing.level is Level.CITY or (sharing.level is Level.ALL and not partner)
    return wide or room == sharing.room or (sharing.level is not Level.OWN and room in sharing.rooms)
