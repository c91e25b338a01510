"""A second step at sign-in: enrolled, asked for, used once, locked out, turned off, reset."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import text

from tocsin.db import Database
from tocsin.identity.identity import Identity
from tocsin.identity.lockout import FREE
from tocsin.identity.sealing import Seal
from tocsin.kernel.errors import CodeNeeded, Conflict, Invalid, Misconfigured, TooMany, Unauthenticated

CALL = {"address": "127.0.0.1", "agent": "test"}


@pytest.fixture
def password(identity: Identity) -> str:
    made = identity.people.first_account()
    assert made is not None
    return made[1]


class App:
    """The authenticator app on somebody's phone."""

    def __init__(self, secret: str, clock: Any) -> None:
        self._totp, self._clock = pyotp.TOTP(secret), clock

    def code(self, steps: int = 0) -> str:
        return self._totp.at(self._clock.now(), counter_offset=steps)

    def wrong(self) -> str:
        near = {self.code(steps) for steps in (-1, 0, 1)}
        return next(c for n in range(9) if (c := f"{n}" * 6) not in near)


@pytest.fixture
async def app(identity: Identity, password: str, clock: Any) -> App:
    begun = await identity.second_factor.begin("operator")
    made = App(begun.secret, clock)
    made.recovery = (await identity.second_factor.confirm("operator", made.code())).codes  # type: ignore[attr-defined]
    clock.pass_(timedelta(seconds=60))
    return made


def actions(ops: Database) -> list[tuple[str, str]]:
    """What the record says was done, and by whom."""

    def read(conn: Any) -> list[tuple[str, str]]:
        return [(r.action, r.person) for r in conn.execute(text("SELECT action, person FROM audit")).all()]

    return ops.read_now(read)


async def test_it_counts_once_it_is_confirmed(identity: Identity, password: str, clock: Any) -> None:
    begun = await identity.second_factor.begin("operator")
    assert begun.secret in begun.uri
    await identity.sign_in("operator", password, **CALL)
    with pytest.raises(Invalid, match="does not fit"):
        await identity.second_factor.confirm("operator", App(begun.secret, clock).wrong())
    await identity.sign_in("operator", password, **CALL)
    again = await identity.second_factor.begin("operator")
    with pytest.raises(Invalid):
        await identity.second_factor.confirm("operator", App(begun.secret, clock).code())
    await identity.second_factor.confirm("operator", App(again.secret, clock).code())
    with pytest.raises(CodeNeeded):
        await identity.sign_in("operator", password, **CALL)
    with pytest.raises(Conflict, match="on already"):
        await identity.second_factor.begin("operator")
    with pytest.raises(Conflict):
        await identity.second_factor.confirm("operator", App(again.secret, clock).code(1))


async def test_password_and_code(identity: Identity, password: str, app: App, ops: Database) -> None:
    with pytest.raises(Unauthenticated) as stranger:
        await identity.sign_in("operator", "wrong", code=app.code(), **CALL)
    assert not isinstance(stranger.value, CodeNeeded), (
        "whether a code is asked for is told after the password"
    )
    with pytest.raises(CodeNeeded):
        await identity.sign_in("operator", password, **CALL)
    with pytest.raises(Unauthenticated, match="wrong or was used"):
        await identity.sign_in("operator", password, code=app.wrong(), **CALL)
    assert await identity.sessions.of("operator") == []
    secret, _ = await identity.sign_in(
        "operator", password, code=f" {app.code()[:3]} {app.code()[3:]}", **CALL
    )
    assert await identity.sessions.find(secret) is not None


async def test_a_code_read_over_a_shoulder_is_worth_nothing(
    identity: Identity, password: str, app: App, clock: Any
) -> None:
    code = app.code()
    await identity.sign_in("operator", password, code=code, **CALL)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await identity.sign_in("operator", password, code=code, **CALL)
        clock.pass_(timedelta(seconds=30))
    with pytest.raises(Unauthenticated):
        await identity.sign_in("operator", password, code=app.code(-3), **CALL)
    await identity.sign_in("operator", password, code=app.code(), **CALL)


async def test_the_code_that_confirmed_is_used_up(identity: Identity, password: str, clock: Any) -> None:
    begun = await identity.second_factor.begin("operator")
    code = App(begun.secret, clock).code()
    await identity.second_factor.confirm("operator", code)
    with pytest.raises(Unauthenticated):
        await identity.sign_in("operator", password, code=code, **CALL)


async def test_one_code_at_two_doors_at_once_opens_one(identity: Identity, password: str, app: App) -> None:
    code = app.code()
    tries = [identity.sign_in("operator", password, code=code, **CALL) for _ in range(4)]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert len([e for e in ended if isinstance(e, tuple)]) == 1
    assert len(await identity.sessions.of("operator")) == 1


