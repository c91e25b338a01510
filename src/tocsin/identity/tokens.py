"""Tokens of programs: 256 random bits, shown once, with scopes and a name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.db import Connection, Database
from tocsin.db.times import micros, moment
from tocsin.identity import policy, repository
from tocsin.identity.cache import Cache
from tocsin.identity.organisations import FIRST_ROOM, require_standing
from tocsin.identity.recording import record
from tocsin.identity.secrets import digest, new_secret
from tocsin.identity.touch import Touch
from tocsin.kernel.clock import Clock
from tocsin.kernel.ids import random_id

#: lets secret scanners and people see what a leaked string is
PREFIX = "tocsin_"
_TOUCH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiToken:
    id: str
    name: str
    scopes: tuple[str, ...]
    #: whose eyes it has: it sees and does what that room may, within its scopes
    organisation: str
    partner: bool
    created_by: str
    created_at: datetime
    last_used_at: datetime | None

    def subject(self) -> policy.Subject:
        return policy.token(self.id, self.name, self.scopes, policy.Seat(self.organisation, self.partner))


class Tokens:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._cache: Cache[ApiToken] = Cache(ttl_s=2.0)
        self._touch = Touch(db)

    async def create(
        self, name: str, scopes: Iterable[str], *, by: str, organisation: str = FIRST_ROOM
    ) -> tuple[str, ApiToken]:
        """A new token and its secret, which is told this once.

        Raises ``Invalid`` for an unknown scope, ``NotFound`` for an organisation that does not stand.
        """
        secret, token, row = self._make(name, scopes, by, organisation)
        await self._db.write(lambda conn: _add(conn, token, row))
        return secret, token

    def create_now(
        self, name: str, scopes: Iterable[str], *, by: str, organisation: str = FIRST_ROOM
    ) -> tuple[str, ApiToken]:
        """As ``create``, for start-up and commands: blocks the caller."""
        secret, token, row = self._make(name, scopes, by, organisation)
        self._db.write_now(lambda conn: _add(conn, token, row))
        return secret, token

    async def find(self, secret: str) -> ApiToken | None:
        """The token of a secret; marks it as used (within a minute's accuracy)."""
        key, now = digest(secret, "tocsin token"), self._clock.now()
        token = self._cache.get(key)
        if token is not None:
            return token
        token = await self._db.read(lambda conn: _find(conn, key))
        if token is None:
            return None
        if token.last_used_at is None or now - token.last_used_at >= _TOUCH:
            used = token.id
            await self._touch.note(lambda conn: repository.touch_token(conn, used, micros(now)))
        self._cache.put(key, token)
        return token

    def forget(self) -> None:
        """Tokens ended with their organisation: ask the rows again, in this process at once."""
        self._cache.clear()

    async def all(self) -> list[ApiToken]:
        """Newest first."""
        return await self._db.read(lambda conn: [_token(conn, row) for row in repository.all_tokens(conn)])

    async def revoke(self, token_id: str, *, by: str = "system") -> bool:
        """End it, at once in this process; False where there is none such."""

        def drop(conn: Connection) -> str | None:
            dropped = repository.drop_token(conn, token_id)
            if dropped is not None:
                record(conn, by, "token.revoke", kind="token", object_id=token_id)
            return dropped

        found = await self._db.write(drop)
        if found is not None:
            self._cache.drop(found)
        return found is not None

    def _make(
        self, name: str, scopes: Iterable[str], by: str, organisation: str
    ) -> tuple[str, ApiToken, dict[str, object]]:
        secret, now = PREFIX + new_secret(), self._clock.now()
        token = ApiToken(random_id(), name, policy.check_scopes(scopes), organisation, False, by, now, None)
        row = {
            "id": token.id,
            "digest": digest(secret, "tocsin token"),
            "name": name,
            "scopes": " ".join(token.scopes),
            "organisation": organisation,
            "created_by": by,
            "created_at": micros(now),
            "last_used_at": None,
        }
        return secret, token, row


def _add(conn: Connection, token: ApiToken, row: dict[str, object]) -> None:
    if token.organisation != FIRST_ROOM:  # the house's own tokens see as it, also before and after it
        require_standing(conn, token.organisation)
    repository.add_token(conn, row)
    detail = {"name": token.name, "scopes": " ".join(token.scopes)}
    if token.organisation != FIRST_ROOM:
        detail["organisation"] = token.organisation
    record(conn, token.created_by, "token.create", kind="token", object_id=token.id, detail=detail)


def _find(conn: Connection, key: str) -> ApiToken | None:
    row = repository.token(conn, key)
    return None if row is None else _token(conn, row)


def _token(conn: Connection, row: repository.Row) -> ApiToken:
    return ApiToken(
        id=row["id"],
        name=row["name"],
        scopes=tuple(row["scopes"].split()),
        organisation=row["organisation"],
        partner=repository.is_partner(conn, row["organisation"]),
        created_by=row["created_by"],
        created_at=moment(row["created_at"]),
        last_used_at=None if row["last_used_at"] is None else moment(row["last_used_at"]),
    )
