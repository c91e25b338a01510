"""Public spaces: squares, streets, halls, stations that people may have to leave; every version is kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands import spaces as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.routes.advice import point
from tocsin.api.schemas import Page
from tocsin.api.schemas_advice import CheckSpace, KeepSpace, ReadSpaceText
from tocsin.api.versions import etag, expected
from tocsin.identity.policy import Permission
from tocsin.spaces.model import KeptSpace, ReadSpace, SpaceCard, SpaceVersion

endpoints = Endpoints("spaces")

SpaceId = Annotated[str, Path(alias="id", max_length=128)]


@endpoints.get("/spaces", Permission.SEE)
async def list_spaces(
    ask: Ask,
    near: Annotated[str | None, Query(max_length=64)] = None,
    within_m: Annotated[float, Query(ge=0, le=20_000)] = 300.0,
) -> Page[SpaceCard]:
    """Those in force, by name; `near` (`lon,lat`): those within so many metres, the closest first."""
    return await commands.find(ask, None if near is None else point(near), within_m)


@endpoints.post("/spaces/read", Permission.SEE)
async def read_space(
    ask: Ask, given: Annotated[ReadSpaceText, body(ReadSpaceText)]
) -> Annotated[Response, ReadSpace]:
    """GeoJSON or well-known text as a space, and what is wrong with it. Nothing is kept."""
    return answer(await commands.read(ask, given))


@endpoints.post("/spaces/check", Permission.SEE)
async def check_space(
    ask: Ask, given: Annotated[CheckSpace, body(CheckSpace)]
) -> Annotated[Response, ReadSpace]:
    """What is wrong with it: named, with the place. Nothing is kept."""
    return answer(await commands.check(ask, given.space))


@endpoints.get("/spaces/{id}", Permission.SEE)
async def get_space(
    ask: Ask, space: SpaceId, version: Annotated[int | None, Query(ge=1, le=1_000_000_000)] = None
) -> Annotated[Response, KeptSpace]:
    """The newest version, or that one."""
    return _changed(await commands.get(ask, space, version))


@endpoints.get("/spaces/{id}/versions", Permission.SEE)
async def list_space_versions(ask: Ask, space: SpaceId) -> Page[SpaceVersion]:
    """Newest first."""
    return await commands.versions(ask, space)


@endpoints.get("/spaces/{id}/geojson", Permission.SEE, media="application/geo+json")
async def export_space(ask: Ask, space: SpaceId) -> Annotated[Response, bytes]:
    """As a FeatureCollection, to be drawn on elsewhere and read again."""
    return Response(await commands.geojson(ask, space), media_type="application/geo+json")


@endpoints.get("/spaces/{id}/wkt", Permission.SEE, media="text/plain")
async def export_space_wkt(ask: Ask, space: SpaceId) -> Annotated[Response, bytes]:
    """Floor and ways out as well-known text in metres; the file's name says from where: `id@lon,lat`."""
    text, (lon, lat) = await commands.wkt(ask, space)
    name = f'attachment; filename="{space}@{lon:.7f},{lat:.7f}.wkt"'
    return Response(text, media_type="text/plain", headers={"Content-Disposition": name})


@endpoints.put("/spaces/{id}", Permission.PLAN)
async def keep_space(
    request: Request,
    ask: Ask,
    caller: Caller,
    space: SpaceId,
    given: Annotated[KeepSpace, body(KeepSpace)],
) -> Annotated[Response, KeptSpace]:
    """A new version, or a new space. Refused with its grave defects."""
    version = expected(request, given.version)
    return _changed(await commands.keep(ask, caller, space, given.space, version))


@endpoints.delete("/spaces/{id}", Permission.PLAN, status=200)
async def put_space_away(
    ask: Ask,
    caller: Caller,
    space: SpaceId,
    version: Annotated[int | None, Query(ge=1, le=1_000_000_000)] = None,
) -> Annotated[Response, KeptSpace]:
    """Nobody plans on it any more; its versions stay."""
    return _changed(await commands.put_away(ask, caller, space, version))


def _changed(kept: KeptSpace) -> Response:
    return answer(kept, headers=etag(kept.version))
