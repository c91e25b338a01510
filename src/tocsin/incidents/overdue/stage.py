"""The stage that escalates overdue tasks."""

from __future__ import annotations

import asyncio
from datetime import datetime
from itertools import islice

import structlog

from tocsin.db import Connection, Database
from tocsin.incidents import task_service
from tocsin.incidents.escalation import next_due
from tocsin.incidents.machine import incident_id
from tocsin.incidents.overdue import repository
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Health

log = structlog.get_logger(__name__)

_TICK_S = 1.0
#: incidents read in one go, so that a start with many open ones holds nobody up
_AT_ONCE = 200


class Overdue:
    """Tells the supervisor, then the decision maker, of tasks past their time.

    What was told stands in the incident, so any number of restarts tells it once. ``_due`` is a memory of
    what was read, by version; a restart fills it anew.
    """

    def __init__(self, db: Database, clock: Clock, *, tick_s: float = _TICK_S) -> None:
        self.name = "procedures"
        self._db, self._clock, self._tick_s = db, clock, tick_s
        self._due: dict[int, tuple[int, datetime | None]] = {}
        self._fault: str | None = None
        self._escalated = 0

    async def run(self) -> None:
        while True:
            try:
                await self.tick()
                self._fault = None
            except TocsinError as error:
                self._fault = str(error)
                log.warning("overdue_waits", reason=str(error))
            await asyncio.sleep(self._tick_s)

    def health(self) -> Health:
        waiting = sum(due is not None for _, due in self._due.values())
        return Health(
            name=self.name,
            state="degraded" if self._fault else "working",
            words=self._fault or "escalates overdue tasks",
            figures={"escalated": float(self._escalated), "incidents": float(waiting)},
        )

    async def tick(self) -> int:
        """Escalate what is due now. Returns how many levels were told."""
        self._due = await self._db.read(self._look)
        now = self._clock.now()
        late = [number for number, (_, due) in self._due.items() if due is not None and due <= now]
        if not late:
            return 0
        told = await self._db.write(lambda conn: self._tell(conn, late, now))
        self._escalated += told
        return told

    def _look(self, conn: Connection) -> dict[int, tuple[int, datetime | None]]:
        """The memory brought up to date."""
        versions = repository.open_versions(conn)
        known = {n: self._due[n] for n, v in versions.items() if n in self._due and self._due[n][0] == v}
        unread = iter([number for number in versions if number not in known])
        while some := list(islice(unread, _AT_ONCE)):
            for number, incident in repository.those(conn, some).items():
                known[number] = (incident.version, next_due(incident))
        return known

    def _tell(self, conn: Connection, late: list[int], now: datetime) -> int:
        """On the writer thread, in the transaction."""
        return sum(len(task_service.escalate(conn, incident_id(number), now)) for number in late)
