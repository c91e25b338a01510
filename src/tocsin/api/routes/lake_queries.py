"""Saved queries of the lake: one's own, and those that the room shares."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from tocsin.api.commands import lake_queries as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.schemas import Page
from tocsin.api.schemas_lake import ChangedQuery, NewQuery
from tocsin.identity.policy import Permission
from tocsin.lake.saved.records import SavedQuery

endpoints = Endpoints("lake")

QueryId = Annotated[str, Path(alias="id", max_length=64)]


@endpoints.get("/lake/queries", Permission.ANALYSE)
async def list_lake_queries(ask: Ask, caller: Caller) -> Page[SavedQuery]:
    """Your own and those shared with your room, by name."""
    return await commands.listed(ask, caller)


@endpoints.post("/lake/queries", Permission.ANALYSE, status=201)
async def save_lake_query(ask: Ask, caller: Caller, given: Annotated[NewQuery, body(NewQuery)]) -> SavedQuery:
    """Keep a query under a name that is new among your own. It is not run for that."""
    return await commands.keep(ask, caller, given)


@endpoints.get("/lake/queries/{id}", Permission.ANALYSE)
async def get_lake_query(ask: Ask, caller: Caller, query: QueryId) -> SavedQuery:
    """One of your own, or of your room."""
    return await commands.read(ask, caller, query)


@endpoints.put("/lake/queries/{id}", Permission.ANALYSE)
async def change_lake_query(
    ask: Ask, caller: Caller, query: QueryId, given: Annotated[ChangedQuery, body(ChangedQuery)]
) -> SavedQuery:
    """Rename it, rewrite it, share it with your room or with nobody; its owner alone."""
    return await commands.change(ask, caller, query, given)


@endpoints.delete("/lake/queries/{id}", Permission.ANALYSE)
async def delete_lake_query(ask: Ask, caller: Caller, query: QueryId) -> None:
    """Its owner alone."""
    await commands.drop(ask, caller, query)
