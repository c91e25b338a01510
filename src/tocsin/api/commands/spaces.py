"""Public spaces: reading, checking, keeping a version, putting away. Whose room drew one changes it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import msgspec

from tocsin.api.commands.reach import require_reach, room_of
from tocsin.api.commands.unit import decide
from tocsin.api.schemas import Page
from tocsin.api.schemas_advice import ReadSpaceText
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity.policy import Permission, Relation, Subject
from tocsin.kernel.errors import Invalid
from tocsin.kernel.geo import Point
from tocsin.sdk.spaces.model import Space
from tocsin.spaces import repository, service
from tocsin.spaces.model import KeptSpace, ReadSpace, SpaceCard, SpaceVersion


async def find(ask: Services, near: Point | None, within_m: float) -> Page[SpaceCard]:
    """By name; ``near`` a place: the closest first."""
    if near is None:
        return Page(await ask.ops.read(service.cards))
    return Page([card for _, card in await ask.ops.read(lambda conn: service.near(conn, near, within_m))])


async def get(ask: Services, space: str, version: int | None) -> KeptSpace:
    return await ask.ops.read(lambda conn: service.get(conn, space, version))


async def versions(ask: Services, space: str) -> Page[SpaceVersion]:
    def read(conn: Connection) -> list[SpaceVersion]:
        found = service.versions(conn, space)
        return found or [SpaceVersion(k.version, k.by, k.at, k.put_away) for k in [service.get(conn, space)]]

    return Page(await ask.ops.read(read))


async def geojson(ask: Services, space: str) -> bytes:
    kept = await get(ask, space, None)

    def write() -> bytes:
        from tocsin.sdk.spaces import write_geojson

        return msgspec.json.encode(write_geojson(kept.space))

    return await asyncio.to_thread(write)


async def wkt(ask: Services, space: str) -> tuple[str, tuple[float, float]]:
    """Well-known text in metres, and the place of its origin."""
    kept = await get(ask, space, None)

    def write() -> tuple[str, tuple[float, float]]:
        from tocsin.sdk.spaces import write_wkt

        return write_wkt(kept.space)

    return await asyncio.to_thread(write)


async def read(ask: Services, given: ReadSpaceText) -> ReadSpace:
    """A text as a space, with what is wrong with it; nothing is kept. Raises ``Invalid``."""
    return await asyncio.to_thread(_read, given, ask.board.place)


async def check(ask: Services, space: Space) -> ReadSpace:
    return ReadSpace(space, await asyncio.to_thread(service.checked, space, ask.board.place))


async def keep(ask: Services, caller: Subject, name: str, space: Space, version: int | None) -> KeptSpace:
    """Raises ``Invalid``, ``Conflict``, ``Forbidden``."""
    if space.id != name:
        raise Invalid("the space in the body is another one", field="space.id", value=space.id, cure=name)
    await asyncio.to_thread(service.require_sound, space)

    def command(conn: Connection, by: str, at: datetime) -> KeptSpace:
        if repository.newest(conn, name) is not None:
            require_reach(conn, caller, "space", name, Relation.WORKS)
        return service.keep(conn, space, room_of(caller), by, at, version)

    return await decide(
        ask,
        caller,
        command,
        action="space.keep",
        kind="space",
        detail={"name": space.name},
        permission=Permission.PLAN,
    )


async def put_away(ask: Services, caller: Subject, space: str, version: int | None) -> KeptSpace:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: service.put_away(conn, space, by, at, version),
        action="space.put_away",
        kind="space",
        object_id=space,
        permission=Permission.PLAN,
    )


def _read(given: ReadSpaceText, city: Point | None) -> ReadSpace:
    from tocsin.sdk.spaces import read_geojson, read_wkt

    if given.format == "geojson":
        space = read_geojson(given.text, name=given.name)
        changed: dict[str, Any] = {"id": given.id or space.id, "name": given.name or space.name}
        space = msgspec.structs.replace(space, **changed)
    else:
        if given.anchor is None:
            cure = "longitude and latitude of the plan's origin"
            raise Invalid("a plan in metres needs its place", field="anchor", value=None, cure=cure)
        space = read_wkt(given.text, given.anchor, space_id=given.id or "space", name=given.name)
    return ReadSpace(space, service.checked(space, city))
