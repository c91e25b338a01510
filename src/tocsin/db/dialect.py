"""All that differs between SQLite and PostgreSQL, in one place."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Table, create_engine, event, insert, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateSchema
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert, UpdateBase

from tocsin.kernel.errors import Misconfigured

#: of a PostgreSQL database and a schema in it
Address = URL
#: the one write lock of a schema, by a constant and the schema's name
_TURN = text("SELECT pg_advisory_xact_lock(461905, hashtext(current_setting('search_path')))")
#: SQLite itself asks for a taken lock every 100 ms after the first few times, and serves whoever happens to
#: ask: with several processes at work some waited for a second. So we ask anew this often
_ASK_MS = 2


def url_of(url_or_path: str | Path | URL) -> URL:
    """The SQLAlchemy address of a SQLite file or of a PostgreSQL database.

    Raises ``Misconfigured`` for any other store and for SQLite in memory (its readers would see nothing).
    """
    if isinstance(url_or_path, URL):
        return url_or_path
    given = str(url_or_path)
    url = make_url(given) if "://" in given else URL.create("sqlite", database=given)
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql") or (
        backend == "sqlite" and url.database in (None, "", ":memory:")
    ):
        raise Misconfigured(
            "this store is not one that Tocsin can use",
            field="database",
            value=given,
            cure="give the path of a SQLite file, or postgresql+psycopg://user@host/name",
        )
    return url


def schema_of(url: str, schema: str, password: str = "") -> Address:
    """The address of one schema of a PostgreSQL database: each of ours has its own tables and write lock.

    Raises ``Misconfigured`` for another store, for a password in ``url`` (settings are shown and copied) and
    where SQLAlchemy's driver is not installed.
    """
    try:
        made = make_url(url)
    except ArgumentError:
        made = URL.create("none")
    if made.get_backend_name() != "postgresql" or not made.database or made.password:
        raise Misconfigured(
            "not the address of a PostgreSQL database without its password",
            field="database.url",
            value=made.render_as_string(hide_password=True) if made.password else url,
            cure="postgresql://user@host/name; the password goes into a file, see database.password_file",
        )
    if find_spec("psycopg") is None:
        raise Misconfigured(
            "PostgreSQL needs its driver",
            field="database.url",
            value=url,
            cure="pip install 'tocsin[postgresql]'",
        )
    made = made.set(drivername="postgresql+psycopg", password=password or None)
    return made.update_query_dict({"options": f"-csearch_path={schema}", "application_name": "tocsin"})


def told(url: URL) -> str:
    """A PostgreSQL address for people: no password, no options but the schema."""
    schema = str(url.query.get("options", "")).removeprefix("-csearch_path=")
    bare = URL.create(
        "postgresql", username=url.username, host=url.host, port=url.port, database=url.database
    ).render_as_string()
    return f"{bare}, schema {schema}" if schema else bare


def make_room(conn: Connection) -> None:
    """The schema that this connection looks into exists from now on; a file needs none."""
    if conn.dialect.name == "postgresql":
        schema = conn.exec_driver_sql("SHOW search_path").scalar_one()
        conn.execute(CreateSchema(str(schema), if_not_exists=True))


def engine(url: URL, *, size: int, writes: bool, durable: bool, wait_s: float) -> Engine:
    """An engine with ``size`` connections; ``wait_s`` is how long a lock is waited for."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, size=size, writes=writes, durable=durable, wait_s=wait_s)
    return _postgresql(url, size=size, writes=writes, durable=durable, wait_s=wait_s)


