"""The HTTP side of the door: routes, guard, refusals and frame put together."""

from __future__ import annotations

from functools import cache

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from tocsin.api import problems
from tocsin.api.console import Console
from tocsin.api.endpoint import PREFIX, contract_of
from tocsin.api.headers import BodyLimit, KnownHost, SecurityHeaders
from tocsin.api.ngsi.door import NgsiLd
from tocsin.api.routes import (
    advice,
    alerts,
    analytics,
    audit,
    boards,
    bulk,
    catalogue,
    correcting,
    devices,
    edges,
    entities,
    evidence,
    field,
    figures,
    history,
    house,
    incidents,
    ingest,
    lake,
    lake_queries,
    live,
    look_back,
    maintenance,
    merging,
    notify,
    offices,
    organisations,
    oversight,
    privacy,
    procedures,
    proposals,
    public,
    public_warnings,
    quarantine,
    reports,
    search,
    second_factor,
    session,
    sharing,
    sign_in,
    spaces,
    status,
    subscriptions,
    tokens,
    warnings,
)
from tocsin.api.services import Services
from tocsin.kernel.errors import Misconfigured

_RESOURCES = (
    session,
    sign_in,
    second_factor,
    organisations,
    tokens,
    status,
    entities,
    history,
    # these three before alerts, whose last word in a path may be any verb
    sharing,
    evidence,
    figures,
    look_back,
    alerts,
    maintenance,
    search,
    incidents,
    advice,
    spaces,
    procedures,
    proposals,
    merging,
    offices,
    correcting,
    bulk,
    quarantine,
    devices,
    edges,
    ingest,
    reports,
    boards,
    field,
    warnings,
)
_OVERSIGHT = (audit, oversight, privacy, notify, lake, lake_queries, analytics, subscriptions)


def skeleton() -> FastAPI:
    """Every route and refusal, without the services that answer: enough for the OpenAPI document."""
    app = _bare()
    problems.install(app)
    app.router.routes.extend(_routes())
    return app


def _bare() -> FastAPI:
    return FastAPI(title="Tocsin", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Once a process: FastAPI takes milliseconds to read what each of two hundred endpoints asks for."""
    app = _bare()
    for resource in (*_RESOURCES, *_OVERSIGHT):
        resource.endpoints.attach(app)
    return (
        *(Route(path, handler, methods=["POST"]) for path, handler in ingest.HOT),
        *app.routes,
        Route(PREFIX + "/live", live.Live(), methods=["GET"]),
        *house.routes(),
        *public.routes(),
        *public_warnings.routes(),
        *catalogue.routes(),
    )


def build(services: Services) -> ASGIApp:
    """The ASGI app of one installation. Raises ``Misconfigured`` if any route says not who may call it.

    Frame and NGSI-LD stand before the framework: what it does around every call costs as much as an entity.
    """
    app = skeleton()
    require_contracts(app.routes)
    app.state.services = services
    if services.console is not None:
        # Not a route: whatever no route takes is a file or a place of the console.
        app.router.default = Console(services.console)
    app.add_middleware(problems.Defects)
    read = BodyLimit(NgsiLd(app, services), services.body_limit_bytes)
    return SecurityHeaders(KnownHost(read, services.hosts))


def require_contracts(routes: list[BaseRoute]) -> int:
    """How many routes there are, every one of which states whom it admits."""
    for route in routes:
        if contract_of(getattr(route, "endpoint", None)) is None:
            raise Misconfigured(
                "this route does not say who may call it",
                field="route",
                value=getattr(route, "path", route),
                cure="declare it with `Endpoints` or give it a `Contract`",
            )
    return len(routes)
