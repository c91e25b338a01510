"""All that the NGSI-LD interface needs, as one thing that the composition root makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.db import Database
from tocsin.kernel.clock import Clock
from tocsin.ngsi.contexts.hosting import Hosting
from tocsin.ngsi.jsonld.loading import Contexts
from tocsin.ngsi.jsonld.remote import Fetch, Remote
from tocsin.ngsi.registrations.service import Registrations
from tocsin.ngsi.store.protect import Protect
from tocsin.ngsi.store.reader import Reader
from tocsin.ngsi.store.writer import Writer
from tocsin.ngsi.subscriptions.desk import SubscriptionDesk
from tocsin.ngsi.temporal.evolution import Evolution
from tocsin.ngsi.workers.workers import Workers


@dataclass(frozen=True, slots=True)
class Broker:
    writer: Writer
    reader: Reader
    workers: Workers
    contexts: Contexts
    hosting: Hosting
    #: what the lake tells of earlier; None: it cannot be asked from this process
    evolution: Evolution | None
    registrations: Registrations
    subscriptions: SubscriptionDesk
    clock: Clock
    started: datetime
    #: to registrations
    source_subscriptions: SubscriptionDesk
    #: whose data this is; empty: nobody's in particular
    tenant: str

    @classmethod
    def of(
        cls,
        context: Database,
        clock: Clock,
        *,
        protect: Protect | None = None,
        fetch: Fetch | None = None,
        evolution: Evolution | None = None,
        notifiable: frozenset[str] = frozenset(),
        journaled: bool = True,
        workers: int = 0,
        tenant: str = "",
    ) -> Broker:
        """On the database of the context; ``fetch`` replaces the network; ``notifiable``: inner hosts that
        subscriptions may name; ``journaled``: a stage of this realm tells subscribers;
        ``workers``: processes that answer queries and read batches, 0: this one does.
        """
        hosting, reader = Hosting(context, clock), Reader(context)
        return cls(
            writer=Writer(context, clock, protect, journaled=journaled),
            reader=reader,
            workers=Workers(reader, context, workers),
            contexts=Contexts(fetch or Remote(), hosting.body_of),
            hosting=hosting,
            evolution=evolution,
            registrations=Registrations(context, clock),
            subscriptions=SubscriptionDesk(context, clock, notifiable),
            clock=clock,
            started=clock.now(),
            source_subscriptions=SubscriptionDesk(context, clock, notifiable, kind="registrations"),
            tenant=tenant,
        )

    async def close(self) -> None:
        await self.workers.close()
        await self.writer.close()
