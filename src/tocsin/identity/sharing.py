"""What a room may do with the sharing of its own things. Pure: a sharing in, one or a refusal out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from msgspec.structs import replace

from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.sharing import LEVELS, Level, Offer, Sharing
from tocsin.kernel.text import clean

REASON_CHARS = 1000


def share(before: Sharing, here: str, level: str, rooms: Iterable[str], standing: Collection[str]) -> Sharing:
    """Open it to more rooms, or to fewer. What nobody owned belongs to ``here`` from now on.

    ``standing``: ids of the organisations that there are. Raises ``Invalid``.
    """
    if level not in LEVELS:
        raise Invalid("no such level", field="level", value=level, cure=f"use one of {', '.join(LEVELS)}")
    owner = before.room or here
    named = tuple(sorted(set(rooms) - {owner}))
    for room in named:
        _standing(room, standing, "rooms")
    if level == Level.OWN and named:
        cure = f"take them out, or share with {Level.NAMED.value}"
        raise Invalid("'own room' names no others", field="rooms", value=", ".join(named), cure=cure)
    if level == Level.NAMED and not named:
        raise Invalid("'named rooms' needs one", field="rooms", value="none", cure="name a room")
    return replace(before, room=owner, level=Level(level), rooms=named)


def name(before: Sharing, room: str, standing: Collection[str]) -> Sharing:
    """Let one more room work on it; a thing of one room becomes one of named rooms. Raises ``Invalid``."""
    _standing(room, standing, "room")
    level = Level.NAMED if before.level is Level.OWN else before.level
    return replace(before, level=level, rooms=tuple(sorted({*before.rooms, room} - {before.room})))


def offer(before: Sharing, to: str, reason: str, by: str, at: datetime, standing: Collection[str]) -> Sharing:
    """Hold ownership out to another room, which may look before it takes it. Raises ``Invalid``."""
    _standing(to, standing, "to")
    said = clean(reason, REASON_CHARS)
    if not said:
        raise Invalid("a reason is needed", field="reason", value=reason, cure="say why it is handed over")
    if to == before.room:
        raise Invalid("it is that room's already", field="to", value=to, cure="name another room")
    if not before.room:
        raise Conflict("nobody owns it", field="to", value=to, cure="take it, then hand it over")
    return replace(before, offer=Offer(to, by, at, said))


def take(before: Sharing, here: str) -> Sharing:
    """``here`` owns it from now on. Who gave it away goes on working on it, until un-shared.

    Raises ``Conflict`` where it was neither offered to ``here`` nor free.
    """
    offered = before.offer is not None and before.offer.to == here
    if before.room and not offered:
        raise Conflict(
            f"it belongs to {before.room}",
            field="room",
            value=before.room,
            cure=f"ask {before.room} to hand it over",
        )
    if not before.room:
        return replace(before, room=here, rooms=tuple(r for r in before.rooms if r != here), offer=None)
    return pass_on(before, here)


def pass_on(before: Sharing, to: str) -> Sharing:
    """``to`` owns it; who owned it goes on working on it, until un-shared."""
    level = Level.NAMED if before.level is Level.OWN else before.level
    return Sharing(to, level, tuple(sorted({*before.rooms, before.room} - {to})))


def succeed(before: Sharing, gone: str, heir: str) -> Sharing:
    """``gone`` no longer stands: ``heir`` owns what it owned, and nothing names it any more."""
    room = heir if before.room == gone else before.room
    rooms = tuple(r for r in before.rooms if r not in (gone, room))
    held = before.offer is not None and gone in (before.offer.to, before.room)
    level = Level.OWN if before.level is Level.NAMED and not rooms else before.level
    return Sharing(room, level, rooms, None if held else before.offer)


def decline(before: Sharing) -> Sharing:
    """The offer is taken back, or refused. Raises ``Conflict``."""
    if before.offer is None:
        raise Conflict("it is offered to nobody", field="to", value="", cure="look again")
    return replace(before, offer=None)


def in_words(sharing: Sharing) -> str:
    """For a line of a log: ``police; named rooms: it, planning``."""
    owner = sharing.room or "nobody yet"
    named = f": {', '.join(sharing.rooms)}" if sharing.rooms else ""
    return f"{owner}; {sharing.level.value}{named}"


def _standing(room: str, standing: Collection[str], field: str) -> None:
    if room not in standing:
        cure = f"one of {', '.join(sorted(standing))}"
        raise Invalid("no such organisation", field=field, value=room, cure=cure)
