"""Contexts that are kept here under a URL of this installation."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from tocsin.db import Database
from tocsin.kernel.clock import Clock
from tocsin.kernel.ids import content_id, random_id
from tocsin.ngsi.contexts import repository
from tocsin.ngsi.contexts.repository import HostedContext
from tocsin.ngsi.problems import BadRequestData, InvalidRequest

PATH = "/ngsi-ld/v1/jsonldContexts/"
HOSTED, IMPLICIT, CACHED = "Hosted", "ImplicitlyCreated", "Cached"
_MOST_BYTES = 1 << 20


class Hosting:
    """``add`` and ``implicit`` check the shape alone; whether it resolves shows when it is used."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def add(self, given: Any) -> HostedContext:
        """Keep ``{"@context": ...}``. Raises ``InvalidRequest``, ``BadRequestData``."""
        body = _checked(given)
        made = HostedContext(random_id(), body, HOSTED, self._clock.now())
        await self._db.write(lambda conn: repository.add(conn, made))
        return made

    async def implicit(self, context: Any) -> str:
        """The id of a context that came inside of a request, so that an answer can name it."""
        body = _checked({"@context": context})
        context_id = content_id(body.decode())
        if await self.get(context_id) is None:
            made = HostedContext(context_id, body, IMPLICIT, self._clock.now())
            await self._db.write(lambda conn: repository.add(conn, made))
        return context_id

    async def get(self, context_id: str) -> HostedContext | None:
        return await self._db.read(lambda conn: repository.one(conn, context_id))

    async def all(self) -> list[HostedContext]:
        return await self._db.read(repository.every)

    async def drop(self, context_id: str) -> bool:
        return await self._db.write(lambda conn: repository.drop(conn, context_id))

    async def body_of(self, url: str) -> bytes | None:
        """The document, where ``url`` is that of one kept here; None where it is not."""
        _, found, context_id = urlsplit(url).path.partition(PATH)
        if not found:
            return None
        kept = await self.get(unquote(context_id))
        return kept.body if kept is not None else None


def _checked(given: Any) -> bytes:
    if not isinstance(given, dict) or "@context" not in given:
        raise InvalidRequest("there is no @context in it", field="body", cure='send {"@context": ...}')
    context = given["@context"]
    parts = context if isinstance(context, list) else [context]
    if not parts or not all(isinstance(part, dict | str) for part in parts):
        raise BadRequestData("not a @context", field="@context", cure="URLs and objects")
    body = msgspec.json.encode({"@context": context})
    if len(body) > _MOST_BYTES:
        raise BadRequestData(
            "the @context is too large", field="@context", cure=f"at most {_MOST_BYTES} bytes"
        )
    return body
