"""A new distribution level for a piece of evidence."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.kernel.errors import Invalid
from tocsin.kernel.sharing import Level, Sharing

MOST_ROOMS = 50


def share(sharing: Sharing, by_room: str, level: Level, rooms: Iterable[str]) -> Sharing:
    """``sharing`` at another level. What nobody owned yet is owned by ``by_room`` from now on.

    Raises ``Invalid``: named rooms without a name, or names at another level.
    """
    owner = sharing.room or by_room
    named = tuple(sorted(set(rooms) - {owner, ""}))
    if level is Level.NAMED and not named:
        raise Invalid("named rooms need a name", field="rooms", cure="name at least one other room")
    if level is Level.OWN and named:
        raise Invalid(
            "own room means nobody else", field="rooms", value=", ".join(named), cure="leave the rooms out"
        )
    if len(named) > MOST_ROOMS:
        raise Invalid("too many rooms", field="rooms", value=len(named), cure="share it with all rooms")
    return Sharing(owner, level, named)
