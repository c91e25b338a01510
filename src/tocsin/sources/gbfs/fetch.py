"""Discovery, stations, vehicle types and status of one system. Each is asked again after its ``ttl``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec

from tocsin.kernel.errors import Unavailable
from tocsin.sdk.source import Fetched, Params
from tocsin.sdk.web import Web

MOST_BYTES = 32 * 1024 * 1024
MOST_STATIONS = 20_000
_STATIONS, _STATUS, _TYPES = "station_information", "station_status", "vehicle_types"
#: a description is not asked for more often, whatever its ttl
_SLOW_S = 3600.0


class Fetch:
    """``cursor``: ``last_updated`` of the status that was taken last. GBFS 2 and 3."""

    def __init__(
        self,
        params: Params,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._discovery = str(params["discovery"])
        key = str(params["key_header"])
        self._web = Web(
            self._discovery,
            contact=str(params["contact"]),
            headers={key: str(params["key"])} if key else {},
            transport=transport,
            now=now,
        )
        self._now = now
        self._until: dict[str, datetime] = {}
        self._docs: dict[str, dict[str, Any]] = {}

    async def fetch(self, cursor: str | None) -> Fetched:
        """Raises ``Unavailable``."""
        addresses = _addresses(await self._doc("gbfs", self._discovery, slow=True))
        if _STATUS not in addresses or _STATIONS not in addresses:
            raise Unavailable(
                "this system has no stations",
                field="discovery",
                value=self._discovery,
                cure="take one whose feeds name station_information and station_status",
            )
        stations = await self._doc(_STATIONS, addresses[_STATIONS], slow=True)
        types: dict[str, Any] = {}
        if _TYPES in addresses:
            types = await self._doc(_TYPES, addresses[_TYPES], slow=True)
        status = await self._doc(_STATUS, addresses[_STATUS])
        left = (self._until[_STATUS] - self._now()).total_seconds()
        updated = str(status.get("last_updated"))
        if updated == cursor:
            return Fetched((), cursor, max(left, 0.0))
        return Fetched(_items(stations, types, status), updated, max(left, 0.0))

    async def _doc(self, name: str, url: str, *, slow: bool = False) -> dict[str, Any]:
        """Its document, from memory while its ttl runs."""
        if name in self._docs and self._now() < self._until[name]:
            return self._docs[name]
        page = await self._web.get(url, most=MOST_BYTES)
        try:
            document = msgspec.json.decode(page.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise Unavailable(f"{name} is no JSON: {str(error)[:100]}", field="address", value=url) from None
        if type(document) is not dict or type(document.get("data")) is not dict:
            raise Unavailable(f"{name} is no document of GBFS", field="address", value=url)
        ttl = document.get("ttl", 0)
        keep = max(float(ttl) if type(ttl) in (int, float) and 0 <= ttl <= 86_400 else 0.0, page.fresh_s)
        self._docs[name] = document
        self._until[name] = self._now() + timedelta(seconds=max(keep, _SLOW_S) if slow else keep)
        return document


def _addresses(discovery: dict[str, Any]) -> dict[str, str]:
    """By name. GBFS 3 lists them below ``data``, GBFS 2 below each language: any will do."""
    data = discovery["data"]
    feeds = data.get("feeds")
    if feeds is None:
        feeds = next((one.get("feeds") for one in data.values() if type(one) is dict), [])
    return {
        feed["name"]: feed["url"]
        for feed in (feeds if type(feeds) is list else ())
        if type(feed) is dict and type(feed.get("name")) is str and type(feed.get("url")) is str
    }


def _items(stations: dict[str, Any], types: dict[str, Any], status: dict[str, Any]) -> list[bytes]:
    """One for each status, with what is known of its station. Raises ``Unavailable`` for too many."""
    said = status["data"].get("stations")
    if type(said) is not list or len(said) > MOST_STATIONS:
        raise Unavailable(
            "no list of stations, or too many", field="stations", cure=f"{MOST_STATIONS} at most"
        )
    about = {
        one["station_id"]: one
        for one in stations["data"].get("stations") or []
        if type(one) is dict and type(one.get("station_id")) is str
    }
    electric = [
        one.get("vehicle_type_id")
        for one in types.get("data", {}).get("vehicle_types") or []
        if type(one) is dict and str(one.get("propulsion_type", "human")) != "human"
    ]
    made = []
    for one in said:
        known = about.get(one.get("station_id")) if type(one) is dict else None
        made.append(
            msgspec.json.encode(
                {
                    "status": one,
                    "station": {k: known[k] for k in ("name", "lat", "lon", "capacity") if k in known}
                    if known
                    else None,
                    "electric": electric,
                    "updated": status.get("last_updated"),
                }
            )
        )
    return made
