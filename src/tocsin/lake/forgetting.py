"""Rows of the lake and raw bytes in quarantine that are past the term of their class.

Deleting in Delta writes the files anew without the rows; the old files stay for readers that still hold the
older list, and are removed from the disk by the first round after ``grace`` (``settle``). So the bytes are
gone at the latest ``grace`` and one round after the deletion.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

from tocsin.db import Connection, Database
from tocsin.db.dialect import overwrite_freed
from tocsin.lake import repository
from tocsin.lake.bucket import Home
from tocsin.lake.duck import connect
from tocsin.lake.rows import attribute_of, micros
from tocsin.lake.shelf import Shelf, refused
from tocsin.privacy.classes import Classes
from tocsin.privacy.forgetting import Term

P = ParamSpec("P")
T = TypeVar("T")

_PAIRS = (
    "SELECT DISTINCT type, attribute FROM read_parquet(?) WHERE observed_at < ? AND attribute IS NOT NULL"
)
_COUNT = """
SELECT count(*) FROM read_parquet(?) AS stored
JOIN (SELECT unnest(?::VARCHAR[]) AS type, unnest(?::VARCHAR[]) AS attribute) AS named
  ON stored.type = named.type AND stored.attribute = named.attribute
WHERE stored.observed_at < ? AND (NOT ? OR stored.text LIKE 'p:%')
"""


class LakeShelf:
    """``known``: attributes that a model knows, by type; ``"*"`` those of all types."""

    name = "lake"

    def __init__(
        self,
        folder: Home,
        classes: Classes,
        known: Mapping[str, Collection[str]],
        *,
        grace: timedelta = timedelta(hours=1),
    ) -> None:
        self._folder, self._classes, self._known = folder, classes, known
        self._grace_h = grace.total_seconds() / 3600

    def terms(self, now: datetime) -> Sequence[Term]:
        return [
            Term(named.id, named.rule.words, named.rule.class_, named.rule.purpose, now - named.keep("lake"))
            for named in (*self._classes.rules, self._classes.default)
            if named.rule.class_ != "none"
        ]

    async def due(self, term: Term) -> int:
        return await self._done(self._count, term)

    async def forget(self, term: Term) -> int:
        return await self._done(self._delete, term)

    async def settle(self) -> None:
        await self._done(self._sweep)

    async def _done(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Raises ``Unavailable`` for what the table's driver raises."""
        from deltalake.exceptions import DeltaError

        try:
            return await asyncio.to_thread(work, *args, **named)
        except (DeltaError, OSError) as error:
            raise refused(error) from error

    def _count(self, term: Term) -> int:
        shelf = Shelf.open(self._folder)
        if shelf is None:
            return 0
        files = _files(shelf, term.before)
        pairs = self._pairs(files, term)
        if not pairs:
            return 0
        types, attributes = (list(column) for column in zip(*pairs, strict=True))
        with connect() as duck:
            found = duck.execute(
                _COUNT, [files, types, attributes, term.before, self._pseudonyms(term)]
            ).fetchone()
        return int(found[0]) if found else 0

    def _delete(self, term: Term) -> int:
        shelf = Shelf.open(self._folder)
        if shelf is None:
            return 0
        pairs = self._pairs(_files(shelf, term.before), term)
        return shelf.forget_rows(pairs, term.before, pseudonyms=self._pseudonyms(term)) if pairs else 0

    def _sweep(self) -> None:
        shelf = Shelf.open(self._folder)
        if shelf is not None:
            shelf.sweep(older_h=self._grace_h)

    def _pseudonyms(self, term: Term) -> bool:
        """Of what nobody named only what was made a pseudonym at ingest is held to be personal."""
        return term.rule == self._classes.default.id

    def _pairs(self, files: Sequence[str], term: Term) -> list[tuple[str, str]]:
        """(type, attribute) of stored rows that fall under the term's rule."""
        if not files:
            return []
        with connect() as duck:
            found = duck.execute(_PAIRS, [list(files), term.before]).fetchall()
        return [(type_name, name) for type_name, name in found if self._falls(type_name, name, term)]

    def _falls(self, type_name: str, series: str, term: Term) -> bool:
        name = attribute_of(series)
        known = name in self._known.get(type_name, ()) or name in self._known.get("*", ())
        return any(held.id == term.rule for held in self._classes.holding(type_name, name, known))


class QuarantineShelf:
    """Raw bytes that were not understood: the whole item goes, its count stays."""

    name = "quarantine"

    def __init__(self, ledger: Database, days: int) -> None:
        self._ledger, self._days = ledger, days

    def terms(self, now: datetime) -> Sequence[Term]:
        words = "Raw bytes that were not understood, sealed"
        return [Term("quarantine", words, "personal", "quarantine", now - timedelta(days=self._days))]

    async def due(self, term: Term) -> int:
        return await self._ledger.read(lambda conn: repository.count_older(conn, micros(term.before)))

    async def forget(self, term: Term) -> int:
        def drop(conn: Connection) -> int:
            overwrite_freed(conn)
            return repository.drop_older(conn, micros(term.before))

        return await self._ledger.write(drop)

    async def settle(self) -> None:
        """Freed pages were overwritten with the deletion itself."""


def _files(shelf: Shelf, before: datetime) -> list[str]:
    days = shelf.files_of_days(None, before.date())
    return shelf.at_hand([path for paths in days.values() for path in paths])
