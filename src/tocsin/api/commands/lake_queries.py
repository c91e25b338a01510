"""Saved queries of the lake: every change of one on the record, by id, without its text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tocsin.api.commands.unit import decide
from tocsin.api.schemas import Page
from tocsin.api.schemas_lake import ChangedQuery, NewQuery
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Subject
from tocsin.lake.saved import service
from tocsin.lake.saved.records import QueryText, SavedQuery


async def listed(ask: Services, caller: Subject) -> Page[SavedQuery]:
    policy.require(caller, Permission.ANALYSE)
    return Page(await ask.ops.read(lambda conn: service.listed(conn, caller)))


async def read(ask: Services, caller: Subject, query: str) -> SavedQuery:
    """Raises ``NotFound``."""
    policy.require(caller, Permission.ANALYSE)
    return await ask.ops.read(lambda conn: service.read(conn, caller, query))


async def keep(ask: Services, caller: Subject, given: NewQuery) -> SavedQuery:
    """Raises ``Invalid``, ``Conflict``."""
    text = QueryText(given.sql, given.view)
    return await _change(
        ask,
        caller,
        lambda conn, at: service.keep(conn, caller, given.name, text, given.shared, at),
        "lake.save_query",
    )


async def change(ask: Services, caller: Subject, query: str, given: ChangedQuery) -> SavedQuery:
    """Raises ``NotFound``, ``Forbidden``, ``Conflict``, ``Invalid``."""
    text = QueryText(given.sql, given.view)
    return await _change(
        ask,
        caller,
        lambda conn, at: service.change(
            conn, caller, query, given.name, text, given.shared, given.version, at
        ),
        "lake.change_query",
    )


async def drop(ask: Services, caller: Subject, query: str) -> None:
    """Raises ``NotFound``, ``Forbidden``."""
    await _change(ask, caller, lambda conn, _at: service.drop(conn, caller, query), "lake.delete_query")


async def _change(
    ask: Services, caller: Subject, change: Callable[[Connection, datetime], SavedQuery], action: str
) -> SavedQuery:
    return await decide(
        ask,
        caller,
        lambda conn, _by, at: change(conn, at),
        action=action,
        kind="lake query",
        detail={"room": caller.seat.organisation},
        permission=Permission.ANALYSE,
    )
