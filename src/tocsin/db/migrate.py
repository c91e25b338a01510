"""Bringing a database to the shape this version knows, or refusing it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from tocsin.db import dialect
from tocsin.db.database import Database
from tocsin.kernel.errors import Misconfigured

_CHAINS = Path(__file__).parent / "migrations"
#: Alembic's own note of where a database stands.
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String))


def upgrade(db: Database) -> None:
    """Run what is missing of the chain ``db.name``, all of it in one transaction. Blocks; call at start.

    Several processes may call it at once: one does the work, the others find it done.
    Raises ``Misconfigured`` when the database was written by a newer version, ``Unavailable`` when locked.
    """
    folder = _CHAINS / db.name
    if not (folder / "versions").is_dir():
        raise Misconfigured(
            f"no migrations for a database called {db.name!r}",
            field="database",
            value=db.where,
            cure=f"name it one of {', '.join(sorted(p.name for p in _CHAINS.iterdir() if p.is_dir()))}",
        )
    known = sorted(file.stem for file in (folder / "versions").glob("[0-9]*.py"))
    # A read first: a database that is up to date is not locked, so that a start never waits for a writer,
    # and does not load the 9 MB of Alembic.
    if db.read_now(lambda conn: _missing(conn, known, db)):
        db.write_now(lambda conn: _run(conn, folder, known, db))


def _missing(conn: Connection, known: list[str], db: Database) -> bool:
    """``known``: revisions in order, each the name of its file. Raises ``Misconfigured`` for one beyond."""
    if not inspect(conn).has_table(_VERSION.name):
        return True
    current = conn.execute(select(_VERSION.c.version_num)).scalars().all()
    for revision in current:
        if revision not in known:
            where = db.path.parent if db.path else db.where
            raise Misconfigured(
                f"the state in {where} was written by a newer Tocsin: {db.name} is at {revision}, "
                f"version {version('tocsin')} knows up to {known[-1]}",
                field="state",
                value=where,
                cure="start the newer version, or give another state folder; nothing was changed",
            )
    return current != known[-1:]


def _run(conn: Connection, folder: Path, known: list[str], db: Database) -> None:
    if not _missing(conn, known, db):
        return
    dialect.make_room(conn)
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("heads", revision)

    with EnvironmentContext(config, script, fn=steps, destination_rev="heads") as environment:
        environment.configure(connection=conn)
        environment.run_migrations()
