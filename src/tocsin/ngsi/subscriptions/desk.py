"""What callers do with subscriptions (clause 5.8): each one transaction that every later change sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from tocsin.context.journal import repository as journal
from tocsin.db import Connection, Database
from tocsin.kernel.clock import Clock
from tocsin.ngsi.problems import AlreadyExists, OperationNotSupported, ResourceNotFound
from tocsin.ngsi.subscriptions import repository
from tocsin.ngsi.subscriptions.matching import Rule
from tocsin.ngsi.subscriptions.model import Kind, Ledger, Subscription, packed

#: all of them are in memory where notifications are sent
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Stands:
    """A subscription and how its notifications stand."""

    subscription: Subscription
    ledger: Ledger


class SubscriptionDesk:
    """Of subscriptions of one ``kind``. ``allowed``: hosts of the settings that endpoints may name though
    they lie in an inner network.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        allowed: frozenset[str] = frozenset(),
        *,
        kind: Kind = "entities",
    ) -> None:
        self._db, self._clock, self.allowed, self.kind = db, clock, allowed, kind

    async def create(self, one: Subscription) -> None:
        """Told of all changes from now on. Raises ``AlreadyExists``, ``OperationNotSupported``."""

        def write(conn: Connection) -> None:
            if repository.get(conn, one.id) is not None:
                raise AlreadyExists("there is such a subscription", field="id", value=one.id, cure="PATCH it")
            if repository.count(conn, self.kind) >= MOST:
                raise OperationNotSupported(
                    "there are too many subscriptions", cure=f"delete some: at most {MOST}"
                )
            self._save(conn, one)
            repository.save_ledgers(conn, [(one.id, packed(Ledger(journal.head(conn))))])

        await self._db.write(write)

    async def get(self, subscription: str) -> Stands:
        """Raises ``ResourceNotFound``."""

        def read(conn: Connection) -> Stands:
            one = self._there(conn, subscription)
            return Stands(one, repository.ledgers(conn, [one.id]).get(one.id) or Ledger(0))

        return await self._db.read(read)

    async def page(self, offset: int, limit: int) -> tuple[list[Stands], int]:
        """Oldest first; and how many there are."""

        def read(conn: Connection) -> tuple[list[Stands], int]:
            found, total = repository.page(conn, self.kind, offset, limit)
            ledgers = repository.ledgers(conn, [one.id for one in found])
            return [Stands(one, ledgers.get(one.id) or Ledger(0)) for one in found], total

        return await self._db.read(read)

    async def all(self) -> list[Subscription]:
        return (await self._db.read(lambda conn: repository.page(conn, self.kind)))[0]

    async def change(
        self, subscription: str, work: Callable[[Subscription], Subscription], *, by: str
    ) -> Subscription:
        """``work`` upon it as it is. One that was not active goes on from now, and ``by`` answers for it.

        Raises ``ResourceNotFound``.
        """

        def write(conn: Connection) -> Subscription:
            old = self._there(conn, subscription)
            now = self._clock.now()
            made = replace(work(old), modified_at=now)
            if made.status(now) == "active" != old.status(now):
                made = replace(
                    made,
                    restarts=made.restarts + 1,
                    restart=journal.head(conn),
                    resumed_by="" if by == made.by else by,
                    stopped="",
                )
            self._save(conn, made)
            repository.forget_told(conn, made.id)  # it is told all that matches anew (clause 5.11.7)
            return made

        return await self._db.write(write)

    async def replay(self, subscription: str, since: datetime) -> tuple[Subscription, datetime | None]:
        """Tell it again all that changed since then; and from when on changes are kept, where that is later.

        Raises ``ResourceNotFound``.
        """

        def write(conn: Connection) -> tuple[Subscription, datetime | None]:
            old = self._there(conn, subscription)
            first = journal.first(conn)
            made = replace(old, restarts=old.restarts + 1, restart=journal.before(conn, since))
            self._save(conn, made)
            return made, first[1] if first is not None and first[1] > since else None

        return await self._db.write(write)

    async def delete(self, subscription: str) -> None:
        """Raises ``ResourceNotFound``."""

        def write(conn: Connection) -> None:
            self._there(conn, subscription)
            repository.drop(conn, subscription)

        await self._db.write(write)

    def _save(self, conn: Connection, one: Subscription) -> None:
        # nobody keeps changes of entities for who waits for registrations
        waits = self.kind == "entities" and one.interval_s is None
        active = waits and one.status(self._clock.now()) == "active"
        repository.save(conn, one, Rule(one).watches, active=active)

    def _there(self, conn: Connection, subscription: str) -> Subscription:
        found = repository.get(conn, subscription)
        if found is None or found.kind != self.kind:
            raise ResourceNotFound("there is no such subscription", field="id", value=subscription)
        return found
