"""Where readings enter by HTTP. Plain handlers: a busy sender pays for parsing and storing only."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands.unit import tell
from tocsin.api.endpoint import PREFIX, Ask, Caller, Contract, Endpoints, answer, body
from tocsin.api.guard import admitted, services_of
from tocsin.api.schemas import Accepted, MappedRows, MappingSaved, Reading
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import Invalid

endpoints = Endpoints("ingest")

MappingName = Annotated[str, Path(alias="name", max_length=64)]


async def ingest_json(request: Request) -> Response:
    """Readings: 202 once all of them are stored on the bus. What is not understood is quarantined later."""
    services = services_of(request)
    await admitted(request, services, Permission.INGEST)
    source = request.query_params.get("source", "http")
    accepted = await services.intake.accept_json(await request.body(), source)
    return answer(Accepted(accepted), 202)


ingest_json.__contract__ = Contract(  # type: ignore[attr-defined]
    name="ingest_json",
    method="POST",
    path=PREFIX + "/ingest/json",
    needs=Permission.INGEST,
    status=202,
    answers=Accepted,
    takes=list[Reading],
    tag="ingest",
    query=(("source", "under which the readings are counted; `http` where none is given"),),
)


@endpoints.post("/ingest/ngsi-ld", Permission.INGEST, status=202)
async def ingest_ngsi_ld(
    request: Request, ask: Ask, source: Annotated[str, Query(max_length=64)] = "ngsi"
) -> Accepted:
    """A notification of an NGSI-LD broker, which sends its token by the subscription's receiverInfo."""
    return Accepted(await ask.intake.notified(await request.body(), source))


@endpoints.post("/ingest/ngsi-v2", Permission.INGEST, status=202)
async def ingest_ngsi_v2(
    request: Request, ask: Ask, source: Annotated[str, Query(max_length=64)] = "ngsi"
) -> Accepted:
    """A notification of an NGSIv2 broker (Orion), which sends its token by httpCustom.headers."""
    return Accepted(await ask.intake.notified(await request.body(), source))


@endpoints.put("/mappings/{name}", Permission.INGEST, takes_media="application/toml")
async def save_mapping(request: Request, ask: Ask, caller: Caller, name: MappingName) -> MappingSaved:
    """Explain a file's columns: TOML (see docs/howto). A wrong one is refused with its line and the cure."""
    try:
        toml = (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise Invalid("the mapping is not UTF-8 text", field="body", cure="save it as UTF-8") from error
    await ask.intake.save_mapping(name, toml)
    await tell(ask, caller, "mapping.save", kind="mapping", object_id=name)
    return MappingSaved(name)


@endpoints.post("/ingest/mapped/{name}", Permission.INGEST, status=202)
async def ingest_mapped(
    ask: Ask,
    name: MappingName,
    given: Annotated[MappedRows, body(MappedRows)],
    source: Annotated[str | None, Query(max_length=64)] = None,
) -> Accepted:
    """Rows of a recorded file, to be read by the mapping of this name."""
    rows = [bytes(row) for row in given.rows]
    return Accepted(await ask.intake.mapped(name, rows, clock=given.clock, source=source))
