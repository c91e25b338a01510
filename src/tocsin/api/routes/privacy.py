"""What is held of people and why, what was deleted when, and counts that may be published."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query

from tocsin.api.commands import privacy as commands
from tocsin.api.cursor import pack, unpack
from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.paging import Limit, page
from tocsin.api.schemas import Page
from tocsin.api.schemas_privacy import NewCounts
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import Invalid
from tocsin.privacy import repository
from tocsin.privacy.records import Budget, Deletion, Release
from tocsin.privacy.register import Register

endpoints = Endpoints("privacy")

Name = Annotated[str | None, Query(max_length=64)]


@endpoints.get("/privacy/register", Permission.SEE)
async def get_register(ask: Ask) -> Register:
    """The record of processing activities (GDPR Art 30) as configured now."""
    return await commands.register(ask)


@endpoints.get("/privacy/deletions", Permission.SEE)
async def list_deletions(
    ask: Ask, store: Name = None, rule: Name = None, limit: Limit = 100, after: str | None = None
) -> Page[Deletion]:
    """What was deleted because its term was over, newest first. Unfinished ones have no ``finished_at``."""
    mark = unpack(after, int)[0] if after else None
    found = await ask.ops.read(
        lambda conn: repository.find(conn, store=store, rule=rule, limit=limit + 1, after=mark)
    )
    return page(found, limit, lambda one: pack(one.id))


@endpoints.get("/privacy/counts", Permission.SEE)
async def list_counts(ask: Ask, limit: Limit = 100, after: str | None = None) -> Page[Release]:
    """Counts that were published, newest first. Reading them again tells nothing more."""
    mark: tuple[datetime, str] | None = None
    if after:
        at, release = unpack(after, str, str)
        mark = (_moment(at), release)
    found = await ask.ops.read(lambda conn: repository.published(conn, limit=limit + 1, before=mark))
    return page(found, limit, lambda one: pack(one.released_at.isoformat(), one.id))


@endpoints.post("/privacy/counts", Permission.OVERSEE)
async def publish_counts(ask: Ask, caller: Caller, given: Annotated[NewCounts, body(NewCounts)]) -> Release:
    """Counts by hour of a day that is over, with noise. The same question gets the stored answer.

    The loss is charged to the day's budget of that type; refused (409) where it does not reach.
    """
    return await commands.publish(
        ask, caller, measure=given.measure, type_name=given.type, day=given.day, box=given.box
    )


@endpoints.get("/privacy/budgets", Permission.SEE)
async def list_budgets(ask: Ask) -> Page[Budget]:
    """What publication has cost so far, by entity type and day, newest day first."""
    return Page(await commands.budgets(ask))


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(
            "not a page mark", field="after", value=text, cure="give back `next` unchanged"
        ) from error
