"""What is of PostgreSQL alone: its lock, its refusals, a server that goes and returns, a city on it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect, text
from tests.postgresql.server import Server, binaries, running
from tests.system.city import City, counter, until
from tests.system.city import running as running_city

from tocsin.app.databases import context_db, ops_db
from tocsin.app.hosting import Place
from tocsin.db import Connection, Database, dialect
from tocsin.db.migrate import upgrade
from tocsin.kernel.errors import Invalid, Misconfigured, Unavailable
from tocsin.settings import load

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(binaries() is None, reason="no PostgreSQL here (make setup brings one)"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as made:
        yield made


@pytest.fixture
def base(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database's address."""
    name = f"t{abs(hash(request.node.name))}"
    server.say(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.say(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def db(base: str) -> Iterator[Database]:
    made = Database(dialect.schema_of(base, "ops"), durable=True, name="ops", wait_s=0.2)
    upgrade(made)
    made.write_now(lambda conn: conn.execute(text("CREATE TABLE t (x INTEGER PRIMARY KEY)")))
    yield made
    made.close()


def put(x: int):
    return lambda conn: conn.execute(text("INSERT INTO t VALUES (:x)"), {"x": x})


def kept(conn: Connection) -> list[int]:
    return [int(x) for (x,) in conn.execute(text("SELECT x FROM t ORDER BY x"))]


def test_a_writer_waits_for_its_turn_and_is_refused_whole(db: Database, base: str) -> None:
    other = Database(dialect.schema_of(base, "ops"), durable=True, name="ops", wait_s=5)

    def meanwhile(conn: Connection) -> None:
        put(1)(conn)
        with pytest.raises(Unavailable, match="locked"):
            db.write_now(put(2))
        assert db.read_now(kept) == [], "readers are not held up, and see what is committed"

    other.write_now(meanwhile)
    other.close()
    db.write_now(put(3))
    assert db.read_now(kept) == [1, 3]


def test_another_schema_is_another_turn(db: Database, base: str) -> None:
    context = Database(dialect.schema_of(base, "context"), durable=False, name="context", wait_s=0.2)
    upgrade(context)
    db.write_now(lambda conn: (put(1)(conn), context.write_now(lambda c: c.execute(text("SELECT 1")))))
    tables = context.read_now(lambda c: set(inspect(c).get_table_names()))
    assert "entities" in tables
    assert "t" not in tables
    context.close()


def test_a_standby_is_told_from_a_defect(db: Database, base: str) -> None:
    with psycopg.connect(base.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {owner.info.dbname} SET default_transaction_read_only = on".encode())
        standby = Database(dialect.schema_of(base, "ops"), durable=True, name="ops")
        with pytest.raises(Unavailable, match="cannot be written") as refused:
            standby.write_now(put(1))
        assert "standby" in str(refused.value.cure)
        standby.close()
        owner.execute(f"ALTER DATABASE {owner.info.dbname} RESET default_transaction_read_only".encode())


async def test_a_server_that_goes_and_returns() -> None:
    with running() as server:
        server.say("CREATE DATABASE city")
        db = Database(dialect.schema_of(server.url("city"), "ops"), durable=True, name="ops")
        upgrade(db)
        db.write_now(lambda conn: conn.execute(text("CREATE TABLE t (x INTEGER PRIMARY KEY)")))
        await db.write(put(1))
        server.stop()
        for call in (db.write(put(2)), db.read(kept)):
            with pytest.raises(Unavailable, match="does not answer") as refused:
                await call
            assert "password" not in str(refused.value)
        server.start()
        await db.write(put(3))
        assert await db.read(kept) == [1, 3]
        db.close()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://x@y/z",
        "postgresql://city@host",
        "postgresql://city:secret-word@host/name",
        "no address at all",
    ],
)
def test_another_address_is_refused_and_no_password_told(tmp_path: Path, url: str) -> None:
    (tmp_path / "tocsin.toml").write_text(f'[database]\nurl = "{url}"\n')
    with pytest.raises(Misconfigured) as refused:
        ops_db(Place(tmp_path, "live", load(tmp_path)))
    assert refused.value.field == "database.url"
    assert "secret-word" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [(None, 0o600, "cannot be read"), ("", 0o600, "no secret"), ("word", 0o644, "others can read")],
)
def test_its_password_is_a_secret(tmp_path: Path, content: str | None, mode: int, words: str) -> None:
    (tmp_path / "tocsin.toml").write_text(
        '[database]\nurl = "postgresql://city@host/name"\npassword_file = "db-password"\n'
    )
    if content is not None:
        (tmp_path / "db-password").write_text(content)
        (tmp_path / "db-password").chmod(mode)
    with pytest.raises(Misconfigured, match=words) as refused:
        ops_db(Place(tmp_path, "live", load(tmp_path)))
    assert refused.value.field == "database.password_file"


