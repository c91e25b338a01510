"""For machines that look after this one: health, metrics, the API's own description."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tocsin.api import metrics, openapi
from tocsin.api.endpoint import PREFIX, public_route
from tocsin.api.guard import address_of, admitted, services_of
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import TocsinError

_PING_S = 2.0


class Alive(msgspec.Struct, frozen=True):
    """``down``: what does not answer, of bus and database."""

    status: Literal["ok", "down"]
    down: list[Literal["bus", "database"]]


async def healthz(request: Request) -> Response:
    """200 while bus and database answer, else 503; says no more than which."""
    services = services_of(request)
    down = []
    for name, ping in (("bus", services.bus.ping), ("database", services.ops.ping)):
        try:
            async with asyncio.timeout(_PING_S):
                await ping()
        except (TocsinError, TimeoutError):
            down.append(name)
    return JSONResponse({"status": "down" if down else "ok", "down": down}, 503 if down else 200)


async def prometheus(request: Request) -> Response:
    """Metrics for who is on this machine, or may read."""
    services = services_of(request)
    local = address_of(request) in ("127.0.0.1", "::1") and "x-forwarded-for" not in request.headers
    await admitted(request, services, Permission.PUBLIC if local else Permission.SEE)
    body, media = await asyncio.to_thread(metrics.render, services.board.status())
    return Response(body, media_type=media)


async def description(request: Request) -> Response:
    return JSONResponse(openapi.document(request.app))


def routes() -> list[Route]:
    return [
        public_route("/healthz", healthz, "application/json", Alive, name="healthz", tag="house"),
        public_route("/metrics", prometheus, "text/plain", str, name="metrics", tag="house"),
        public_route(
            PREFIX + "/openapi.json",
            description,
            "application/json",
            dict[str, Any],
            name="openapi",
            tag="house",
        ),
    ]
