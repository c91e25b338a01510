"""Where readings enter by HTTP. Plain handlers: a busy sender pays for parsing and storing only."""

from __future__ import annotations

from typing import Annotated, Any

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


async def ingest_ngsi_ld(request: Request) -> Response:
    """A notification of an NGSI-LD broker, which sends its token by the subscription's receiverInfo."""
    return await _notified(request)


async def ingest_ngsi_v2(request: Request) -> Response:
    """A notification of an NGSIv2 broker (Orion), which sends its token by httpCustom.headers."""
    return await _notified(request)


async def _notified(request: Request) -> Response:
    services = services_of(request)
    await admitted(request, services, Permission.INGEST)
    source = request.query_params.get("source", "ngsi")
    return answer(Accepted(await services.intake.notified(await request.body(), source)), 202)


def _stated(name: str, path: str, takes: Any, usual: str) -> Contract:
    return Contract(
        name=name,
        method="POST",
        path=PREFIX + path,
        needs=Permission.INGEST,
        status=202,
        answers=Accepted,
        takes=takes,
        tag="ingest",
        query=(("source", f"under which the readings are counted; `{usual}` where none is given"),),
    )


#: each with the path it stands at; they come before all other routes, which are looked at one by one
HOT = (
    (PREFIX + "/ingest/json", ingest_json),
    (PREFIX + "/ingest/ngsi-ld", ingest_ngsi_ld),
    (PREFIX + "/ingest/ngsi-v2", ingest_ngsi_v2),
)
for _handler, _contract in (
    (ingest_json, _stated("ingest_json", "/ingest/json", list[Reading], "http")),
    (ingest_ngsi_ld, _stated("ingest_ngsi_ld", "/ingest/ngsi-ld", None, "ngsi")),
    (ingest_ngsi_v2, _stated("ingest_ngsi_v2", "/ingest/ngsi-v2", None, "ngsi")),
):
    _handler.__contract__ = _contract  # type: ignore[attr-defined]


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
