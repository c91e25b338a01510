"""For citizens, without signing in: the public page, its style and typeface. No cookie is read or set."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import tocsin.reports
from tocsin.api.commands.public import public_page
from tocsin.api.endpoint import public_route
from tocsin.api.guard import address_of, services_of
from tocsin.api.public import FRESH_S
from tocsin.kernel.errors import NotFound
from tocsin.reports.public.page import CSP

_FOLDER = Path(tocsin.reports.__file__).parent
_KEPT = f"public, max-age={FRESH_S:.0f}"
#: by the name in the address: file, media type
_FILES = {
    "style.css": ("public/style.css", "text/css"),
    "plex-400.woff2": ("fonts/plex-400.woff2", "font/woff2"),
    "plex-600.woff2": ("fonts/plex-600.woff2", "font/woff2"),
}


async def get_public_page(request: Request) -> Response:
    """The page in the city's first language, or in the one that is named."""
    ask = services_of(request)
    ask.public.visits.take(address_of(request))
    lang = request.path_params.get("lang", ask.public.languages[0])
    if lang not in ask.public.languages:
        raise NotFound(
            "the page is not in this language", field="lang", value=lang, cure=" ".join(ask.public.languages)
        )
    made = await public_page(ask, lang)
    headers = {
        "etag": made.etag, "cache-control": _KEPT, "content-security-policy": CSP, "content-language": lang,
    }  # fmt: skip
    if made.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(made.body, headers=headers, media_type="text/html")


async def get_public_page_in(request: Request) -> Response:
    """The same in one of the page's languages."""
    return await get_public_page(request)


async def get_public_file(request: Request) -> Response:
    """Style and typeface of the page and of reports."""
    name = request.path_params["name"]
    if name not in _FILES:
        raise NotFound("no such file", field="name", value=name, cure=" ".join(_FILES))
    file, media = _FILES[name]
    return Response(_bytes(file), headers={"cache-control": "public, max-age=86400"}, media_type=media)


@cache
def _bytes(file: str) -> bytes:
    return (_FOLDER / file).read_bytes()


def routes() -> list[Route]:
    """Files before languages: a language has no dot in it."""
    return [
        public_route("/public", get_public_page, "text/html"),
        public_route("/public/files/{name}", get_public_file, "application/octet-stream"),
        public_route("/public/{lang}", get_public_page_in, "text/html"),
    ]
