"""Columns by which a list is cut to what a room may see, in the query. The rule: ``identity.policy``."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Integer, String, Table, or_

from tocsin.kernel.sharing import LEVELS, Level, Sharing

#: of a table whose rows are shared
NAMES = ("room", "reach", "rooms")
_ALL, _CITY = LEVELS.index(Level.ALL), LEVELS.index(Level.CITY)


def columns() -> tuple[Column[str], Column[int], Column[str]]:
    """``reach``: the level as a number. ``rooms``: ``|it|planning|``, who sees it by name."""
    return (
        Column("room", String, nullable=False),
        Column("reach", Integer, nullable=False),
        Column("rooms", String, nullable=False),
    )


def values(sharing: Sharing) -> tuple[str, int, str]:
    """What goes into the columns of ``NAMES``."""
    named = set(sharing.rooms) if sharing.level is not Level.OWN else set()
    if sharing.offer is not None:
        named.add(sharing.offer.to)
    return sharing.room, LEVELS.index(sharing.level), "".join(f"|{room}|" for room in sorted(named))


def open_to(table: Table, organisation: str, *, partner: bool) -> ColumnElement[bool]:
    """Rows that somebody who sits in ``organisation`` may see."""
    wide = _CITY if partner else _ALL
    t = table.c
    named = t.rooms.contains(f"|{organisation}|", autoescape=True)
    return or_(t.reach >= wide, t.room == organisation, named)
