"""The unit tests once more, on PostgreSQL: ``pytest -p tests.postgresql.store``.

Whoever opens a file ``ops.db`` or ``context.db`` gets a database of a server that the run starts; the same
path is the same database. What is about files (marked ``sqlite``) is left out, and said.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import URL
from tests.db import shape
from tests.postgresql.server import Server, running

from tocsin.db import Database, dialect
from tocsin.db.migrate import upgrade

_original = Database.__init__


class Stock:
    """Databases by the path that the test gave, each made when it is first asked; ``shaped`` ones are copies
    of one that was migrated.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._numbers = count(1)
        self._patterns: dict[str, str] = {}
        self._names: dict[Path, str] = {}
        self._made: set[str] = set()
        self._turn = Lock()
        self._sweeper = ThreadPoolExecutor(1)

    def of(self, path: Path) -> str:
        return self._names.setdefault(path.resolve(), f"t{next(self._numbers)}")

    def open(
        self,
        db: Database,
        url_or_path: Any,
        *,
        durable: bool,
        name: str | None = None,
        wait_s: float = 5.0,
    ) -> None:
        """In place of ``Database.__init__``."""
        given = Path(str(url_or_path))
        name = name or given.stem
        if isinstance(url_or_path, URL) or "://" in str(url_or_path) or name == "lake":
            _original(db, url_or_path, durable=durable, name=name, wait_s=wait_s)
            return
        given.parent.mkdir(parents=True, exist_ok=True)
        base = self.of(given)
        _original(db, self._url(base, name), durable=durable, name=name, wait_s=wait_s)
        for engine in (db._writer, db._readers):
            event.listen(engine, "do_connect", lambda *_: self._make(base, "template1"))
        db.given = base  # type: ignore[attr-defined]

    def address(self, path: Path) -> str:
        """In place of ``address``: the same database, for a process that knows nothing of this."""
        self._make(self.of(path), "template1")
        return self._url(self.of(path), path.stem).render_as_string(hide_password=False)

    def bare(self, state: Path) -> str:
        """An empty database for a whole city, as its settings name it."""
        self._make(self.of(state), "template1")
        return self._server.url(self.of(state)).replace("+psycopg", "")

    def shape(self, db: Database) -> None:
        """In place of ``shaped``."""
        if base := getattr(db, "given", None):
            self._make(base, self._pattern(db.name))
        upgrade(db)

    def clear(self) -> None:
        """Between two tests; what is left of them goes meanwhile."""
        for name in self._made:
            self._sweeper.submit(self._server.say, f"DROP DATABASE {name} WITH (FORCE)")
        self._made.clear()
        self._names.clear()

    def end(self) -> None:
        self._sweeper.shutdown()

    def _make(self, name: str, template: str) -> None:
        with self._turn:
            if name not in self._made:
                self._server.say(f"CREATE DATABASE {name} TEMPLATE {template}")
                self._made.add(name)

    def _pattern(self, name: str) -> str:
        if name not in self._patterns:
            made = f"pattern_{name}"
            self._server.say(f"CREATE DATABASE {made}")
            db = Database(self._url(made, name), durable=False, name=name)
            upgrade(db)
            db.close()
            self._patterns[name] = made
        return self._patterns[name]

    def _url(self, base: str, schema: str) -> URL:
        return dialect.schema_of(self._server.url(base), schema)


_server = running()
_stock: list[Stock] = []

# at once, not when pytest is configured: the first conftest files have taken them by name by then
shape.shaped = lambda db: _stock[0].shape(db)
shape.laid_out = lambda folder: folder
shape.address = lambda path: _stock[0].address(path)
shape.surroundings = lambda state: {"TOCSIN_DATABASE_URL": _stock[0].bare(state)}


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or not getattr(config.option, "numprocesses", None):
        stock = Stock(_server.__enter__())
        _stock.append(stock)
        Database.__init__ = lambda self, *words, **named: stock.open(self, *words, **named)  # type: ignore[method-assign]


def pytest_unconfigure(config: pytest.Config) -> None:
    if _stock:
        _stock[0].end()
        _server.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _cleared() -> Iterator[None]:
    yield
    _stock[0].clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("sqlite"):
            item.add_marker(pytest.mark.skip(reason="of SQLite files"))