def test_a_password_reaches_the_driver_and_no_text(tmp_path: Path) -> None:
    (tmp_path / "tocsin.toml").write_text(
        '[database]\nurl = "postgresql://city@host/name"\npassword_file = "db-password"\n'
    )
    (tmp_path / "db-password").write_text("secret-word\n")
    (tmp_path / "db-password").chmod(0o600)
    db = ops_db(Place(tmp_path, "live", load(tmp_path)))
    assert db.where == "postgresql://city@host/name, schema ops"
    assert db._writer.url.password == "secret-word"
    db.close()


async def test_a_character_that_no_text_can_hold_is_named(db: Database) -> None:
    db.write_now(lambda conn: conn.execute(text("CREATE TABLE words (w TEXT)")))
    with pytest.raises(Invalid, match="NUL"):
        await db.write(lambda conn: conn.execute(text("INSERT INTO words VALUES (:w)"), {"w": "a\0b"}))


@pytest.mark.parametrize("realm", ["backtest:Trafikk", "backtest:a day; of 'mine'", "backtest:" + "x" * 90])
def test_a_realm_of_any_name_has_schemas_of_its_own(base: str, tmp_path: Path, realm: str) -> None:
    (tmp_path / "tocsin.toml").write_text(f'[database]\nurl = "{base.replace("+psycopg", "")}"\n')
    place = Place(tmp_path, realm, load(tmp_path))
    ops, context = ops_db(place), context_db(place)
    for made in (ops, context):
        upgrade(made)
    names = [
        made.read_now(lambda c: c.execute(text("SELECT current_schema()")).scalar_one())
        for made in (ops, context)
    ]
    assert len(set(names)) == 2
    assert all(0 < len(name) < 64 for name in names)
    ops.close()
    context.close()


def test_a_city_lives_on_it_and_goes_on_after_a_kill(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.say("CREATE DATABASE city")
    url = server.url("city").replace("+psycopg", "")
    monkeypatch.setenv("TOCSIN_DATABASE_URL", url)
    with running_city(tmp_path / "city") as city:
        assert city.post([counter("K-05", outflow=1.0)])[0] == 202
        until("the reading is in the picture", lambda: _shown(city) == 1.0)
        for name in ("stages", "door"):
            os.kill(city.processes()[name], signal.SIGKILL)
        until("a reading is taken in", lambda: city.post([counter("K-05", outflow=2.0)])[0] == 202)
        until("the reading is in the picture", lambda: _shown(city) == 2.0)
        city.in_order()
    assert not [*(tmp_path / "city").glob("ops.db*"), *(tmp_path / "city").glob("context.db*")]
    with psycopg.connect(url) as owner:
        assert owner.execute("SELECT count(*) FROM context.entities").fetchone() == (1,)
        seqs = [seq for (seq,) in owner.execute("SELECT seq FROM ops.audit ORDER BY seq").fetchall()]
        assert seqs == list(range(1, len(seqs) + 1))
        assert len(seqs) > 2


def _shown(city: City) -> float | None:
    found = city.entity("ItemFlowObserved", "K-05")
    return found["attributes"]["outflow"]["value"] if found else None
