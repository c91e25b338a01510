"""Asks for the vehicles that have moved since the last call, page by page. Hosted by ingest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx
import msgspec

from tocsin.kernel.ids import random_id
from tocsin.sdk.source import Fetched, Params
from tocsin.sdk.web import Web

from .xml import MOST_BYTES, activities

#: pages in one go; the rest comes with the next call
MOST_PAGES = 2


class Fetch:
    """The service remembers by ``requestorId`` what it told us; after a restart it tells all again."""

    def __init__(
        self,
        params: Params,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        requestor: str = "",
    ) -> None:
        address = str(params["address"])
        self._web = Web(
            address,
            contact=str(params["contact"]),
            headers={"ET-Client-Name": str(params["client"]), "Accept": "application/xml"},
            transport=transport,
            now=now,
        )
        mark = "&" if "?" in address else "?"
        self._url = f"{address}{mark}{urlencode({'requestorId': requestor or random_id()})}"

    async def fetch(self, cursor: str | None) -> Fetched:
        """Raises ``Unavailable``."""
        items: list[bytes] = []
        for _ in range(MOST_PAGES):
            page = await self._web.get(self._url, most=MOST_BYTES)
            if not page.news:
                return Fetched(items, cursor, page.fresh_s)
            found, more = activities(page.body)
            items += [msgspec.json.encode(one) for one in found]
            if not more:
                break
        return Fetched(items, cursor)
