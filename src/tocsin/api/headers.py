"""The door's frame around every answer: under which name, how much it reads, what browsers may do."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.api import problems
from tocsin.api.schemas import Problem
from tocsin.kernel.errors import TooLarge

# MapLibre and Svelte set styles through the CSSOM, which needs no 'unsafe-inline'; MapLibre's worker is a
# file of ours, pictures that it draws are blobs.
CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
FRAME = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(self), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
_FRAME = tuple((name.encode(), value.encode()) for name, value in FRAME.items())
_UNKEPT_FRAME = (*_FRAME, (b"cache-control", b"no-store"))
_FRAMED = frozenset(name for name, _ in _UNKEPT_FRAME)
#: everything but readings, entities and mappings is a form somebody filled in
SMALL_BODY = 512 * 1024


class SecurityHeaders:
    """Adds the frame to every answer; what the API says is stored in no cache."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                frame = _UNKEPT_FRAME if scope["path"].startswith("/api/") else _FRAME
                if not _FRAMED.isdisjoint([name for name, _ in headers]):
                    said = {name for name, _ in headers}
                    frame = tuple(one for one in frame if one[0] not in said)
                message["headers"] = [*headers, *frame]
            await send(message)

        await self._app(scope, receive, framed)


class KnownHost:
    """Refuses calls under a name that is not ours: no foreign page can point its name at this machine."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._hosts and not self._ours(_name(scope)):
            refusal = problems.problem(
                Problem(
                    type=problems.TYPE + "unknown-host",
                    title="Unknown host",
                    status=421,
                    detail="this installation is not known under that name",
                    field="Host",
                    value=_stated(scope, b"host")[:200],
                    cure="use the address that it printed at start, or add the name to its settings",
                )
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _ours(self, name: str) -> bool:
        """Names below ``localhost`` are this machine and nobody can point them elsewhere (RFC 6761, 6.3)."""
        below = name.endswith(".localhost") and "localhost" in self._hosts
        return name in self._hosts or below


def names_of(listening: str) -> frozenset[str]:
    """The names under which a door that listens at this address may be called.

    Empty, so any name, where it listens at every address: a proxy before it then minds the names.
    """
    if listening in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return frozenset()
    return frozenset({"127.0.0.1", "localhost", "::1", listening.lower()})


def _stated(scope: Scope, name: bytes) -> str:
    """A header's first value as sent; empty where there is none. Names come in lower case (ASGI)."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


def _name(scope: Scope) -> str:
    host = _stated(scope, b"host").lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


class BodyLimit:
    """Stops reading a body beyond its limit, stated or not: ``TooLarge`` from where the body is read."""

    def __init__(self, app: ASGIApp, limit_bytes: int) -> None:
        self._app = app
        self._limit = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _counts_itself(scope):
            await self._app(scope, receive, send)
            return
        bulk = scope["path"].startswith(("/api/v1/ingest/", "/api/v1/mappings/", "/ngsi-ld/"))
        limit = self._limit if bulk else min(SMALL_BODY, self._limit)
        stated = _stated(scope, b"content-length")
        read = int(stated) if stated.isdigit() and int(stated) > limit else 0

        async def counted() -> Message:
            nonlocal read
            if read > limit:
                raise _too_large(limit)
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, counted, send)


def _counts_itself(scope: Scope) -> bool:
    """Evidence is read as a stream that has limits of its own, by what kind of file it is."""
    path: str = scope["path"]
    on = ("/api/v1/alerts/", "/api/v1/incidents/", "/api/v1/field/tasks/")
    held = path.startswith(on) and path.endswith("/evidence")
    return held and scope["method"] == "POST"


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        "the body is larger than what is read here; nothing of it was taken",
        field="body",
        value=f"more than {limit} bytes",
        cure=f"send at most {limit} bytes at once, in several calls",
    )
