import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tocsin.db import Database
from tocsin.identity.identity import Identity
from tocsin.identity.lockout import FREE, LONGEST_WAIT, wait_after
from tocsin.identity.passwords import Passwords
from tocsin.kernel.errors import Conflict, Invalid, NotFound, TooMany, Unauthenticated

CALL = {"address": "127.0.0.1", "agent": "test"}


@pytest.fixture
def password(identity: Identity) -> str:
    made = identity.people.first_account()
    assert made is not None
    assert made[0] == "operator"
    return made[1]


def everything(ops: Database) -> str:
    """All text of the identity tables."""

    def read(conn: Any) -> str:
        tables = ("people", "sessions", "tokens", "devices", "failed_sign_ins")
        return repr([conn.execute(text(f"SELECT * FROM {table}")).all() for table in tables])

    return ops.read_now(read)


async def test_first_account_is_made_once(identity: Identity, password: str, ops: Database) -> None:
    assert identity.people.first_account() is None
    assert re.fullmatch(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", password)
    assert password not in everything(ops)
    assert "$argon2id$" in everything(ops)


async def test_sign_in_use_and_revoke(identity: Identity, password: str, ops: Database) -> None:
    secret, session = await identity.sign_in("operator", password, **CALL)
    assert len(secret) == 43
    assert secret not in everything(ops)
    found = await identity.sessions.find(secret)
    assert found is not None
    assert found.person == "operator"
    assert found.subject().name == "operator"
    assert not await identity.sessions.revoke("somebody else", session.id)
    assert await identity.sessions.find(secret) is not None
    assert await identity.sessions.revoke("operator", session.id)
    assert await identity.sessions.find(secret) is None


@pytest.mark.parametrize("secret", ["", "x", "a" * 10_000, "ä" * 50])
async def test_foreign_secrets_find_nothing(identity: Identity, secret: str) -> None:
    assert await identity.sessions.find(secret) is None
    assert await identity.tokens.find(secret) is None


async def test_idle_and_absolute_expiry(identity: Identity, password: str, clock: Any) -> None:
    secret, _ = await identity.sign_in("operator", password, **CALL)
    for _ in range(2):
        clock.pass_(timedelta(hours=11))
        assert await identity.sessions.find(secret) is not None, "used within the idle time"
    clock.pass_(timedelta(hours=2, seconds=1))
    assert await identity.sessions.find(secret) is None, "older than the longest life"
    other, _ = await identity.sign_in("operator", password, **CALL)
    clock.pass_(timedelta(hours=12))
    assert await identity.sessions.find(other) is None, "unused for the idle time"


async def test_stale_sessions_are_swept(identity: Identity, password: str, clock: Any) -> None:
    await identity.sign_in("operator", password, **CALL)
    clock.pass_(timedelta(days=2))
    _, fresh = await identity.sign_in("operator", password, **CALL)
    assert [s.id for s in await identity.sessions.of("operator")] == [fresh.id]


async def test_new_password_signs_out_everywhere(identity: Identity, password: str, clock: Any) -> None:
    secret, _ = await identity.sign_in("operator", password, **CALL)
    identity.people.set_password_now("operator", "four words at least")
    identity.sessions._cache.clear()  # what another process's two seconds would do
    assert await identity.sessions.find(secret) is None
    with pytest.raises(Unauthenticated):
        await identity.sign_in("operator", password, **CALL)
    await identity.sign_in("operator", "four words at least", **CALL)


def test_short_password_is_refused(identity: Identity, password: str) -> None:
    with pytest.raises(Invalid, match="at least 12"):
        identity.people.set_password_now("operator", "short")
    with pytest.raises(NotFound):
        identity.people.set_password_now("nobody", "long enough, surely")


@pytest.mark.parametrize("name", ["operator", "nobody"])
async def test_lock_out_grows_and_ends(identity: Identity, password: str, clock: Any, name: str) -> None:
    for _ in range(FREE):
        with pytest.raises(Unauthenticated):
            await identity.sign_in(name, "wrong", **CALL)
    with pytest.raises(TooMany) as locked:
        await identity.sign_in(name.upper(), password, **CALL)
    assert locked.value.retry_after_s == 5
    clock.pass_(timedelta(seconds=5))
    with pytest.raises(Unauthenticated):
        await identity.sign_in(name, "wrong", **CALL)
    with pytest.raises(TooMany) as longer:
        await identity.sign_in(name, password, **CALL)
    assert longer.value.retry_after_s == 10


async def test_success_forgets_failures(identity: Identity, password: str, ops: Database) -> None:
    with pytest.raises(Unauthenticated):
        await identity.sign_in("operator", "wrong", **CALL)
    await identity.sign_in("operator", password, **CALL)
    assert (await identity.lockout.failed("operator")).count == 1


def test_waits_grow_to_a_bound() -> None:
    waits = [wait_after(n) for n in range(200)]
    assert waits == sorted(waits)
    assert waits[FREE - 1] == timedelta(0)
    assert waits[-1] == LONGEST_WAIT


async def test_what_was_typed_as_a_name_is_not_kept(identity: Identity, ops: Database) -> None:
    with pytest.raises(Unauthenticated):
        await identity.sign_in("my secret typed in the wrong box", "x", **CALL)
    assert "my secret" not in everything(ops)


async def test_checks_a_hash_also_where_there_is_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords()
    checked: list[str] = []

    def check(_password: str, stored: str) -> bool:
        checked.append(stored)
        return True

    monkeypatch.setattr(passwords, "_check", check)
    assert not await passwords.fits("anything", None)
    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_tokens(identity: Identity, ops: Database) -> None:
    secret, made = await identity.tokens.create("replay", ["ingest", "read", "read"], by="operator")
    assert secret.startswith("tocsin_")
    assert secret not in everything(ops)
    assert made.scopes == ("ingest", "read")
    found = await identity.tokens.find(secret)
    assert found is not None
    assert found.id == made.id
    assert (await identity.tokens.all())[0].last_used_at is not None
    assert await identity.tokens.revoke(made.id)
    assert await identity.tokens.find(secret) is None
    assert not await identity.tokens.revoke(made.id)


async def test_who_is_let_in_waits_for_no_lock(
    identity: Identity, password: str, ops: Database, clock: Any
) -> None:
    secret, _ = await identity.tokens.create("replay", ["read"], by="operator")
    session, _ = await identity.sign_in("operator", password, **CALL)
    clock.pass_(timedelta(minutes=5))
    with closing(sqlite3.connect(ops.path or "")) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            async with asyncio.timeout(4):  # less than any wait for a lock
                assert await identity.tokens.find(secret) is not None
                assert await identity.sessions.find(session) is not None


async def test_devices(identity: Identity) -> None:
    await identity.devices.register("K-05", "Exit 5", by="operator")
    with pytest.raises(Conflict):
        await identity.devices.register("K-05", "again", by="operator")
    assert [d.id for d in await identity.devices.all()] == ["K-05"]
    assert await identity.devices.revoke("K-05")
    assert not await identity.devices.revoke("K-05")
