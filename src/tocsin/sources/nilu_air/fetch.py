"""Up-to-date values of all components at the stations of an area. Hosted by ingest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlencode

import httpx
import msgspec

from tocsin.kernel.errors import Unavailable
from tocsin.sdk.source import Fetched, Params
from tocsin.sdk.web import Web

MOST_BYTES = 8 * 1024 * 1024
MOST_VALUES = 5_000
_REMEMBERED = 400


class Fetch:
    """``cursor``: marks of the values that were taken; one that is corrected later is news."""

    def __init__(
        self,
        params: Params,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        address = str(params["address"])
        self._url = f"{address}?{urlencode({'areas': str(params['areas'])})}"
        self._web = Web(address, contact=str(params["contact"]), transport=transport, now=now)

    async def fetch(self, cursor: str | None) -> Fetched:
        """Raises ``Unavailable``."""
        page = await self._web.get(self._url, most=MOST_BYTES)
        try:
            values = msgspec.json.decode(page.body, type=list[msgspec.Raw])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
            raise Unavailable("no list of values", field="address", value=self._url) from None
        if len(values) > MOST_VALUES:
            raise Unavailable(f"{len(values)} values", field="areas", cure="ask for fewer areas")
        heard = (cursor or "").split()
        known, items = set(heard), []
        for value in values:
            mark = sha256(bytes(value)).hexdigest()[:8]
            if mark not in known:
                heard.append(mark)
                items.append(bytes(value))
        return Fetched(items, " ".join(heard[-max(_REMEMBERED, len(values)) :]), page.fresh_s)
