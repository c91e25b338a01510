"""What anybody may read without an account: the feed of warnings, each document, the certificate.

No cookie is read or set, nobody is identified; caches may keep the answers. In every realm but live there is
no public: these answer 404.
"""

from __future__ import annotations

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.api.commands.warnings import issuer_of
from tocsin.api.endpoint import public_route
from tocsin.api.guard import address_of, services_of
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.kernel.errors import NotFound
from tocsin.notify.warnings import repository
from tocsin.notify.warnings.feed import CAP_MEDIA, MEDIA, MOST, atom
from tocsin.notify.warnings.model import PublicWarning

#: a minute's delay costs lives, a second's saves the door
_FEED = "public, max-age=5, must-revalidate"
#: what went out never changes
_DOCUMENT = "public, max-age=86400, immutable"
_KEY = "public, max-age=3600"


async def cap_feed(request: Request) -> Response:
    """Warnings in force, and cancellations for as long as what they cancel would have lasted."""
    services = _public(request)
    # what was issued stays before the public, also where the key is lost and nothing more can be signed
    issuer, now = services.issuer, services.clock.now()

    def look(conn: Connection) -> tuple[list[PublicWarning], PublicWarning | None]:
        return repository.in_feed(conn, now, MOST), repository.newest_public(conn)

    entries, newest = await services.ops.read(look)
    author = (issuer.sender_name or issuer.name) if issuer else "Tocsin"
    document = atom(
        entries,
        base=services.public_url or str(request.base_url).rstrip("/"),
        title=f"{author}: warnings",
        author=author,
        changed=newest.updated_at if newest else None,
    )
    return _told(request, document, MEDIA, _FEED)


async def cap_document(request: Request) -> Response:
    services = _public(request)
    identifier: str = request.path_params["identifier"]
    found = await services.ops.read(lambda conn: repository.public_document(conn, identifier))
    if found is None:
        raise NotFound(
            "no such warning was issued", field="identifier", value=identifier, cure="look at /cap/feed.atom"
        )
    return _told(request, found, CAP_MEDIA, _DOCUMENT)


async def cap_certificate(request: Request) -> Response:
    """Of the key that signs; whoever relies on it compares its fingerprint once, by another way."""
    services = _public(request)
    return _told(request, issuer_of(services).signer.certificate, "application/x-pem-file", _KEY)


def _public(request: Request) -> Services:
    """Raises ``TooMany``, and ``NotFound`` in every realm but live."""
    services = services_of(request)
    services.public.visits.take(address_of(request))
    if services.realm != "live" or (services.issuer is not None and not services.issuer.live):
        raise NotFound("an exercise has no public", field="realm", value=services.realm)
    return services


def _told(request: Request, document: bytes, media: str, cache: str) -> Response:
    tag = f'"{sha256(document).hexdigest()[:32]}"'
    headers = {
        "cache-control": cache,
        "etag": tag,
        # public data: any site's page may show it
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(document, headers=headers, media_type=media)


def routes() -> list[Route]:
    return [
        public_route("/cap/feed.atom", cap_feed, MEDIA),
        public_route("/cap/certificate.pem", cap_certificate, "application/x-pem-file"),
        public_route("/cap/{identifier}.xml", cap_document, CAP_MEDIA),
    ]
