"""Asks EEA's download service for two days of a city: a ZIP of Parquet files, one a sampling point."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import msgspec

from tocsin.kernel.clock import iso
from tocsin.kernel.errors import Invalid
from tocsin.sdk.source import Fetched, Params
from tocsin.sdk.web import Web

from .archive import rows

MOST_BYTES = 32 * 1024 * 1024
_BACK = timedelta(days=2)


class Fetch:
    """``cursor``: of each sampling point and pollutant the end of the last hour that was taken, as JSON."""

    def __init__(
        self,
        params: Params,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises ``Invalid``."""
        country, hours = str(params["country"]), int(params["zone_hours"])
        if not (len(country) == 2 and country.isalpha()) or not -12 <= hours <= 14:
            raise Invalid("no country or zone", field="country", value=f"{country} {hours}", cure="IT, and 1")
        self._address, self._now = str(params["address"]), now
        self._zone = timedelta(hours=hours)
        self._asked = {
            "countries": [country.upper()],
            "cities": [str(params["city"])],
            "pollutants": str(params["pollutants"]).split(),
            "dataset": 1,
            "source": "Tocsin",
            "aggregationType": "hour",
        }
        self._web = Web(self._address, contact=str(params["contact"]), transport=transport, now=now)

    async def fetch(self, cursor: str | None) -> Fetched:
        """Raises ``Unavailable``."""
        now = self._now()
        question = {**self._asked, "dateTimeStart": iso(now - _BACK), "dateTimeEnd": iso(now)}
        page = await self._web.post(self._address, msgspec.json.encode(question), most=MOST_BYTES)
        found = await asyncio.to_thread(rows, page.body, self._zone, now - _BACK)
        known = _known(cursor)
        items, newest = [], dict(known)
        for row in sorted(found, key=lambda one: str(one["end"])):
            series, end = f"{row['point']} {row['pollutant']}", str(row["end"])
            if end > known.get(series, ""):
                items.append(msgspec.json.encode(row))
                newest[series] = max(newest.get(series, ""), end)
        oldest = iso(now - 2 * _BACK)
        kept = {series: end for series, end in newest.items() if end > oldest}
        return Fetched(items, msgspec.json.encode(kept).decode())


def _known(cursor: str | None) -> dict[str, str]:
    try:
        return msgspec.json.decode(cursor or "{}", type=dict[str, str])
    except msgspec.MsgspecError:
        return {}
