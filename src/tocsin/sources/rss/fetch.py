"""Asks one feed for entries that were not heard yet. Hosted by ingest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

import httpx
import msgspec

from tocsin.kernel.clock import iso
from tocsin.sdk.source import Fetched, Params
from tocsin.sdk.web import Web

from .entries import MOST_BYTES, entries

MOST_AT_ONCE = 500
_REMEMBERED = 400


class Fetch:
    """``cursor``: marks of the entries heard; one that changed is news."""

    def __init__(
        self,
        params: Params,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._address, self._now = str(params["address"]), now
        self._web = Web(self._address, contact=str(params["contact"]), transport=transport, now=now)

    async def fetch(self, cursor: str | None) -> Fetched:
        """Raises ``Unavailable``."""
        page = await self._web.get(self._address, most=MOST_BYTES)
        if not page.news:
            return Fetched((), cursor, page.fresh_s)
        heard = (cursor or "").split()
        known, items = set(heard), []
        found = entries(page.body)[:MOST_AT_ONCE]
        for entry in reversed(found):  # feeds tell the newest first
            mark = sha256(msgspec.json.encode(sorted(entry.items()))).hexdigest()[:8]
            if mark not in known:
                heard.append(mark)
                items.append(msgspec.json.encode({**entry, "feed": self._address, "heard": iso(self._now())}))
        return Fetched(items, " ".join(heard[-max(_REMEMBERED, len(found)) :]), page.fresh_s)
