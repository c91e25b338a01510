"""Asks feeds for warnings that were not heard yet. Hosted by ingest; the only file here with a network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

import httpx

from tocsin.cap.guard import MOST_BYTES as MOST_DOCUMENT
from tocsin.kernel.errors import Invalid, TocsinError, Unavailable
from tocsin.sdk.source import Fetched, Params

from .feed import MOST_BYTES as MOST_FEED
from .feed import addresses, is_message
from .letter import fold

#: documents in one go; the rest comes in the next
MOST_AT_ONCE = 50
#: of what was heard, so many are remembered (8 hex digits each, in a header of the bus)
_REMEMBERED = 400
_WITHIN_S = 20.0


class Fetch:
    """``cursor``: marks of the documents heard, newest last. A document that changes under one address is
    news only with another ``identifier``, as the standard asks (3.2.1)."""

    def __init__(
        self,
        params: Params,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._addresses = str(params.get("addresses", "")).split()
        for address in self._addresses:
            if not address.startswith(("https://", "http://")):
                raise Invalid(
                    "not an address of a feed",
                    field="warnings.feeds",
                    value=address,
                    cure="as in https://weather.example/cap/feed.atom",
                )
        self._transport, self._now = transport, now

    async def fetch(self, cursor: str | None) -> Fetched:
        """Raises ``Unavailable`` where no address answered; one that fails does not hold up the others."""
        heard = (cursor or "").split()
        items: list[bytes] = []
        wrong: list[str] = []
        async with httpx.AsyncClient(transport=self._transport, timeout=_WITHIN_S) as client:
            for address in self._addresses:
                try:
                    items += await self._news(client, address, heard, MOST_AT_ONCE - len(items))
                except (httpx.HTTPError, TocsinError) as error:
                    wrong.append(f"{address}: {error or type(error).__name__}")
        if wrong and len(wrong) == len(self._addresses) and not items:
            raise Unavailable(f"no warnings could be fetched: {'; '.join(wrong)[:400]}", cure="look at it")
        return Fetched(items, " ".join(heard[-_REMEMBERED:]))

    async def _news(
        self, client: httpx.AsyncClient, address: str, heard: list[str], room: int
    ) -> list[bytes]:
        document = await _get(client, address, MOST_FEED)
        if is_message(document):
            return self._fold(document, address, _mark(document), heard)
        items: list[bytes] = []
        for one in addresses(document, address):
            mark = _mark(one.encode())
            if len(items) >= room:
                break
            if mark not in heard:
                items += self._fold(await _get(client, one, MOST_DOCUMENT), one, mark, heard)
        return items

    def _fold(self, document: bytes, address: str, mark: str, heard: list[str]) -> list[bytes]:
        if mark in heard:
            return []
        heard.append(mark)
        return [fold(document, heard=self._now(), address=address)]


def _mark(of: bytes) -> str:
    return sha256(of).hexdigest()[:8]


async def _get(client: httpx.AsyncClient, address: str, most: int) -> bytes:
    """Its bytes, at most ``most``: what goes on without end is left. Redirects are not followed."""
    async with client.stream("GET", address) as answer:
        answer.raise_for_status()
        if answer.is_redirect:
            raise Unavailable(
                f"{address} has moved",
                field="location",
                value=answer.headers.get("location"),
                cure="give that",
            )
        kept = bytearray()
        async for piece in answer.aiter_bytes():
            kept += piece
            if len(kept) > most:
                raise Unavailable(f"{address} sends more than {most} bytes", cure="use a smaller feed")
        return bytes(kept)
