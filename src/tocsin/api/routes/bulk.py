"""Several at once, each named: there is no *everything*."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from tocsin.api.commands import bulk as commands
from tocsin.api.commands.bulk import BulkAnswer, BulkItem
from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.schemas import Body, Outcome
from tocsin.identity.policy import Permission

endpoints = Endpoints("bulk")


class Bulk(Body, frozen=True):
    """``words``: reason of closing alerts, disposition of incidents. ``outcome``: of incidents."""

    items: Annotated[list[BulkItem], Meta(min_length=1, max_length=200)]
    words: Annotated[str, Meta(max_length=10_000)] = ""
    outcome: Outcome | None = None


@endpoints.post("/bulk/{verb}", Permission.ACT)
async def act_on_several(
    ask: Ask,
    caller: Caller,
    verb: Literal["accept", "acknowledge", "close"],
    given: Annotated[Bulk, body(Bulk)],
) -> BulkAnswer:
    """One transaction each. Accept proposals, acknowledge alerts, close alerts or incidents."""
    return await commands.bulk(ask, caller, verb, given.items, given.words, given.outcome)
