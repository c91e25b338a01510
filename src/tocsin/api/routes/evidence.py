"""Pictures, clips and documents: brought to an alert or incident, looked at, shared, held, erased."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Path, Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tocsin.api.commands import evidence as commands
from tocsin.api.commands import evidence_adding as adding
from tocsin.api.commands import evidence_deciding as deciding
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.schemas import Page
from tocsin.api.schemas_evidence import (
    EraseEvidence,
    EvidenceList,
    EvidenceRead,
    HoldEvidence,
    OpenEvidence,
    ShareEvidence,
)
from tocsin.api.versions import etag, expected
from tocsin.evidence.exhibit import Exhibit, Retention
from tocsin.evidence.sniff import SUFFIX
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Place

endpoints = Endpoints("evidence")

AlertId = Annotated[str, Path(alias="id", max_length=64)]
IncidentId = Annotated[str, Path(alias="id", max_length=64)]
EvidenceId = Annotated[str, Path(alias="id", max_length=64)]
Name = Annotated[str, Query(max_length=500, description="what its sender calls it")]
Lon = Annotated[float | None, Query(ge=-180, le=180)]
Lat = Annotated[float | None, Query(ge=-90, le=90)]
BYTES = "application/octet-stream"
#: a polyglot that a browser took for a page would be a page that can do nothing
SEALED = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


@endpoints.get("/alerts/{id}/evidence", Permission.SEE)
async def list_alert_evidence(ask: Ask, caller: Caller, alert: AlertId) -> EvidenceList:
    """What belongs to this alert and is open to the caller's room."""
    return await commands.of_alert(ask, caller, alert)


@endpoints.get("/incidents/{id}/evidence", Permission.SEE)
async def list_incident_evidence(ask: Ask, caller: Caller, incident: IncidentId) -> EvidenceList:
    """What belongs to this incident, to its alerts and to what was merged into it."""
    return await commands.of_incident(ask, caller, incident)


@endpoints.post("/alerts/{id}/evidence", Permission.ACT, status=201, takes_media=BYTES)
async def add_alert_evidence(
    request: Request,
    ask: Ask,
    caller: Caller,
    alert: AlertId,
    name: Name = "",
    taken_at: AwareDatetime | None = None,
    lon: Lon = None,
    lat: Lat = None,
    retention: Retention = "incident",
) -> Annotated[Response, Exhibit]:
    """The file itself is the body; what it is, is seen from its bytes."""
    made = await adding.add(
        ask,
        caller,
        request.stream(),
        alert=alert,
        stated=stated_length(request),
        name=name,
        place=_place(lon, lat),
        taken_at=taken_at,
        retention=retention,
    )
    return answer(made, 201, etag(made.version))


@endpoints.post("/incidents/{id}/evidence", Permission.ACT, status=201, takes_media=BYTES)
async def add_incident_evidence(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    name: Name = "",
    taken_at: AwareDatetime | None = None,
    lon: Lon = None,
    lat: Lat = None,
    retention: Retention = "incident",
) -> Annotated[Response, Exhibit]:
    """The file itself is the body; what it is, is seen from its bytes."""
    made = await adding.add(
        ask,
        caller,
        request.stream(),
        incident=incident,
        stated=stated_length(request),
        name=name,
        place=_place(lon, lat),
        taken_at=taken_at,
        retention=retention,
    )
    return answer(made, 201, etag(made.version))


@endpoints.get("/evidence/{id}", Permission.SEE)
async def get_evidence(ask: Ask, caller: Caller, exhibit: EvidenceId) -> Annotated[Response, Exhibit]:
    """Its entry: what it is, whose, how long it stays, its custody. Also of one that was erased."""
    return _entry(await commands.get(ask, caller, exhibit))


@endpoints.get("/evidence/{id}/picture", Permission.SEE, media="image/jpeg")
async def get_evidence_picture(ask: Ask, caller: Caller, exhibit: EvidenceId) -> Annotated[Response, bytes]:
    """The blurred likeness of a picture; that somebody looked is recorded."""
    found, chunks = await commands.blurred(ask, caller, exhibit)
    headers = SEALED | {"content-disposition": f'inline; filename="{found.id}-blurred.jpg"'}
    return StreamingResponse(chunks, headers=headers, media_type="image/jpeg")


