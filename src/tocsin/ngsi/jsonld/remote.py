"""Fetching a ``@context`` from elsewhere, within bounds: time, size, redirects, and never our own network."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urljoin, urlsplit

import httpx

from tocsin.ngsi.problems import BadRequestData, LdContextNotAvailable
from tocsin.notify.delivery.channels.guard import Resolve, public, resolve

MAX_BYTES = 1 << 20
MAX_REDIRECTS = 3
MAX_SECONDS = 5.0
_URL_CHARS = 2000
_ACCEPT = "application/ld+json, application/json;q=0.9, */*;q=0.1"

#: the bytes behind a URL
Fetch = Callable[[str], Awaitable[bytes]]


class Remote:
    """``allowed``: hosts, or ``host:port``, that may lie in an inner network (named by the administrator).

    ``transport`` replaces the network in tests.
    """

    def __init__(
        self,
        *,
        allowed: frozenset[str] = frozenset(),
        lookup: Resolve = resolve,
        transport: httpx.AsyncBaseTransport | None = None,
        max_seconds: float = MAX_SECONDS,
    ) -> None:
        self._allowed, self._lookup, self._transport = allowed, lookup, transport
        self._max_seconds = max_seconds

    async def __call__(self, url: str) -> bytes:
        """Raises ``LdContextNotAvailable`` for whatever keeps it from being had, ``BadRequestData`` for what
        is no URL at all.
        """
        try:
            async with asyncio.timeout(self._max_seconds):
                return await self._follow(url)
        except TimeoutError as error:
            raise _unavailable(url, f"no answer within {self._max_seconds:g} s") from error
        except (httpx.HTTPError, OSError) as error:
            raise _unavailable(url, type(error).__name__) from error

    async def _follow(self, url: str) -> bytes:
        # an environment's proxy would reach what this machine must not
        async with httpx.AsyncClient(
            transport=self._transport, trust_env=False, timeout=self._max_seconds
        ) as client:
            here = url
            for _ in range(MAX_REDIRECTS + 1):
                there = await self._one(client, here)
                if isinstance(there, bytes):
                    return there
                here = urljoin(here, there)
        raise _unavailable(url, f"more than {MAX_REDIRECTS} redirects")

    async def _one(self, client: httpx.AsyncClient, url: str) -> bytes | str:
        """The body, or where it is said to be."""
        host, port, pinned = await self._pinned(url)
        parts = urlsplit(url)
        headers = {"accept": _ACCEPT, "host": parts.netloc.rpartition("@")[2], "accept-encoding": "identity"}
        request = client.build_request(
            "GET",
            httpx.URL(url).copy_with(host=pinned, port=port),
            headers=headers,
            extensions={"sni_hostname": host},
        )
        answer = await client.send(request, stream=True)
        try:
            if answer.is_redirect:
                return str(answer.headers.get("location", ""))
            if answer.status_code != 200:
                raise _unavailable(url, f"status {answer.status_code}")
            if answer.headers.get("content-encoding", "identity") != "identity":
                # not asked for; a little of it may unpack to all the memory there is
                raise _unavailable(url, "it is compressed")
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > MAX_BYTES:
                    raise _unavailable(url, f"more than {MAX_BYTES} bytes")
            return bytes(body)
        finally:
            await answer.aclose()

    async def _pinned(self, url: str) -> tuple[str, int, str]:
        """Host, port, and the address that was looked at and will be called: a name cannot point elsewhere
        between the look and the call.
        """
        check_url(url)
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = list(await self._lookup(host, port))
        if not found:
            raise _unavailable(url, "its name has no address")
        known = host in self._allowed or f"{host}:{port}" in self._allowed
        if not known and not all(public(address) for address in found):
            raise _unavailable(
                url, "it lies in an inner network", "name the host in contexts.hosts if that is meant"
            )
        return host, port, found[0]


def check_url(url: str) -> None:
    """Raises ``BadRequestData`` unless it is an http or https URL that somebody could fetch."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
    if not fine or len(url) > _URL_CHARS or not url.isascii() or any(c <= " " for c in url):
        raise BadRequestData(
            "not the URL of a @context", field="@context", value=url[:120], cure="give http(s)://..."
        )


def _unavailable(url: str, why: str, cure: str = "check the URL") -> LdContextNotAvailable:
    return LdContextNotAvailable(
        f"this @context cannot be had: {why}",
        field="@context",
        value=url[:200],
        cure=f"{cure}, or host it here with POST /ngsi-ld/v1/jsonldContexts",
    )
