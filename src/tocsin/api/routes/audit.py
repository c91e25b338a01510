"""Who did and looked at what, and why: for whoever oversees. Looking at the record is itself recorded."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

from tocsin.api.commands.consult import consult
from tocsin.api.cursor import pack, unpack
from tocsin.api.endpoint import Ask, Caller, Endpoints
from tocsin.api.paging import Limit
from tocsin.api.schemas import Page
from tocsin.api.schemas_audit import AuditItem, item
from tocsin.audit import service
from tocsin.identity.policy import Permission
from tocsin.kernel.clock import iso

endpoints = Endpoints("audit")

Text = Annotated[str | None, Query(max_length=256)]


@endpoints.get("/audit", Permission.OVERSEE)
async def list_audit(
    ask: Ask,
    caller: Caller,
    reason: Annotated[str, Query(min_length=3, max_length=500, description="why you look; it is recorded")],
    person: Text = None,
    organisation: Text = None,
    action: Annotated[str | None, Query(max_length=100, description="alert.confirm, or all of alert")] = None,
    kind: Annotated[str | None, Query(max_length=100, description="kind of the object")] = None,
    object_id: Annotated[str | None, Query(alias="id", max_length=256, description="the object")] = None,
    start: AwareDatetime | None = None,
    end: AwareDatetime | None = None,
    limit: Limit = 100,
    after: str | None = None,
) -> Page[AuditItem]:
    """Rows newest first, of [start, end); ``next`` leads on to older ones."""
    mark = unpack(after, int)[0] if after else None
    asked = {
        "person": person,
        "organisation": organisation,
        "action": action,
        "kind": kind,
        "id": object_id,
        "start": start and iso(start),
        "end": end and iso(end),
        "after": mark,
    }
    found, following = await consult(
        ask,
        caller,
        Permission.OVERSEE,
        lambda conn: service.find(
            conn,
            person=person,
            organisation=organisation,
            action=action,
            object_kind=kind,
            object_id=object_id,
            start=start,
            end=end,
            limit=limit,
            after=mark,
        ),
        action="audit.read",
        kind="audit",
        purpose="oversight",
        reason=reason,
        detail={name: value for name, value in asked.items() if value is not None},
    )
    return Page([item(one) for one in found], pack(following) if following else None)
