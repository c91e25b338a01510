"""Databases in this version's shape: the chain is run once a process, then copied.

That the chain itself brings every older state here is tried in ``test_migrate.py``.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from tocsin.db import Database
from tocsin.db.migrate import upgrade


@cache
def _script(name: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.db"
        made = Database(path, durable=False, name=name)
        upgrade(made)
        made.close()
        with sqlite3.connect(path) as conn:
            told = "\n".join(conn.iterdump())
        conn.close()
        return told


@cache
def _blank() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()
    for name in ("ops", "context"):
        db = Database(Path(folder.name) / f"{name}.db", durable=False, name=name)
        shaped(db)
        db.close()
    return folder


def laid_out(folder: Path) -> Path:
    """The databases of a city, empty, in a folder: a copy is ten times quicker than to migrate."""
    for file in Path(_blank().name).glob("*.db"):
        shutil.copy(file, folder)
    return folder


def address(path: Path) -> str:
    """What another process gives to ``Database`` to open the same one."""
    return str(path)


def surroundings(state: Path) -> dict[str, str]:
    """Variables of the environment with which a city on ``state`` is to be started."""
    return {}


def shaped(db: Database) -> None:
    """As ``upgrade`` leaves a new database."""
    script = _script(db.name)
    assert db.path is not None
    with sqlite3.connect(db.path) as conn:
        if not conn.execute("SELECT 1 FROM sqlite_master").fetchone():
            conn.executescript(script)
    conn.close()
    upgrade(db)  # finds it done
