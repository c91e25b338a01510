"""Asks one GTFS-Realtime feed for what is new. Hosted by ingest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import msgspec

from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.sdk.source import Fetched, Params
from tocsin.sdk.web import Web

from .message import items_of

MOST_BYTES = 64 * 1024 * 1024


class Fetch:
    """``cursor``: the header's timestamp of the feed that was taken last."""

    def __init__(
        self,
        params: Params,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._address, self._authority = str(params["address"]), str(params["authority"])
        key = str(params["key_header"])
        self._web = Web(
            self._address,
            contact=str(params["contact"]),
            headers={key: str(params["key"])} if key else {},
            transport=transport,
            now=now,
        )

    async def fetch(self, cursor: str | None) -> Fetched:
        """Raises ``Unavailable``."""
        page = await self._web.get(self._address, most=MOST_BYTES)
        if not page.news:
            return Fetched((), cursor, page.fresh_s)
        try:
            made_at, items = items_of(page.body)
        except Invalid as error:
            raise Unavailable(error.message, field="address", value=self._address, cure=error.cure) from error
        if str(made_at) == cursor:
            return Fetched((), cursor, page.fresh_s)
        told = [msgspec.json.encode({**item, "authority": self._authority}) for item in items]
        return Fetched(told, str(made_at), page.fresh_s)
