"""A source's way to a web service: bounded, identified, no oftener than it says, never led elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from tocsin.kernel.errors import Invalid, TooMany, Unavailable

AGENT = "Tocsin/0.1"
#: an answer is kept so long at most, whatever the other side says
LONGEST_FRESH_S = 86_400.0
_WITHIN_S = 20.0
_KEPT = 16


@dataclass(frozen=True, slots=True)
class Page:
    """``news`` is False where the body is what was told before; ``fresh_s``: nothing new for so long."""

    body: bytes
    news: bool
    fresh_s: float


@dataclass(slots=True)
class _Known:
    body: bytes
    etag: str
    modified: str
    until: datetime


class Web:
    """``home``: other hosts than its own are not asked. ``contact``: whom the service may ask."""

    def __init__(
        self,
        home: str,
        *,
        contact: str = "",
        headers: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises ``Invalid`` for what is no web address or contact."""
        if not home.startswith(("https://", "http://")) or not urlsplit(home).hostname:
            raise Invalid("not a web address", field="address", value=home, cure="https://host/path")
        if contact and (not contact.isprintable() or not contact.isascii() or len(contact) > 200):
            raise Invalid("not a contact", field="contact", value=contact, cure="it@city.example")
        self._host = urlsplit(home).netloc.lower()
        agent = f"{AGENT} ({contact})" if contact else AGENT
        self._headers = {"User-Agent": agent, **(headers or {})}
        self._transport, self._now = transport, now
        self._known: dict[str, _Known] = {}

    async def get(self, url: str, *, most: int) -> Page:
        """At most ``most`` bytes, unpacked. Raises ``Unavailable``; asked for patience, ``TooMany``."""
        self._check(url)
        known = self._known.get(url)
        left = (known.until - self._now()).total_seconds() if known else 0.0
        if known and left > 0:
            return Page(known.body, False, left)
        asked = dict(self._headers)
        if known and known.etag:
            asked["If-None-Match"] = known.etag
        if known and known.modified:
            asked["If-Modified-Since"] = known.modified
        return await self._call("GET", url, known, most, headers=asked)

    async def post(self, url: str, question: bytes, *, most: int) -> Page:
        """The answer to a question in JSON; it is not kept. Raises as ``get``."""
        self._check(url)
        asked = {**self._headers, "Content-Type": "application/json"}
        return await self._call("POST", url, None, most, headers=asked, content=question)

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.netloc.lower() != self._host or parts.scheme not in ("https", "http"):
            raise Unavailable(
                f"it leads to another host: {url[:200]}",
                field="address",
                value=self._host,
                cure="give that host's address itself",
            )

    async def _call(self, method: str, url: str, known: _Known | None, most: int, **more: Any) -> Page:
        try:
            async with (
                httpx.AsyncClient(transport=self._transport, timeout=_WITHIN_S) as client,
                client.stream(method, url, **more) as answer,
            ):
                return await self._read(url, answer, known, most, keep=method == "GET")
        except httpx.HTTPError as error:
            raise Unavailable(
                f"{self._host} is out of reach: {type(error).__name__}",
                field="address",
                value=url,
                cure="is this machine on the internet, and is the address right?",
            ) from error

    async def _read(
        self, url: str, answer: httpx.Response, known: _Known | None, most: int, *, keep: bool
    ) -> Page:
        fresh = self._fresh_s(answer)
        if answer.status_code == 304 and known:
            self._keep(url, known.body, answer, fresh, known)
            return Page(known.body, False, fresh)
        if answer.status_code in (429, 503) and (wait := _seconds(answer.headers.get("retry-after", ""))):
            raise TooMany(f"{self._host} asks for patience", retry_after_s=min(wait, LONGEST_FRESH_S))
        if answer.is_redirect:
            to = answer.headers.get("location")
            raise Unavailable(f"{url} has moved", field="location", value=to, cure="give that address")
        if not answer.is_success:
            raise Unavailable(f"{self._host} answers {answer.status_code}", field="address", value=url)
        kept = bytearray()
        async for piece in answer.aiter_bytes():
            kept += piece
            if len(kept) > most:
                raise Unavailable(f"{url} sends more than {most} bytes", cure="ask for less of it")
        if keep:
            self._keep(url, bytes(kept), answer, fresh, None)
        return Page(bytes(kept), known is None or known.body != kept, fresh)

    def _keep(self, url: str, body: bytes, answer: httpx.Response, fresh: float, old: _Known | None) -> None:
        if len(self._known) >= _KEPT and url not in self._known:
            self._known.pop(next(iter(self._known)))
        until = datetime.fromtimestamp(self._now().timestamp() + fresh, UTC)
        headers = answer.headers
        self._known[url] = _Known(
            body,
            headers.get("etag", old.etag if old else ""),
            headers.get("last-modified", old.modified if old else ""),
            until,
        )

    def _fresh_s(self, answer: httpx.Response) -> float:
        """Of ``Cache-Control: max-age``, else ``Expires`` (RFC 9111, 4.2.1)."""
        for part in answer.headers.get("cache-control", "").split(","):
            name, _, seconds = part.strip().partition("=")
            if name.lower() in ("no-cache", "no-store"):
                return 0.0
            if name.lower() == "max-age" and seconds.strip('"').isdigit():
                age = answer.headers.get("age", "0")
                left = float(seconds.strip('"')[:9]) - (float(age) if age.isdigit() else 0.0)
                return min(max(left, 0.0), LONGEST_FRESH_S)
        expires = _moment(answer.headers.get("expires", ""))
        if expires is None:
            return 0.0
        told = _moment(answer.headers.get("date", "")) or self._now()
        return min(max((expires - told).total_seconds(), 0.0), LONGEST_FRESH_S)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _seconds(text: str) -> float:
    return float(text[:9]) if text.isdigit() else 60.0 if text else 0.0
