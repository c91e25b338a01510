"""The whole record, for whoever oversees: what it comes to, whether it is whole, and a copy to take away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import Query
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from tocsin.api.commands.consult import consult
from tocsin.api.commands.unit import tell
from tocsin.api.endpoint import Ask, Caller, Endpoints
from tocsin.api.schemas import Page
from tocsin.api.services import Services
from tocsin.audit.desk import Desk, Verification
from tocsin.audit.figures import DayFigures
from tocsin.identity.fitting import fits
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import Unavailable

endpoints = Endpoints("audit")


@endpoints.get("/audit/figures", Permission.OVERSEE)
async def get_audit_figures(
    ask: Ask, days: Annotated[int, Query(ge=1, le=31, description="up to today, in UTC")] = 14
) -> Page[DayFigures]:
    """Looks at personal or sensitive data by day and purpose, and refusals. Figures alone, no names."""
    return Page(await _desk(ask).figures(days, fits))


@endpoints.get("/audit/verification", Permission.OVERSEE)
async def get_verification(ask: Ask) -> Verification:
    """How far the verification under way has come, or what the last one found, and the last checkpoint."""
    return await _desk(ask).verification()


@endpoints.post("/audit/verification", Permission.OVERSEE, status=202)
async def verify_audit(ask: Ask, caller: Caller) -> Verification:
    """Begin to look through every row, hash and signature. One at a time; ask again how far it has come."""
    begun = await _desk(ask).verify(caller.name)
    await tell(ask, caller, "audit.verify", kind="audit", object_id="")
    return begun


@endpoints.get("/audit/export", Permission.OVERSEE, media="application/x-ndjson")
async def export_audit(
    ask: Ask,
    caller: Caller,
    reason: Annotated[str, Query(min_length=3, max_length=500, description="what the copy is for")],
) -> Annotated[Response, str]:
    """Every row, checkpoint and the public key as JSON lines, signed to the end; as ``tocsin audit export``.

    ``tocsin audit verify`` checks the file on any machine. The export is the last row in it.
    """
    desk = _desk(ask)
    await consult(
        ask,
        caller,
        Permission.OVERSEE,
        lambda _: None,
        action="audit.export",
        kind="audit",
        purpose="disclosure",
        reason=reason,
    )
    out = await desk.export()
    return FileResponse(
        out,
        media_type="application/x-ndjson",
        filename=f"tocsin-audit-{ask.clock.now():%Y%m%d-%H%M%S}.jsonl",
        background=BackgroundTask(_remove, out),
    )


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)


def _desk(ask: Services) -> Desk:
    if ask.record is None:
        raise Unavailable("the record's key and checkpoints are not at hand", cure="ask the door of the city")
    return ask.record
