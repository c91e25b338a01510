"""What the standard says in words, beyond its schema, and what makes a message unfit to act on.

Each rule names its clause. The schema (3.4) is asked first, by ``reading``; these see a whole ``Message``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from math import isfinite

from tocsin.cap.faults import NotCap
from tocsin.cap.model import REFERRING, Area, Corner, Info, Message, Resource, Ring
from tocsin.cap.outline import MOST_CORNERS, crosses_itself
from tocsin.cap.times import write_time

#: RFC 3066: a primary tag of letters, subtags of letters and digits
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}", re.ASCII)
_RESTRICTED = re.compile(r"[\s,<&]")
LONGEST_ID = 250
MOST_CORNERS_IN_ALL = 20_000
MOST_REFERENCES = 200


def require(message: Message) -> Message:
    """The message itself. Raises ``NotCap`` for the first rule that it breaks."""
    for fault in faults(message):
        raise fault
    return message


def faults(message: Message) -> Iterator[NotCap]:
    """Every rule that it breaks, in the order of the clauses."""
    yield from _size(message)
    yield from _names(message)
    yield from _scope(message)
    yield from _references(message)
    for number, info in enumerate(message.infos, 1):
        where = f"info[{number}]"
        yield from _info(info, where, message)
        for resource in info.resources:
            yield from _resource(resource, where)
        for place, area in enumerate(info.areas, 1):
            yield from _area(area, f"{where}.area[{place}]")


def _size(message: Message) -> Iterator[NotCap]:
    """First of all: what comes after looks at every corner."""
    corners = sum(len(ring) for info in message.infos for area in info.areas for ring in area.polygons)
    if corners > MOST_CORNERS_IN_ALL:
        yield NotCap(
            "too many corners in all polygons together",
            clause="3.2.4 polygon",
            field="polygon",
            value=corners,
            cure=f"draw it coarser: {MOST_CORNERS_IN_ALL} at most",
        )


def _names(message: Message) -> Iterator[NotCap]:
    for field, value in (("identifier", message.identifier), ("sender", message.sender)):
        yield from named(field, value, clause=f"3.2.1 {field}")
    for reference in message.references:
        yield from named("references", reference.identifier, clause="3.2.1 references")
        yield from named("references", reference.sender, clause="3.2.1 references")


def named(field: str, value: str, *, clause: str) -> Iterator[NotCap]:
    """What a name of a message or of a sender must not hold."""
    if not value:
        yield NotCap("it is empty", clause=clause, field=field, cure="give it")
    elif found := _RESTRICTED.search(value):
        yield NotCap(
            "no space, comma, < or & may stand here",
            clause=clause,
            field=field,
            value=value,
            cure=f"leave out {found[0]!r}",
        )
    elif len(value) > LONGEST_ID or _control(value):
        yield NotCap(
            "too long, or with control characters",
            clause=clause,
            field=field,
            value=value,
            cure=f"{LONGEST_ID} plain characters at most",
        )


def _scope(message: Message) -> Iterator[NotCap]:
    if message.scope == "Private" and not message.addresses:
        yield NotCap(
            "a private message says whom it is for",
            clause="3.2.1 addresses",
            field="addresses",
            cure="give addresses, or scope Public",
        )
    if message.scope == "Restricted" and not message.restriction:
        yield NotCap(
            "a restricted message says by which rule",
            clause="3.2.1 restriction",
            field="restriction",
            cure="give restriction, or scope Public",
        )


def _references(message: Message) -> Iterator[NotCap]:
    if message.msg_type in REFERRING and not message.references:
        yield NotCap(
            f"a message of type {message.msg_type} names the earlier message",
            clause="3.2.1 references",
            field="references",
            cure="give sender,identifier,sent of each earlier message",
        )
    if len(message.references) > MOST_REFERENCES:
        yield NotCap(
            "too many references",
            clause="3.2.1 references",
            field="references",
            value=len(message.references),
            cure=f"{MOST_REFERENCES} at most",
        )
    for reference in message.references:
        if (reference.identifier, reference.sender) == (message.identifier, message.sender):
            yield NotCap(
                "a message cannot refer to itself",
                clause="3.2.1 references",
                field="references",
                value=reference.identifier,
                cure="name the earlier message",
            )
        elif reference.sent > message.sent:
            yield NotCap(
                "an earlier message cannot have been sent later",
                clause="3.2.1 references",
                field="references",
                value=write_time(reference.sent),
                cure=f"before {write_time(message.sent)}",
            )


def _info(info: Info, where: str, message: Message) -> Iterator[NotCap]:
    if not _LANGUAGE.fullmatch(info.language):
        yield NotCap(
            "not a language tag of RFC 3066",
            clause="3.2.2 language",
            field=f"{where}.language",
            value=info.language,
            cure="as in en, nb or pt-BR",
        )
    if not info.event.strip():
        yield NotCap("it is empty", clause="3.2.2 event", field=f"{where}.event", cure="say what happens")
    yield from _times(info, where, message)
    for field in ("event", "sender_name", "headline", "description", "instruction", "audience", "contact"):
        text = getattr(info, field)
        if text is not None and (bad := _control(text)):
            yield NotCap(
                "control characters cannot be read out or shown",
                clause="3.3.3",
                field=f"{where}.{field}",
                value=f"U+{ord(bad):04X}",
                cure="leave them out",
            )


def _times(info: Info, where: str, message: Message) -> Iterator[NotCap]:
    if info.expires is None:
        return
    begins = info.effective or message.sent
    if info.expires <= begins:
        yield NotCap(
            "it expires before it is in effect",
            clause="3.2.2 expires",
            field=f"{where}.expires",
            value=write_time(info.expires),
            cure=f"after {write_time(begins)}",
        )
    if info.onset is not None and info.onset > info.expires:
        yield NotCap(
            "it begins after it expires",
            clause="3.2.2 onset",
            field=f"{where}.onset",
            value=write_time(info.onset),
            cure=f"before {write_time(info.expires)}",
        )


def _resource(resource: Resource, where: str) -> Iterator[NotCap]:
    if resource.digest is not None and not _SHA1.fullmatch(resource.digest):
        yield NotCap(
            "not a SHA-1 digest",
            clause="3.2.3 digest",
            field=f"{where}.resource.digest",
            value=resource.digest,
            cure="40 hexadecimal digits",
        )
    if resource.size is not None and resource.size < 0:
        yield NotCap(
            "a size below nothing",
            clause="3.2.3 size",
            field=f"{where}.resource.size",
            value=resource.size,
            cure="bytes, 0 or more",
        )


def _area(area: Area, where: str) -> Iterator[NotCap]:
    if not area.description.strip():
        yield NotCap(
            "it is empty", clause="3.2.4 areaDesc", field=f"{where}.areaDesc", cure="say where it is"
        )
    for ring in area.polygons:
        yield from ring_faults(ring, f"{where}.polygon")
    for circle in area.circles:
        if not _on_earth(Corner(circle.lat, circle.lon)) or not 0 <= circle.radius_km <= 20_038:
            yield NotCap(
                "not a circle on the ground",
                clause="3.2.4 circle",
                field=f"{where}.circle",
                value=f"{circle.lat},{circle.lon} {circle.radius_km}",
                cure="latitude,longitude in degrees, a space, the radius in kilometres",
            )
    if area.ceiling is not None and (area.altitude is None or area.ceiling < area.altitude):
        yield NotCap(
            "a ceiling stands above an altitude",
            clause="3.2.4 ceiling",
            field=f"{where}.ceiling",
            value=area.ceiling,
            cure="give altitude too, below it",
        )


def ring_faults(ring: Ring, field: str) -> Iterator[NotCap]:
    """What a polygon must be: at least four pairs, closed, on the earth; ours: not too large, not crossed."""
    clause = "3.2.4 polygon"
    if len(ring) > MOST_CORNERS:
        yield NotCap(
            "too many corners",
            clause=clause,
            field=field,
            value=len(ring),
            cure=f"draw it coarser: {MOST_CORNERS} at most",
        )
        return
    outside = next((corner for corner in ring if not _on_earth(corner)), None)
    if outside is not None:
        yield NotCap(
            "a corner lies off the earth; latitude stands first",
            clause=clause,
            field=field,
            value=f"{outside.lat},{outside.lon}",
            cure="latitude -90 to 90, longitude -180 to 180",
        )
    elif len(ring) < 4:
        yield NotCap(
            "a polygon needs four pairs at least, the last equal to the first",
            clause=clause,
            field=field,
            value=len(ring),
            cure="give three corners, and the first again",
        )
    elif ring[0] != ring[-1]:
        yield NotCap(
            "the polygon is not closed",
            clause=clause,
            field=field,
            value=f"{ring[0].lat},{ring[0].lon} ... {ring[-1].lat},{ring[-1].lon}",
            cure="end it with its first corner",
        )
    elif crossing := crosses_itself(ring):
        one, two = crossing
        yield NotCap(
            "the outline crosses itself: nobody can say what lies inside",
            clause=clause,
            field=field,
            value=f"sides from {one.lat},{one.lon} and {two.lat},{two.lon}",
            cure="draw it without a crossing, or as two polygons",
        )


def _on_earth(corner: Corner) -> bool:
    return (
        isfinite(corner.lat)
        and isfinite(corner.lon)
        and -90 <= corner.lat <= 90
        and -180 <= corner.lon <= 180
    )


def _control(text: str) -> str | None:
    """The first control or direction mark that is no line break or tabulator."""
    turning = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return next(
        (c for c in text if (c not in "\n\r\t" and unicodedata.category(c) == "Cc") or c in turning), None
    )
