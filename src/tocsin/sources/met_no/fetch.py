"""Asks MET Norway as its terms of service want it: named, with a contact, never before ``Expires``, with
``If-Modified-Since``, with coordinates of four decimals. Hosted by ingest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import httpx
import msgspec

from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.sdk.source import Fetched, Params
from tocsin.sdk.web import Web

MOST_BYTES = 4 * 1024 * 1024
#: path, and the hours ahead that are kept
PRODUCTS = {
    "nowcast": ("nowcast/2.0/complete", (0, 1)),
    "locationforecast": ("locationforecast/2.0/complete", (0, 1, 3, 6, 12, 24, 48)),
}


class Fetch:
    """``cursor``: when the forecast was made that was taken last."""

    def __init__(
        self,
        params: Params,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises ``Invalid``: without a contact MET refuses whoever asks."""
        contact, product = str(params["contact"]).strip(), str(params["product"])
        if "@" not in contact and not contact.startswith("https://"):
            raise Invalid(
                "MET Norway's terms want to know whom they may write to",
                field="feeds.contact",
                value=contact,
                cure="a mail address or a web page of yours, as in it@city.example",
            )
        if product not in PRODUCTS:
            raise Invalid("no product of MET", field="product", value=product, cure=" or ".join(PRODUCTS))
        self._lon, self._lat = _place(str(params["place"]))
        path, self._hours = PRODUCTS[product]
        self._product = product
        self._url = f"{params['address']}/{path}?lat={self._lat:.4f}&lon={self._lon:.4f}"
        self._web = Web(self._url, contact=contact, transport=transport, now=now)

    async def fetch(self, cursor: str | None) -> Fetched:
        """Raises ``Unavailable``."""
        page = await self._web.get(self._url, most=MOST_BYTES)
        if not page.news:
            return Fetched((), cursor, page.fresh_s)
        made, steps = _steps(page.body)
        if made == cursor:
            return Fetched((), cursor, page.fresh_s)
        items = [
            msgspec.json.encode(
                {
                    "product": self._product,
                    "made": made,
                    "lon": self._lon,
                    "lat": self._lat,
                    "hours": hours,
                    **step,
                }
            )
            for hours, step in _chosen(steps, self._hours)
        ]
        return Fetched(items, made, page.fresh_s)


def _place(stated: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in stated.split(","))
    except ValueError:
        lon = lat = float("nan")
    if not (isfinite(lon) and isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise Invalid("no place", field="place", value=stated, cure="lon,lat in degrees: 10.7522,59.9139")
    return lon, lat


def _steps(body: bytes) -> tuple[str, list[dict[str, Any]]]:
    try:
        said = msgspec.json.decode(body)["properties"]
        made, steps = said["meta"]["updated_at"], said["timeseries"]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError, KeyError, TypeError):
        raise Unavailable(
            "no forecast of MET Norway", field="address", cure="see api.met.no/status"
        ) from None
    if type(made) is not str or type(steps) is not list:
        raise Unavailable("no forecast of MET Norway", field="address", cure="see api.met.no/status")
    return made, [step for step in steps if type(step) is dict]


def _chosen(steps: list[dict[str, Any]], hours: tuple[int, ...]) -> list[tuple[int, dict[str, Any]]]:
    """The steps nearest to so many hours behind the first; none twice."""
    times: list[tuple[datetime, dict[str, Any]]] = []
    for step in steps:
        try:
            at = datetime.fromisoformat(str(step.get("time")))
        except ValueError:
            continue
        if at.tzinfo is not None:
            times.append((at, step))
    if not times:
        return []
    first = times[0][0]
    by_hour = {round((at - first).total_seconds() / 60): step for at, step in times}
    return [(hour, by_hour[hour * 60]) for hour in hours if hour * 60 in by_hour]