def _sqlite(url: URL, *, size: int, writes: bool, durable: bool, wait_s: float) -> Engine:
    made = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        # None: the driver begins nothing by itself, so that DDL and BEGIN IMMEDIATE are ours
        connect_args={"timeout": wait_s, "check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA journal_size_limit=67108864")
        # 32 MB: a page that many transactions write goes into the file once
        cursor.execute("PRAGMA wal_autocheckpoint=8000")
        cursor.execute(f"PRAGMA busy_timeout={_ASK_MS}" if writes else "PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(made, "begin")
    def _begin(conn: Connection) -> None:
        if writes:
            _take_write_lock(conn, wait_s)
        else:
            conn.exec_driver_sql("BEGIN")

    return made


def _take_write_lock(conn: Connection, wait_s: float) -> None:
    """IMMEDIATE takes the lock at once: a transaction never fails half way for another's sake."""
    driver, deadline = conn.connection.dbapi_connection, time.monotonic() + wait_s
    assert isinstance(driver, sqlite3.Connection)
    while time.monotonic() < deadline:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                break
        else:
            return
    conn.exec_driver_sql("BEGIN IMMEDIATE")  # the refusal as SQLAlchemy says it


def _postgresql(url: URL, *, size: int, writes: bool, durable: bool, wait_s: float) -> Engine:
    made = create_engine(
        url, pool_size=size, max_overflow=0, pool_pre_ping=True, isolation_level="REPEATABLE READ"
    )
    if writes:
        # The lock makes writers take turns as BEGIN IMMEDIATE does; READ COMMITTED then sees all before it.
        made = made.execution_options(isolation_level="READ COMMITTED")

    @event.listens_for(made, "begin")
    def _begin(conn: Connection) -> None:
        if not writes:
            conn.execute(text("SET TRANSACTION READ ONLY"))
            return
        conn.execute(text(f"SET LOCAL lock_timeout = '{int(wait_s * 1000)}ms'"))
        # said either way: what the server's owner chose for others is not what we promise
        conn.exec_driver_sql(f"SET LOCAL synchronous_commit = {'on' if durable else 'off'}")
        conn.execute(_TURN)

    return made


def upsert(conn: Connection, table: Table, keys: Sequence[str], update: Sequence[str]) -> Insert:
    """``INSERT`` that replaces the columns ``update`` of the row with the same ``keys``."""
    return _upsert(conn.dialect.name, table, tuple(keys), tuple(update))


@cache
def _upsert(dialect: str, table: Table, keys: tuple[str, ...], update: tuple[str, ...]) -> Insert:
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    if not update:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in update}
    )


def execute_rows(
    conn: Connection, statement: Table | UpdateBase, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """``statement`` (a table: insert there) once for each of many ``rows``, whose values stand in the order
    of ``names``.

    Goes past SQLAlchemy's work on each row (6 us of 10 us a row at four columns): values must be what the
    driver takes (str, int, float, bytes, None).
    """
    if not rows:
        return
    compiled = _compiled(conn.dialect, statement, tuple(names))
    if compiled.positional:
        order = [names.index(name) for name in compiled.positiontup or ()]
        if order != list(range(len(names))):
            rows = [tuple(row[i] for i in order) for row in rows]
        conn.exec_driver_sql(str(compiled), list(rows))
    else:
        conn.exec_driver_sql(str(compiled), [dict(zip(names, row, strict=True)) for row in rows])


@lru_cache(256)  # compiling takes longer than writing a few rows
def _compiled(dialect: Dialect, statement: Table | UpdateBase, names: tuple[str, ...]) -> SQLCompiler:
    made = insert(statement) if isinstance(statement, Table) else statement
    compiled = made.compile(dialect=dialect, column_keys=list(names), for_executemany=True)
    assert isinstance(compiled, SQLCompiler)
    return compiled


def overwrite_freed(conn: Connection) -> None:
    """From now on this connection overwrites what it deletes in a SQLite file, instead of only freeing it."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("PRAGMA secure_delete=ON")


def any_text(conn: Connection) -> None:
    """On this connection, text of a damaged SQLite file that is no UTF-8 is read with marks, not refused."""
    if conn.dialect.name == "sqlite":
        driver: Any = conn.connection.driver_connection
        driver.text_factory = lambda raw: raw.decode("utf-8", "replace")