@endpoints.post("/evidence/{id}/unblur", Permission.ACT, media=BYTES)
async def unblur_evidence(
    ask: Ask, caller: Caller, exhibit: EvidenceId, given: Annotated[OpenEvidence, body(OpenEvidence)]
) -> Annotated[Response, bytes]:
    """The clear picture; who looks, for what and why is recorded before a byte is sent."""
    found, chunks = await commands.clear(
        ask, caller, exhibit, purpose=given.purpose, reason=given.reason, picture=True
    )
    return _file(found, chunks)


@endpoints.post("/evidence/{id}/open", Permission.ACT, media=BYTES)
async def open_evidence(
    ask: Ask, caller: Caller, exhibit: EvidenceId, given: Annotated[OpenEvidence, body(OpenEvidence)]
) -> Annotated[Response, bytes]:
    """A clip or document (or a clear picture), recorded in the same way."""
    found, chunks = await commands.clear(
        ask, caller, exhibit, purpose=given.purpose, reason=given.reason, picture=False
    )
    return _file(found, chunks)


@endpoints.get("/evidence/{id}/reads", Permission.SEE)
async def list_evidence_reads(ask: Ask, caller: Caller, exhibit: EvidenceId) -> Page[EvidenceRead]:
    """Who looked at it, newest first: for the owning room's supervisor, and for whoever oversees."""
    return await commands.reads(ask, caller, exhibit)


@endpoints.post("/evidence/{id}/share", Permission.ACT)
async def share_evidence(
    request: Request,
    ask: Ask,
    caller: Caller,
    exhibit: EvidenceId,
    given: Annotated[ShareEvidence, body(ShareEvidence)],
) -> Annotated[Response, Exhibit]:
    """To whom it is open, from now on; it has its own level, whatever its incident's is."""
    version = expected(request, given.version)
    return _entry(
        await deciding.share(
            ask,
            caller,
            exhibit,
            level=given.level,
            rooms=given.rooms,
            reason=given.reason,
            version=version,
        )
    )


@endpoints.post("/evidence/{id}/hold", Permission.SEE)
async def hold_evidence(
    request: Request,
    ask: Ask,
    caller: Caller,
    exhibit: EvidenceId,
    given: Annotated[HoldEvidence, body(HoldEvidence)],
) -> Annotated[Response, Exhibit]:
    """A legal hold keeps it past its time until it is released; for the owning room's keepers."""
    version = expected(request, given.version)
    return _entry(
        await deciding.hold(ask, caller, exhibit, held=given.hold, reason=given.reason, version=version)
    )


@endpoints.post("/evidence/{id}/erase", Permission.SEE)
async def erase_evidence(
    request: Request,
    ask: Ask,
    caller: Caller,
    exhibit: EvidenceId,
    given: Annotated[EraseEvidence, body(EraseEvidence)],
) -> Annotated[Response, Exhibit]:
    """For good: its key is destroyed, so that no copy can be read, in no back-up either."""
    version = expected(request, given.version)
    return _entry(await deciding.erase(ask, caller, exhibit, reason=given.reason, version=version))


def _entry(exhibit: Exhibit) -> Response:
    return answer(exhibit, headers=etag(exhibit.version))


def _file(exhibit: Exhibit, chunks: Iterator[bytes]) -> Response:
    name = f"{exhibit.id}.{SUFFIX[exhibit.media]}"
    media = "text/plain; charset=utf-8" if exhibit.media == "text/plain" else exhibit.media
    headers = SEALED | {
        "content-disposition": f'attachment; filename="{name}"',
        "content-length": str(exhibit.size),
    }
    return StreamingResponse(chunks, headers=headers, media_type=media)


def stated_length(request: Request) -> int | None:
    """What the sender says of its length; None where nothing."""
    stated = request.headers.get("content-length", "")
    return int(stated) if stated.isdigit() else None


def _place(lon: float | None, lat: float | None) -> Place | None:
    if (lon is None) != (lat is None):
        raise Invalid("a place is lon and lat together", field="lat" if lat is None else "lon")
    return None if lon is None or lat is None else Place(lon, lat)
