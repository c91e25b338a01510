"""A person's second factor: enrolled, confirmed, asked for, used once, turned off, reset."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from tocsin.db import Connection, Database
from tocsin.db.times import micros, moment
from tocsin.identity import repository as identity
from tocsin.identity.recording import record
from tocsin.identity.sealing import Seal
from tocsin.identity.second_factor import codes, repository
from tocsin.identity.secrets import digest
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Conflict, Invalid, NotFound

#: what the app shows beside the code
ISSUER = "Tocsin"
_RECOVERY = "tocsin recovery"


@dataclass(frozen=True, slots=True)
class Standing:
    """``since`` None: it is off, or begun and not confirmed. ``recovery_codes``: how many are unused."""

    since: datetime | None
    recovery_codes: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Shown this once. ``secret``: base32 text to type into an app; ``uri``: the same as ``otpauth://``;
    ``qr``: the same to be photographed, rows of ``0`` and ``1`` (dark)."""

    secret: str
    uri: str
    qr: list[str]


@dataclass(frozen=True, slots=True)
class Recovery:
    """One-use codes for when the app is lost; shown this once, kept as digests."""

    codes: list[str]


class SecondFactor:
    """``clock`` is the wall, in every realm; ``seal`` closes the secrets that are stored."""

    def __init__(self, db: Database, clock: Clock, seal: Seal) -> None:
        self._db = db
        self._clock = clock
        self._seal = seal

    async def standing(self, person: str) -> Standing:
        def read(conn: Connection) -> Standing:
            row = repository.factor(conn, person)
            if row is None or row["confirmed_at"] is None:
                return Standing(None, 0)
            return Standing(moment(row["confirmed_at"]), repository.unused_recovery(conn, person))

        return await self._db.read(read)

    async def everybody(self) -> set[str]:
        """Names of those who have it on."""
        return set(await self._db.read(repository.people_with_factor))

    async def begin(self, person: str, *, issuer: str = ISSUER) -> Enrolment:
        """A new secret, which counts once it is confirmed. Raises ``Conflict`` where it is on, or where the
        person signs in at a provider, which has second steps of its own."""
        secret, now = codes.new_secret(), micros(self._clock.now())
        # the first sealing makes a key file
        sealed = await asyncio.to_thread(self._seal.close, secret, person)

        def save(conn: Connection) -> None:
            account = identity.person(conn, person)
            if account is None:
                raise NotFound("there is no such account", field="person", value=person)
            if not account["password"]:
                raise Conflict(
                    "you sign in at a provider, which asks for second steps itself",
                    field="person",
                    value=person,
                    cure="turn the second factor on there",
                )
            row = repository.factor(conn, person)
            if row is not None and row["confirmed_at"] is not None:
                raise Conflict("the second factor is on already", field="person", value=person)
            begun = {"person": person, "secret": sealed, "created_at": now, "confirmed_at": None}
            repository.save_factor(conn, {**begun, "last_step": 0})

        await self._db.write(save)
        uri = codes.uri(secret, person, issuer)
        return Enrolment(secret, uri, codes.qr(uri))

    async def confirm(self, person: str, code: str) -> Recovery:
        """From now on it is asked for. Raises ``Conflict`` (nothing begun, or on), ``Invalid`` (code)."""
        row = await self._db.read(lambda conn: repository.factor(conn, person))
        if row is None or row["confirmed_at"] is not None:
            raise Conflict(
                "no second factor is being set up", field="code", cure="begin with a new secret first"
            )
        now = self._clock.now()
        step = codes.step_of(self._opened(row["secret"], person), codes.typed(code), now, 0)
        if step is None:
            raise Invalid(
                "this code does not fit the secret",
                field="code",
                cure="type the six digits that the app shows now; set the phone's clock to automatic",
            )
        made, found, used = codes.new_recovery_codes(), dict(row), step

        def save(conn: Connection) -> None:
            now_there = repository.factor(conn, person)
            if now_there is None or dict(now_there) != found:
                raise Conflict("the second factor was changed meanwhile", field="code", cure="begin again")
            repository.save_factor(conn, {**found, "confirmed_at": micros(now), "last_step": used})
            repository.replace_recovery(conn, person, [_digest(person, c) for c in made])
            record(conn, person, "second_factor.on", kind="person", object_id=person)

        await self._db.write(save)
        return Recovery(made)

    async def accepts(self, person: str, code: str) -> bool:
        """Whether this is a code of the app or a recovery code, not used before; it is used up by this."""
        given, now = codes.typed(code), self._clock.now()

        def use(conn: Connection) -> bool:
            row = repository.factor(conn, person)
            if row is None or row["confirmed_at"] is None:
                return False
            if not codes.is_time_code(given):
                used = repository.use_recovery(conn, person, _digest(person, given), micros(now))
                if used:
                    left = {"left": repository.unused_recovery(conn, person)}
                    record(
                        conn,
                        person,
                        "second_factor.recover",
                        kind="person",
                        object_id=person,
                        detail=left,
                    )
                return used
            # in the transaction: two sign-ins with one code come one after the other, the second in vain
            step = codes.step_of(self._opened(row["secret"], person), given, now, int(row["last_step"]))
            if step is not None:
                repository.advance(conn, person, step)
            return step is not None

        return await self._db.write(use)

    async def end(self, person: str) -> None:
        """Turn it off; whoever calls has asked for password and code. Raises ``Conflict`` if it is off."""

        def drop(conn: Connection) -> None:
            if not repository.drop_factor(conn, person):
                raise Conflict("the second factor is off", field="person", value=person)
            record(conn, person, "second_factor.off", kind="person", object_id=person)

        await self._db.write(drop)

    async def reset(self, person: str, *, by: str) -> None:
        """Take it from somebody who lost app and codes; they are signed out everywhere.

        Raises ``NotFound`` where there is no such account, ``Conflict`` where it is off.
        """

        def drop(conn: Connection) -> None:
            if identity.person(conn, person) is None:
                raise NotFound(
                    "there is no such account", field="person", value=person, cure="tocsin user list"
                )
            if not repository.drop_factor(conn, person):
                raise Conflict("this person has no second factor", field="person", value=person)
            identity.drop_sessions_of(conn, person)
            record(conn, by, "second_factor.reset", kind="person", object_id=person)

        await self._db.write(drop)

    def _opened(self, sealed: str, person: str) -> str:
        return self._seal.open(sealed, person)


def _digest(person: str, code: str) -> str:
    return digest(f"{person}\0{codes.typed(code)}", _RECOVERY)
