"""The city as it is now."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from tocsin.api.cursor import pack, unpack
from tocsin.api.endpoint import Ask, Endpoints
from tocsin.api.paging import Limit
from tocsin.api.schemas import Page
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import Invalid, NotFound
from tocsin.kernel.geo import Box
from tocsin.kernel.state import EntityState

endpoints = Endpoints("entities")


@endpoints.get("/entities", Permission.SEE)
async def list_entities(
    ask: Ask,
    type_name: Annotated[str | None, Query(alias="type", max_length=64)] = None,
    bbox: Annotated[
        str | None, Query(description="west,south,east,north in degrees (WGS 84)", max_length=200)
    ] = None,
    attribute: Annotated[str | None, Query(max_length=128)] = None,
    low: Annotated[float | None, Query(alias="min", description="of `attribute`")] = None,
    high: Annotated[float | None, Query(alias="max", description="of `attribute`")] = None,
    limit: Limit = 100,
    after: str | None = None,
) -> Page[EntityState]:
    """Entities by type, box and attribute value, in order of id."""
    items, following = await ask.context.query(
        type=type_name,
        box=box_of(bbox),
        attribute=attribute,
        min=low,
        max=high,
        limit=limit,
        after=unpack(after, str)[0] if after else None,
    )
    return Page(list(items), pack(following) if following is not None else None)


@endpoints.get("/entities/{id}", Permission.SEE)
async def get_entity(ask: Ask, entity: Annotated[str, Path(alias="id", max_length=256)]) -> EntityState:
    """One entity by its NGSI-LD id."""
    found = await ask.context.get(entity)
    if found is None:
        raise NotFound("no such entity", field="id", value=entity, cure="GET /api/v1/entities lists them")
    return found


def box_of(text: str | None) -> Box | None:
    """Raises ``Invalid`` unless the four numbers are a box on the globe that does not cross 180 degrees."""
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid(
            "the box is not west,south,east,north in degrees",
            field="bbox",
            value=text,
            cure="for example bbox=24.93,60.16,24.96,60.18",
        )
    return Box(west, south, east, north)