async def test_wrong_codes_lock_out_and_the_password_wipes_none_away(
    identity: Identity, password: str, app: App, clock: Any
) -> None:
    for _ in range(FREE):
        with pytest.raises(CodeNeeded):
            await identity.sign_in("operator", password, **CALL)
        with pytest.raises(Unauthenticated, match="wrong or was used"):
            await identity.sign_in("operator", password, code=app.wrong(), **CALL)
    with pytest.raises(TooMany):
        await identity.sign_in("operator", password, code=app.code(), **CALL)
    clock.pass_(timedelta(seconds=5))
    await identity.sign_in("operator", password, code=app.code(), **CALL)


async def test_recovery_codes_open_once_each(
    identity: Identity, password: str, app: App, ops: Database
) -> None:
    first, second, *_ = app.recovery  # type: ignore[attr-defined]
    await identity.sign_in("operator", password, code=first.upper(), **CALL)
    with pytest.raises(Unauthenticated):
        await identity.sign_in("operator", password, code=first, **CALL)
    await identity.sign_in("operator", password, code=second.replace("-", " "), **CALL)
    assert (await identity.second_factor.standing("operator")).recovery_codes == 6
    assert actions(ops).count(("second_factor.recover", "operator")) == 2


async def test_recovery_codes_are_of_one_person(identity: Identity, app: App, clock: Any) -> None:
    other = identity.people.add_now("ann", "control-room", "operator", by="test")
    begun = await identity.second_factor.begin("ann")
    await identity.second_factor.confirm("ann", App(begun.secret, clock).code())
    with pytest.raises(Unauthenticated):
        await identity.sign_in("ann", other, code=app.recovery[0], **CALL)  # type: ignore[attr-defined]


async def test_off_needs_password_and_code(
    identity: Identity, password: str, app: App, clock: Any, ops: Database
) -> None:
    for word, code in (("wrong", app.code()), (password, app.wrong())):
        with pytest.raises(Unauthenticated):
            await identity.end_second_factor("operator", word, code, address="")
    assert (await identity.second_factor.standing("operator")).since is not None
    await identity.end_second_factor("operator", password, app.code(), address="")
    await identity.sign_in("operator", password, **CALL)
    with pytest.raises(Conflict, match="is off"):
        await identity.end_second_factor("operator", password, app.code(1), address="")
    assert ("second_factor.on", "operator") in actions(ops)
    assert ("second_factor.off", "operator") in actions(ops)


async def test_reset_signs_out_everywhere_and_is_on_record(
    identity: Identity, password: str, app: App, ops: Database
) -> None:
    secret, _ = await identity.sign_in("operator", password, code=app.code(), **CALL)
    assert await identity.second_factor.everybody() == {"operator"}
    await identity.second_factor.reset("operator", by="ann")
    identity.sessions.forget()
    assert await identity.sessions.find(secret) is None
    await identity.sign_in("operator", password, **CALL)
    assert ("second_factor.reset", "ann") in actions(ops)
    with pytest.raises(Conflict):
        await identity.second_factor.reset("operator", by="ann")


@pytest.mark.sqlite
async def test_secrets_are_not_in_the_database(
    identity: Identity, password: str, clock: Any, ops: Database, tmp_path: Path
) -> None:
    begun = await identity.second_factor.begin("operator")
    recovery = await identity.second_factor.confirm("operator", App(begun.secret, clock).code())

    def read(conn: Any) -> str:
        tables = ("second_factors", "recovery_codes", "audit")
        return repr([conn.execute(text(f"SELECT * FROM {table}")).all() for table in tables])

    stored = ops.read_now(read)
    assert "second_factor.on" in stored
    for secret in (begun.secret, *recovery.codes, recovery.codes[0].replace("-", "")):
        assert secret not in stored
    key = tmp_path / "keys" / "identity.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_bytes() not in ops.read_now(lambda c: c.connection.driver_connection.serialize())


async def test_a_key_that_is_gone_lets_nobody_past_and_a_reset_cures(
    identity: Identity, password: str, app: App, ops: Database, tmp_path: Path
) -> None:
    (tmp_path / "keys" / "identity.key").write_bytes(bytes(32))
    identity.second_factor._seal = Seal(tmp_path)  # what a restart does
    with pytest.raises(Misconfigured, match="cannot be opened with this key") as refusal:
        await identity.sign_in("operator", password, code=app.code(), **CALL)
    assert "reset-second-factor" in str(refusal.value)
    assert await identity.sessions.of("operator") == []
    await identity.second_factor.reset("operator", by="command line")
    await identity.sign_in("operator", password, **CALL)


def test_the_seal(tmp_path: Path) -> None:
    seal = Seal(tmp_path)
    sealed = seal.close("a secret", "ann")
    assert Seal(tmp_path).open(sealed, "ann") == "a secret"
    assert seal.close("a secret", "ann") != sealed
    with pytest.raises(Misconfigured):
        seal.open(sealed, "bob")
    key = tmp_path / "keys" / "identity.key"
    key.chmod(0o640)
    with pytest.raises(Misconfigured, match="read by others"):
        Seal(tmp_path).open(sealed, "ann")
    key.chmod(0o600)
    key.write_bytes(b"short")
    with pytest.raises(Misconfigured, match="damaged"):
        Seal(tmp_path).open(sealed, "ann")
    with pytest.raises(Misconfigured, match="no folder"):
        Seal(None).close("a secret", "ann")
