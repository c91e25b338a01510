"""What is published comes from what is committed: rows written with the effect, relayed afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

import structlog
from sqlalchemy import Connection, delete, func, select, update

from tocsin.db.database import Database
from tocsin.db.dialect import execute_rows, upsert
from tocsin.db.metadata import outbox, outbox_owners
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Bus, Health, Outgoing

log = structlog.get_logger(__name__)

#: an owner that has not been heard of for this long is dead; its rows are adopted
LEASE_S = 5.0
_RENEW_S = 2.0
#: published rows are removed together this often: each removal takes the write lock
_REMOVE_S = 0.5
_BATCH = 500
_RETRY_S = (0.1, 0.25, 0.5, 1.0)


def add(conn: Connection, subject: str, data: bytes) -> None:
    """Promise to publish ``data`` on ``subject`` if, and only if, this transaction commits."""
    add_many(conn, [(subject, data)])


def add_many(conn: Connection, messages: Sequence[tuple[str, bytes]]) -> None:
    """``add`` for several (subject, data), to be published in this order."""
    owner = conn.info.get("owner", "")
    execute_rows(
        conn,
        outbox,
        ("owner", "subject", "data"),
        [(owner, subject, data) for subject, data in messages],
    )


class Outbox:
    """Relays this process's own rows, oldest first, woken by commit.

    ``owner`` names the process; a restart under the same name goes on with its rows at once. Rows of an
    owner that is gone for ``LEASE_S`` are adopted. A row may be published twice (killed between publish and
    delete): the bus drops the repeat by its id, readers by version.
    """

    def __init__(self, db: Database, bus: Bus, owner: str) -> None:
        self.name = f"outbox.{owner}"
        self._db, self._bus, self._owner = db, bus, owner
        db.owner = owner
        self._woken = asyncio.Event()
        db.after_commit(self.wake)
        self._renewed = self._removed = float("-inf")
        #: the last row that is published; not yet removed are those up to it. 0: all are
        self._published = 0
        #: the same, and remembered
        self._through = 0
        self._moved = asyncio.Event()
        self._relayed = 0
        self._adopted = 0
        self._waiting = 0
        self._fault: str | None = None

    def wake(self) -> None:
        """Look for rows now."""
        self._woken.set()

    async def run(self) -> None:
        try:
            await self._work()
        finally:
            # else the next start would publish the last ones again
            with suppress(TocsinError):
                await self._db.write(self._remove_published)

    async def _work(self) -> None:
        failures = 0
        while True:
            try:
                await self._lease()
                self._woken.clear()
                more = True
                while more:
                    more = await self._relay()
                    await self._remove()
                    await self._lease()
                failures, self._fault = 0, None
            except TocsinError as error:
                wait = _RETRY_S[min(failures, len(_RETRY_S) - 1)]
                failures += 1
                self._fault = str(error)
                log.warning("outbox_waits", outbox=self.name, reason=str(error), after_s=wait)
                await asyncio.sleep(wait)
                continue
            # Not wait_for: before Python 3.12 it can swallow a cancellation that meets the wake-up.
            with suppress(TimeoutError):
                async with asyncio.timeout(_REMOVE_S if self._published else _RENEW_S):
                    await self._woken.wait()

    async def relayed(self, timeout_s: float = 2.0) -> None:
        """Return once all that was committed before this call is published, or it takes too long."""
        last = await self._db.read(self._last)
        end = time.monotonic() + timeout_s
        while last > self._through and (left := end - time.monotonic()) > 0:
            moved = self._moved
            self.wake()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await moved.wait()

    def health(self) -> Health:
        return Health(
            name=self.name,
            state="degraded" if self._fault else "working",
            words=self._fault or "relays what is committed",
            figures={
                "relayed": float(self._relayed),
                "adopted": float(self._adopted),
                "waiting": float(self._waiting),
            },
        )

    async def _relay(self) -> bool:
        """Publish one batch of own rows; whether there may be more."""
        rows = await self._db.read(self._own_rows)
        self._waiting = len(rows)
        if not rows:
            return False
        await self._bus.publish_many(
            [
                Outgoing(subject=subject, data=data, msg_id=f"outbox:{self._db.name}:{row_id}")
                for row_id, subject, data in rows
            ]
        )
        self._relayed += len(rows)
        self._published = self._through = rows[-1][0]
        self._moved.set()
        self._moved = asyncio.Event()
        self._waiting = 0
        return len(rows) == _BATCH

    async def _remove(self) -> None:
        if self._published and time.monotonic() - self._removed >= _REMOVE_S:
            await self._db.write(self._remove_published)
            self._all_removed()

    def _remove_published(self, conn: Connection) -> None:
        conn.execute(delete(outbox).where(outbox.c.owner == self._owner, outbox.c.id <= self._published))

    def _all_removed(self) -> None:
        self._published, self._removed = 0, time.monotonic()

    def _last(self, conn: Connection) -> int:
        """The newest row of this owner that is not known to be published; 0: there is none."""
        newest = select(func.max(outbox.c.id)).where(
            outbox.c.owner == self._owner, outbox.c.id > self._through
        )
        return int(conn.execute(newest).scalar_one() or 0)

    def _own_rows(self, conn: Connection) -> list[tuple[int, str, bytes]]:
        found = conn.execute(
            select(outbox.c.id, outbox.c.subject, outbox.c.data)
            .where(outbox.c.owner == self._owner, outbox.c.id > self._published)
            .order_by(outbox.c.id)
            .limit(_BATCH)
        )
        return [(int(row_id), str(subject), bytes(data)) for row_id, subject, data in found]

    async def _lease(self) -> None:
        if time.monotonic() - self._renewed < _RENEW_S:
            return
        adopted = await self._db.write(self._renew)
        self._renewed = time.monotonic()
        self._all_removed()
        if adopted:
            self._adopted += adopted
            log.info("outbox_adopted", outbox=self.name, rows=adopted)

    def _renew(self, conn: Connection) -> int:
        """Say that this owner lives, and take over what belongs to nobody alive. Returns rows taken."""
        now = time.time()
        self._remove_published(conn)  # rows that are adopted may be older than these
        conn.execute(
            upsert(conn, outbox_owners, ["owner"], ["seen_at"]), {"owner": self._owner, "seen_at": now}
        )
        alive = select(outbox_owners.c.owner).where(outbox_owners.c.seen_at > now - LEASE_S)
        taken = conn.execute(
            update(outbox).where(outbox.c.owner.not_in(alive)).values(owner=self._owner)
        ).rowcount
        conn.execute(delete(outbox_owners).where(outbox_owners.c.seen_at <= now - LEASE_S))
        return taken


def waiting(conn: Connection) -> int:
    """Rows of all owners that are committed and not yet published."""
    return int(conn.execute(select(func.count()).select_from(outbox)).scalar_one())
