"""Who did and looked at what, and why: for whoever oversees. Looking at the record is itself recorded."""

from __future__ import annotations

from collections.abc import Callable
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
from tocsin.audit.figures import is_look
from tocsin.audit.record import Entry, Outcome
from tocsin.identity.fitting import fits
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
    outcome: Outcome | None = None,
    purpose: Text = None,
    looks: Annotated[bool, Query(description="only reads of personal or sensitive data")] = False,
    unfit: Annotated[bool, Query(description="only such reads without a role that goes with them")] = False,
    limit: Limit = 100,
    after: str | None = None,
) -> Page[AuditItem]:
    """Rows newest first, of [start, end); ``next`` leads on to older ones, also from a page that is short.

    ``outcome``, ``purpose``, ``looks`` and ``unfit`` are in no index: a page looks through 50,000 rows.
    """
    mark = unpack(after, int)[0] if after else None
    asked = {
        "person": person,
        "organisation": organisation,
        "action": action,
        "kind": kind,
        "id": object_id,
        "start": start and iso(start),
        "end": end and iso(end),
        "outcome": outcome,
        "purpose": purpose,
        "looks": "unfit" if unfit else "all" if looks else None,
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
            only=_only(outcome, purpose, looks=looks, unfit=unfit),
        ),
        action="audit.read",
        kind="audit",
        purpose="oversight",
        reason=reason,
        detail={name: value for name, value in asked.items() if value is not None},
    )
    return Page([item(one) for one in found], pack(following) if following else None)


def _only(
    outcome: Outcome | None, purpose: str | None, *, looks: bool, unfit: bool
) -> Callable[[Entry], bool] | None:
    """What no column says; None where all of it is left open."""
    if outcome is None and purpose is None and not looks and not unfit:
        return None

    def wanted(entry: Entry) -> bool:
        return (
            outcome in (None, entry.outcome)
            and purpose in (None, entry.purpose)
            and (not (looks or unfit) or is_look(entry))
            and (not unfit or not fits(entry))
        )

    return wanted
