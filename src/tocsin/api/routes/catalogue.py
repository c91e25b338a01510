"""``/catalogue``: the city's data described as DCAT-AP 3, for portals and people, without signing in."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.api.commands.catalogue import city_catalogue
from tocsin.api.endpoint import public_route
from tocsin.api.guard import address_of, services_of
from tocsin.api.public import FRESH_S

MEDIA = "application/ld+json"


async def get_catalogue(request: Request) -> Response:
    """What data there is, in which models and formats, since when, and who answers for it (JSON-LD)."""
    ask = services_of(request)
    ask.public.visits.take(address_of(request))
    base = ask.public_url or str(request.base_url).rstrip("/")
    made = await city_catalogue(ask, base)
    headers = {
        "etag": made.etag,
        "cache-control": f"public, max-age={FRESH_S:.0f}",
        # public data: any portal may harvest it
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "link": '<http://data.europa.eu/r5r/>; rel="profile"',
    }
    if made.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(made.body, headers=headers, media_type=MEDIA)


def routes() -> list[Route]:
    return [public_route("/catalogue", get_catalogue, MEDIA, dict[str, Any])]
