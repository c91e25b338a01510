"""One database: a single writer thread, a few readers, every call one transaction."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tocsin.db import dialect
from tocsin.db.faults import translate
from tocsin.kernel.errors import Unavailable

T = TypeVar("T")
_READERS = 4


class Database:
    """``write`` and ``read`` run a function of a connection in one transaction, off the event loop.

    Several processes may share one file: writers take turns (``BEGIN IMMEDIATE``), readers see the last
    commit and wait for nobody. ``durable``: a commit has reached the disk when ``write`` returns; without
    it a power cut (not a crash) may cost the last moments. ``wait_s``: how long a lock is waited for.
    Raises ``Unavailable`` (locked, disk full, server away; nothing half done) and ``Misconfigured``.
    """

    def __init__(
        self, url_or_path: str | Path | URL, *, durable: bool, name: str | None = None, wait_s: float = 5.0
    ) -> None:
        self._url = dialect.url_of(url_or_path)
        self.path = Path(self._url.database or "") if self._url.get_backend_name() == "sqlite" else None
        #: names the migrations and the outbox's messages: ``ops``, ``context``
        self.name = name or Path(self._url.database or "").stem
        self.where = str(self.path) if self.path else dialect.told(self._url)
        #: who relays what this process commits to the outbox; see ``outbox.Outbox``
        self.owner = ""
        #: as another process opens it, with its password: for nobody's eyes
        self.address = self._url.render_as_string(hide_password=False)
        self._after_commit: list[Callable[[], None]] = []
        if self.path is not None:
            _create_private(self.path)
        self._writer = dialect.engine(self._url, size=1, writes=True, durable=durable, wait_s=wait_s)
        self._readers = dialect.engine(self._url, size=_READERS, writes=False, durable=durable, wait_s=wait_s)
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix=f"{self.name}-write")
        self._read_threads = ThreadPoolExecutor(_READERS, thread_name_prefix=f"{self.name}-read")
        self._closed = False

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """``fn(conn)`` in one transaction on the writer thread; committed when this returns.

        Whatever ``fn`` raises undoes all of it. A caller that is cancelled while it waits does not stop a
        transaction under way: it is committed or undone as a whole.
        """
        self._open_or_refuse()
        result = await asyncio.get_running_loop().run_in_executor(
            self._write_thread, self._transaction, self._writer, fn
        )
        for wake in self._after_commit:
            wake()
        return result

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """``fn(conn)`` in one transaction that sees one state throughout and cannot write."""
        self._open_or_refuse()
        return await asyncio.get_running_loop().run_in_executor(
            self._read_threads, self._transaction, self._readers, fn
        )

    def write_now(self, fn: Callable[[Connection], T]) -> T:
        """As ``write``, for start-up and commands: blocks the caller."""
        self._open_or_refuse()
        return self._write_thread.submit(self._transaction, self._writer, fn).result()

    def read_now(self, fn: Callable[[Connection], T]) -> T:
        """As ``read``, for start-up and commands: blocks the caller."""
        self._open_or_refuse()
        return self._read_threads.submit(self._transaction, self._readers, fn).result()

    def after_commit(self, wake: Callable[[], None]) -> None:
        """Call ``wake()`` on the event loop after each commit of ``write``."""
        self._after_commit.append(wake)

    async def ping(self) -> float:
        """Seconds for the least possible read."""
        start = time.perf_counter()
        await self.read(lambda conn: conn.execute(text("SELECT 1")).scalar_one())
        return time.perf_counter() - start

    def empty_log(self) -> bool:
        """Blocks. Move all of SQLite's write-ahead log into the file: what was deleted there is in neither.

        False where a reader held on to the log for ten tries; it is emptied with a later commit then.
        """
        self._open_or_refuse()
        if self.path is None:
            return True
        return self._write_thread.submit(self._checkpoint).result()

    def _checkpoint(self) -> bool:
        with self._writer.connect() as conn:
            driver: Any = conn.connection.driver_connection  # outside of any transaction
            for _ in range(10):
                if driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0:
                    return True
                time.sleep(0.05)
        return False

    def close(self) -> None:
        """Let what was handed in finish, then close every connection. May be called twice."""
        self._closed = True
        self._write_thread.shutdown(wait=True)
        self._read_threads.shutdown(wait=True)
        self._readers.dispose()
        self._writer.dispose()

    def _open_or_refuse(self) -> None:
        if self._closed:
            raise Unavailable(f"{self.where} is closed; nothing was changed", cure="start Tocsin again")

    def _transaction(self, engine: Engine, fn: Callable[[Connection], T]) -> T:
        try:
            with engine.connect() as conn:
                conn.info["owner"] = self.owner
                with conn.begin():
                    return fn(conn)
        except (DBAPIError, PoolTimeout) as error:
            refusal = translate(error, self.where)
            if refusal is None:
                raise
            raise refusal from error


def _create_private(path: Path) -> None:
    """Make the file before SQLite does, readable by its owner alone: it holds people's names and words."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be made or opened ({error.strerror})",
            field="database",
            value=path,
            cure="look at the disk and at the rights of the state folder",
        ) from error
