"""All that the NGSI-LD interface needs, as one thing that the composition root makes."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.db import Database
from tocsin.kernel.clock import Clock
from tocsin.ngsi.contexts.hosting import Hosting
from tocsin.ngsi.jsonld.loading import Contexts
from tocsin.ngsi.jsonld.remote import Fetch, Remote
from tocsin.ngsi.store.protect import Protect
from tocsin.ngsi.store.reader import Reader
from tocsin.ngsi.store.writer import Writer


@dataclass(frozen=True, slots=True)
class Broker:
    writer: Writer
    reader: Reader
    contexts: Contexts
    hosting: Hosting

    @classmethod
    def of(
        cls, context: Database, clock: Clock, *, protect: Protect | None = None, fetch: Fetch | None = None
    ) -> Broker:
        """On the database of the context; ``fetch`` replaces the network."""
        hosting = Hosting(context, clock)
        return cls(
            writer=Writer(context, clock, protect),
            reader=Reader(context),
            contexts=Contexts(fetch or Remote(), hosting.body_of),
            hosting=hosting,
        )

    async def close(self) -> None:
        await self.writer.close()
