"""Open alerts and incidents as stored, for the live picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tocsin.alerts import service as alerts
from tocsin.db import Database
from tocsin.identity import access
from tocsin.incidents import service as incidents
from tocsin.incidents.advice.service import of_open
from tocsin.kernel.access import AccessRequest
from tocsin.kernel.advice import Consultation
from tocsin.kernel.decisions import Alert, Incident

T = TypeVar("T")
_PAGE = 500
#: more than people answer; the rest is in the list
_MOST_REQUESTS = 1_000


class StoredDecisions:
    """Reads each list in one transaction: what it answers stood together at one moment."""

    def __init__(self, ops: Database) -> None:
        self._ops = ops

    async def open_alerts(self) -> Sequence[Alert]:
        return await self._ops.read(
            lambda conn: _all(
                lambda after: alerts.find(conn, seat=None, state="open", limit=_PAGE, after=after)
            )
        )

    async def open_incidents(self) -> Sequence[Incident]:
        return await self._ops.read(
            lambda conn: _all(
                lambda after: incidents.find(conn, seat=None, state="open", limit=_PAGE, after=after)
            )
        )

    async def open_requests(self) -> Sequence[AccessRequest]:
        found, _ = await self._ops.read(
            lambda conn: access.find(conn, None, state="open", limit=_MOST_REQUESTS)
        )
        return found

    async def open_advice(self) -> Sequence[Consultation]:
        return await self._ops.read(of_open)


def _all(page: Callable[[str | None], tuple[Sequence[T], str | None]]) -> list[T]:
    items, following = page(None)
    found = list(items)
    while following is not None:
        items, following = page(following)
        found += items
    return found
