"""Bringing a database to the shape this version knows, or refusing it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from tocsin.db.database import Database
from tocsin.kernel.errors import Misconfigured

_CHAINS = Path(__file__).parent / "migrations"


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
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    # A read first: a database that is up to date is not locked, so that a start never waits for a writer.
    if db.read_now(lambda conn: _missing(conn, script, db)):
        db.write_now(lambda conn: _run(conn, config, script, db))


def _missing(conn: Connection, script: ScriptDirectory, db: Database) -> bool:
    current = MigrationContext.configure(conn).get_current_heads()
    known = {revision.revision for revision in script.walk_revisions()}
    for revision in current:
        if revision not in known:
            folder = db.path.parent if db.path else db.where
            raise Misconfigured(
                f"the state in {folder} was written by a newer Tocsin: {db.name} is at {revision}, "
                f"version {version('tocsin')} knows up to {script.get_current_head()}",
                field="state",
                value=folder,
                cure="start the newer version, or give another state folder; nothing was changed",
            )
    return set(current) != set(script.get_heads())


def _run(conn: Connection, config: Config, script: ScriptDirectory, db: Database) -> None:
    if not _missing(conn, script, db):
        return

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return script._upgrade_revs("heads", revision)

    with EnvironmentContext(config, script, fn=steps, destination_rev="heads") as environment:
        environment.configure(connection=conn)
        environment.run_migrations()
