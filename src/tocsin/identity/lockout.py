"""After repeated failures an account waits, longer each time. One rule for accounts that exist and not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.db import Connection, Database
from tocsin.db.times import micros, moment
from tocsin.identity import repository
from tocsin.identity.recording import record
from tocsin.identity.secrets import digest
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TooMany

#: failures in a row that cost nothing: people mistype
FREE = 5
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
#: a row this old is forgotten
FORGET = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Failures:
    count: int
    locked_until: datetime


def wait_after(failures: int) -> timedelta:
    """How long the account is locked after so many failures in a row: 0, then 5 s doubling to 15 min."""
    if failures < FREE:
        return timedelta(0)
    doublings: int = min(failures - FREE, 20)
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))


class Lockout:
    """Kept in the database, so that a restart opens nothing."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def check(self, account: str) -> None:
        """Raises ``TooMany`` while the account is locked."""
        key = _key(account)
        row = await self._db.read(lambda conn: repository.failures(conn, key))
        now = self._clock.now()
        if row is not None and (until := moment(row["locked_until"])) > now:
            raise TooMany(
                "too many failed attempts for this account", retry_after_s=(until - now).total_seconds()
            )

    async def failed(self, account: str, *, address: str = "") -> Failures:
        """Count one more failure, and record it under the account's digest."""
        key, now = _key(account), self._clock.now()

        def count(conn: Connection) -> Failures:
            repository.forget_failures_before(conn, micros(now - FORGET))
            row = repository.failures(conn, key)
            failures = 1 if row is None else int(row["failures"]) + 1
            until = now + wait_after(failures)
            repository.save_failures(
                conn,
                {
                    "account": key,
                    "failures": failures,
                    "last_at": micros(now),
                    "locked_until": micros(until),
                },
            )
            record(
                conn,
                "",
                "session.open",
                kind="account",
                object_id=key[:16],
                outcome="refused",
                detail={"address": address, "failures": failures},
            )
            return Failures(failures, until)

        return await self._db.write(count)

    async def succeeded(self, account: str) -> None:
        key = _key(account)
        if await self._db.read(lambda conn: repository.failures(conn, key)) is not None:
            await self._db.write(lambda conn: repository.forget_failures(conn, key))


def _key(account: str) -> str:
    # People type passwords into the name field: what was typed is not kept.
    return digest(account.casefold(), "tocsin account")
