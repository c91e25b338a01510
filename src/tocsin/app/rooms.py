"""The three control rooms of the demonstration: organisations, people, whose alerts are whose."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from tocsin.alerts.routing import FILE
from tocsin.identity.identity import Identity
from tocsin.identity.organisations import FIRST_ROOM

_BY = "demonstration"


@dataclass(frozen=True, slots=True)
class Room:
    """``host``: under another name a browser keeps another session (RFC 6761: all are this machine)."""

    id: str
    title: str
    user: str
    roles: tuple[str, ...]
    host: str


#: the first account sits here with the roles that it has in every city
POLICE = Room(FIRST_ROOM, "Police control room", "operator", (), "127.0.0.1")
ROOMS = (
    POLICE,
    Room("it", "City IT", "it", ("cyber", "operator", "supervisor"), "it.localhost"),
    Room(
        "planning",
        "Emergency planning",
        "planning",
        ("CBRN", "operator", "planner", "ethics officer"),
        "planning.localhost",
    ),
)
#: the first account's room needs a second person: who writes a warning to the public never approves it
SECOND = Room(FIRST_ROOM, "Police, decision maker", "chief", ("decision maker",), "chief.localhost")

#: one of the police in the street: tasks on a phone, and not the picture
RESPONDER = Room(FIRST_ROOM, "In the field", "responder", ("field responder",), "field.localhost")

ROUTING = """\
# Which control room owns a new alert, and who else sees it. The first rule that fits decides.

[[rule]]
id = "R-10"
words = "A crowd is the police's; every room sees it."
when = { kind = "crowd.*" }
gives = { room = "control-room", level = "all rooms" }

[[rule]]
id = "R-11"
words = "People who leave all at once are the police's; every room sees it."
when = { kind = "egress.*" }
gives = { room = "control-room", level = "all rooms" }

[[rule]]
id = "R-20"
words = "A camera is the IT room's, and theirs alone until they know what it is."
when = { kind = "camera.*" }
gives = { room = "it", level = "own room" }

[[rule]]
id = "R-99"
words = "Every control room sees it; it belongs to whoever takes it."
when = {}
gives = { room = "", level = "all rooms" }
"""


def _seat(room: Room, identity: Identity, people: set[str]) -> dict[str, str]:
    """One person with these roles there; a row for the ready line."""
    if room.user in people:
        password = identity.people.set_password_now(room.user, by=_BY)
    else:
        password = identity.people.add_now(room.user, room.id, room.roles[0], by=_BY)
    for role in room.roles:
        asyncio.run(identity.organisations.grant(room.user, room.id, role, by=_BY))
    return {"title": room.title, "host": room.host, "user": room.user, "password": password}


def furnish(state: Path, identity: Identity) -> list[dict[str, str]]:
    """Make what is not there; new passwords for all but the first account. Rows for the ready line."""
    standing = {one.id: one for one in asyncio.run(identity.organisations.all())}
    people = {person.name for person in asyncio.run(identity.people.all())}
    for room in ROOMS:
        if room.id not in standing:
            asyncio.run(identity.organisations.add(room.id, room.title, by=_BY))
        elif standing[room.id].title != room.title:
            asyncio.run(identity.organisations.rename(room.id, room.title, by=_BY))
    rows = [_seat(seat, identity, people) for seat in (*ROOMS, RESPONDER, SECOND) if seat is not POLICE]
    routing = state / FILE
    if not routing.exists():
        routing.write_text(ROUTING, "utf-8")
    return rows
