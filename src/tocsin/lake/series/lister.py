"""A page of series from the table's files, without those of personal classes unless somebody said why."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.lake.bucket import Home
from tocsin.lake.duck import connect
from tocsin.lake.rows import micros
from tocsin.lake.series.quality import Bounds, listed
from tocsin.lake.series.records import SeriesListAsked, SeriesListed
from tocsin.lake.shelf import Shelf
from tocsin.lake.sql.personal import Personal, named
from tocsin.lake.sql.tables import left_out

_MOST_DAYS, _MOST = 31, 200


class SeriesLister:
    """One page at a time. ``bounds``: what the standard model says is possible."""

    def __init__(self, folder: Home, personal: Personal, bounds: Sequence[Bounds]) -> None:
        self._folder, self._personal, self._bounds = folder, personal, bounds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lake-series")

    async def listed(self, asked: SeriesListAsked) -> SeriesListed:
        """Raises ``Invalid``."""
        for field, value, most in (("days", asked.days, _MOST_DAYS), ("limit", asked.limit, _MOST)):
            if not 1 <= value <= most:
                raise Invalid("out of bounds", field=field, value=value, cure=f"give 1 to {most}")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._listed, asked)

    def close(self) -> None:
        self._thread.shutdown(wait=True)

    def _listed(self, asked: SeriesListAsked) -> SeriesListed:
        shelf = Shelf.open(self._folder)
        start = asked.at - timedelta(days=asked.days)
        files = shelf.files_between(micros(start), micros(asked.at)) if shelf else []
        if not files:
            return SeriesListed([], False, [])
        hidden, pseudonyms = ([], []) if asked.personal else self._personal.among(files)
        kept = " AND ".join(left_out(hidden, pseudonyms))
        with connect() as duck:
            one_more = msgspec.structs.replace(asked, limit=asked.limit + 1)
            found = listed(duck, files, one_more, self._bounds, kept)
        return SeriesListed(found[: asked.limit], len(found) > asked.limit, named([*hidden, *pseudonyms]))
