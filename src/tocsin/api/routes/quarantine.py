"""What was not understood, kept whole, to be tried again after a fix."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query

from tocsin.api.commands.consult import consult
from tocsin.api.commands.unit import tell
from tocsin.api.cursor import pack, unpack
from tocsin.api.endpoint import Ask, Caller, Endpoints
from tocsin.api.paging import Limit
from tocsin.api.schemas import Accepted, Page
from tocsin.api.schemas_privacy import RawPayload
from tocsin.identity.policy import Permission
from tocsin.lake.records import QuarantineItem

endpoints = Endpoints("quarantine")

ItemId = Annotated[str, Path(alias="id", max_length=256)]


@endpoints.get("/quarantine", Permission.SEE)
async def list_quarantine(
    ask: Ask,
    state: Literal["open", "all"] = "open",
    source: Annotated[str | None, Query(max_length=128)] = None,
    limit: Limit = 100,
    after: str | None = None,
) -> Page[QuarantineItem]:
    """Items newest first, with reason, field and cure."""
    mark = unpack(after, str)[0] if after else None
    items, following = await ask.lake.quarantine(state=state, source=source, limit=limit, after=mark)
    return Page(list(items), pack(following) if following else None)


@endpoints.get("/quarantine/{id}/payload", Permission.ACT)
async def read_quarantined(
    ask: Ask,
    caller: Caller,
    item: ItemId,
    reason: Annotated[str, Query(min_length=3, max_length=500, description="why you look; it is recorded")],
) -> RawPayload:
    """The raw bytes as they came, which may name anybody: the look is recorded before they are shown."""
    await consult(
        ask,
        caller,
        Permission.ACT,
        lambda _conn: None,
        action="quarantine.read",
        kind="reading",
        object_id=item,
        purpose="repair",
        reason=reason,
    )
    return RawPayload(item, await ask.lake.payload(item))


@endpoints.post("/quarantine/{id}/retry", Permission.ACT, status=202)
async def retry_quarantined(ask: Ask, caller: Caller, item: ItemId) -> Accepted:
    """Send the raw bytes through again; the item is resolved when they are understood."""
    await ask.lake.retry(item, caller.name)
    await tell(ask, caller, "quarantine.retry", kind="reading", object_id=item)
    return Accepted(1)


@endpoints.post("/quarantine/{id}/discard", Permission.ACT)
async def discard_quarantined(ask: Ask, caller: Caller, item: ItemId) -> None:
    """Take it off the list; it stays counted as quarantined."""
    await ask.lake.discard(item, caller.name)
    await tell(ask, caller, "quarantine.discard", kind="reading", object_id=item)
