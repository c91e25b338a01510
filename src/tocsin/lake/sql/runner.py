"""One question in SQL: its files, what is left out of them, the sandbox, another try where files went."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from tocsin.kernel.errors import Invalid, TooMany, Unavailable
from tocsin.lake.bucket import Home, table_folder
from tocsin.lake.rows import micros
from tocsin.lake.shelf import Shelf
from tocsin.lake.sql import sandbox
from tocsin.lake.sql.personal import Personal, named
from tocsin.lake.sql.records import AttributeMeaning, Job, SqlAnswer, SqlAsked
from tocsin.lake.sql.tables import Pair

#: tries where compaction or an erasure took files away in between
_TRIES = 3


class Sql:
    """``at_once``: processes at a time; who comes beyond ``waiting`` more is sent away.

    ``attributes``: rows of the table of that name. ``memory_mb``, ``threads``: of one process.
    """

    def __init__(
        self,
        folder: Home,
        personal: Personal,
        attributes: Sequence[AttributeMeaning],
        *,
        at_once: int = 2,
        waiting: int = 8,
        memory_mb: int = 512,
        threads: int = 1,
        most_rows: int = 100_000,
        most_s: float = 60.0,
        most_mb: int = 16,
    ) -> None:
        self._folder, self._personal = folder, personal
        self._attributes = [msgspec.structs.astuple(one) for one in attributes]
        self._room, self._inside, self._most_inside = asyncio.Semaphore(at_once), 0, at_once + waiting
        self._memory_mb, self._threads = memory_mb, threads
        self.most_rows, self.most_s, self._most_bytes = most_rows, most_s, most_mb * 2**20

    async def answer(self, asked: SqlAsked) -> SqlAnswer:
        """Raises ``Invalid``, ``TooLarge``, ``Exhausted``, ``TooMany``, ``Unavailable``."""
        self._bounds(asked)
        if self._inside >= self._most_inside:
            raise TooMany("too many queries are waiting", retry_after_s=asked.max_s)
        self._inside += 1
        try:
            async with self._room:
                for _ in range(_TRIES):
                    try:
                        return await self._once(asked)
                    except sandbox.Gone:
                        continue
        finally:
            self._inside -= 1
        raise Unavailable("the table's files change faster than they are read", cure="try again")

    async def _once(self, asked: SqlAsked) -> SqlAnswer:
        files, hidden, pseudonyms = await asyncio.to_thread(self._look, asked)
        job = Job(
            sql=asked.sql,
            parameters=asked.parameters,
            files=files,
            folder=str(table_folder(self._folder)),
            as_of_us=micros(asked.as_of) if asked.as_of else None,
            hidden=hidden,
            pseudonyms=pseudonyms,
            attributes=self._attributes,
            format=asked.format,
            max_rows=asked.max_rows,
            max_bytes=self._most_bytes,
            max_s=asked.max_s,
            memory_mb=self._memory_mb,
            threads=self._threads,
            analysis=asked.analysis,
        )
        found = await sandbox.run(job)
        facts = msgspec.structs.replace(found.facts, withheld=named([*hidden, *pseudonyms]))
        return SqlAnswer(facts, found.data)

    def _look(self, asked: SqlAsked) -> tuple[list[str], list[Pair], list[Pair]]:
        shelf = Shelf.open(self._folder)
        files = shelf.files() if shelf else []
        hidden, pseudonyms = ([], []) if asked.personal else self._personal.among(files)
        return files, hidden, pseudonyms

    def _bounds(self, asked: SqlAsked) -> None:
        for field, value, least, most in (
            ("rows", asked.max_rows, 1, self.most_rows),
            ("seconds", asked.max_s, 0.1, self.most_s),
        ):
            if not least <= value <= most:
                raise Invalid("out of bounds", field=field, value=value, cure=f"give {least:g} to {most:g}")
