"""Whom an alert, an incident, a task or a piece of evidence is open to: its room, and a distribution level.

The levels are nested (MISP's distribution levels, for one city): each opens the thing to more rooms. A room
is an organisation's id; which organisations are control rooms and which are partners, identity knows.
"""

from __future__ import annotations

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


def narrowest(of: tuple[Sharing, ...], room: str) -> Sharing:
    """How a thing made of others begins: owned by ``room``, as open as the least open of them.

    Of nothing: open to its own room alone.
    """
    level = min((sharing.level for sharing in of), key=LEVELS.index, default=Level.OWN)
    rooms: set[str] = set()
    if level is Level.NAMED:
        # open to a room only where each part is open to it: owned there, named, or open to all
        everyone = {r for sharing in of for r in (sharing.room, *sharing.rooms) if r}
        rooms = {r for r in everyone if all(_reaches(sharing, r) for sharing in of)} - {room}
        level = level if rooms else Level.OWN
    return Sharing(room, level, tuple(sorted(rooms)))


def _reaches(sharing: Sharing, room: str) -> bool:
    wide = sharing.level in (Level.ALL, Level.CITY)
    return wide or room == sharing.room or (sharing.level is Level.NAMED and room in sharing.rooms)
