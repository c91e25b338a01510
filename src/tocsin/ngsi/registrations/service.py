"""Context source registrations: created, changed, deleted, found. One that has expired is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.db import Connection, Database
from tocsin.kernel.clock import Clock
from tocsin.kernel.ids import random_id
from tocsin.lake.rows import micros
from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.model.checks import moment, told
from tocsin.ngsi.model.kinds import NULL
from tocsin.ngsi.problems import AlreadyExists, BadRequestData, ResourceNotFound, TooManyResults
from tocsin.ngsi.registrations import check, repository
from tocsin.ngsi.registrations.match import Sought, clash
from tocsin.ngsi.registrations.repository import Row

_MOST = 10_000
_PREFIX = "urn:ngsi-ld:ContextSourceRegistration:"


class Registrations:
    """On the database of the context."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def create(self, given: Mapping[str, Any], terms: Terms) -> str:
        """Its id. Raises ``AlreadyExists`` for one that is there, and for what an exclusive one claims."""
        now = self._clock.now()
        made = check.whole(given, terms, now)
        made.setdefault("id", _PREFIX + random_id())
        made = {name: value for name, value in made.items() if value != NULL}
        made["createdAt"] = made["modifiedAt"] = told(now)
        us = micros(now)

        def write(conn: Connection) -> None:
            repository.drop_expired(conn, us)
            if repository.one(conn, made["id"], us) is not None:
                raise AlreadyExists(
                    "a registration of this id exists",
                    field="id",
                    value=made["id"],
                    cure="change it, or choose another",
                )
            if repository.count(conn) >= _MOST:
                raise TooManyResults("there are too many registrations", field="id", cure="delete some")
            _unclaimed(conn, made, us)
            repository.put(conn, _row(made, us))
            repository.moved(conn)

        await self._db.write(write)
        return str(made["id"])

    async def change(self, registration: str, given: Mapping[str, Any], terms: Terms) -> None:
        """Members laid over it; null takes one away. Raises ``ResourceNotFound``, ``BadRequestData``."""
        now = self._clock.now()
        changed = check.part(given, terms, now)
        if changed.get("id", registration) != registration:
            raise BadRequestData("an id stays", field="id", value=changed["id"], cure="leave it out")
        us = micros(now)

        def write(conn: Connection) -> None:
            found = repository.one(conn, registration, us)
            if found is None:
                raise _missing(registration)
            made = {**msgspec.json.decode(found.body), **changed}
            check.consistent(made)
            made = {name: value for name, value in made.items() if value != NULL}
            made["modifiedAt"] = told(now)
            _unclaimed(conn, made, us)
            repository.put(conn, _row(made, found.created_at))
            repository.moved(conn)

        await self._db.write(write)

    async def get(self, registration: str) -> dict[str, Any]:
        """Expanded. Raises ``ResourceNotFound``."""
        us = micros(self._clock.now())
        found = await self._db.read(lambda conn: repository.one(conn, registration, us))
        if found is None:
            raise _missing(registration)
        made: dict[str, Any] = msgspec.json.decode(found.body)
        return made

    async def drop(self, registration: str) -> None:
        """Raises ``ResourceNotFound``."""
        us = micros(self._clock.now())

        def write(conn: Connection) -> None:
            if repository.one(conn, registration, us) is None:
                raise _missing(registration)
            repository.drop(conn, registration)
            repository.moved(conn)

        await self._db.write(write)

    async def find(self, sought: Sought) -> list[dict[str, Any]]:
        """Those that are meant, whole; oldest first."""
        us = micros(self._clock.now())

        def look(conn: Connection) -> list[dict[str, Any]]:
            rows = (msgspec.json.decode(row.body) for row in repository.every(conn, us))
            return [row for row in rows if sought.within(row) is not None]

        return await self._db.read(look)


def compacted(given: Mapping[str, Any], terms: Terms, *, sys_attrs: bool) -> dict[str, Any]:
    """As it is shown under a context."""
    out = {
        terms.compact(k) if ":" in k else k: v
        for k, v in given.items()
        if sys_attrs or k not in ("createdAt", "modifiedAt")
    }
    out["information"] = [_info(info, terms) for info in given["information"]]
    if "scope" in out and len(out["scope"]) == 1:
        out["scope"] = out["scope"][0]
    return out


def _info(info: Mapping[str, Any], terms: Terms) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "entities" in info:
        made["entities"] = [
            {**{n: one[n] for n in ("id", "idPattern") if n in one}, "type": _types(one["type"], terms)}
            for one in info["entities"]
        ]
    for name in ("propertyNames", "relationshipNames"):
        if name in info:
            made[name] = [terms.compact(one) for one in info[name]]
    return made


def _types(types: list[str], terms: Terms) -> str | list[str]:
    shown = [terms.compact(one) for one in types]
    return shown[0] if len(shown) == 1 else shown


def _unclaimed(conn: Connection, made: Mapping[str, Any], us: int) -> None:
    if made.get("mode") not in ("exclusive", "redirect"):
        return
    for row in repository.every(conn, us):
        if row.id != made["id"] and (claimed := clash(made, msgspec.json.decode(row.body))):
            raise AlreadyExists(
                f"{row.id} has registered it exclusively",
                field="information",
                value=claimed,
                cure="another mode",
            )


def _row(made: Mapping[str, Any], created_at: int) -> Row:
    expires = made.get("expiresAt")
    return Row(
        made["id"], msgspec.json.encode(made), created_at, micros(moment(expires)) if expires else None
    )


def _missing(registration: str) -> ResourceNotFound:
    return ResourceNotFound("there is no such registration", field="id", value=registration)
