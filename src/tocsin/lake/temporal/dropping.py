"""Takes instances out of the table, as a caller of NGSI-LD may (clauses 5.6.13 to 5.6.16).

The deletion counts for every question at once. Files of earlier versions go with the next sweep (``duties``),
within two hours; what must be gone for good, from every version and at once, is an erasure (``erasure``).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tocsin.kernel.errors import Exhausted, NotFound, Unavailable
from tocsin.lake.bucket import Home
from tocsin.lake.deletion import between, delete, mark
from tocsin.lake.duck import again_where_files_went, connect
from tocsin.lake.shelf import Shelf
from tocsin.lake.temporal.fresh import Incoming
from tocsin.lake.temporal.records import DropAsked, Dropped

_COMMITTED_S = 30.0
#: of compressed files: a minute's work of one core, about
_MOST_BYTES = 128 * 2**20
#: named in one condition of Delta
_AT_ONCE = 200
_FOUND = """
SELECT DISTINCT day, {marked}, filename FROM read_parquet($files, union_by_name = true,
  hive_partitioning = true, hive_types = {{'day': DATE}}, filename = true)
WHERE entity = $entity AND {rules}
"""
_DEFAULT = (
    "(attribute = split_part(attribute, '<', 1) OR ends_with(attribute, '<>'))"
    " AND NOT coalesce(contains(detail, '\"datasetId\":'), false)"
)
_OF_DATASET = "(ends_with(attribute, $ending) OR coalesce(contains(detail, $named), false))"


class Dropping:
    """``folder``: the lake's. ``most_bytes``: of files that one deletion may write anew."""

    def __init__(self, folder: Home, incoming: Incoming, *, most_bytes: int = _MOST_BYTES) -> None:
        self._folder, self._incoming, self._most_bytes = folder, incoming, most_bytes
        self._one = asyncio.Lock()

    async def drop(self, asked: DropAsked) -> Dropped:
        """Raises ``NotFound`` where there is nothing of it, ``Exhausted`` where it would write too much anew,
        ``Unavailable`` where others are in the way.
        """
        async with self._one:
            if not await self._incoming.committed(asked.upto, _COMMITTED_S):
                raise Unavailable(
                    "what was sent before is not stored yet",
                    cure="try again in a moment; nothing was deleted",
                )
            return await asyncio.to_thread(again_where_files_went, lambda: self._drop(asked))

    def _drop(self, asked: DropAsked) -> Dropped:
        shelf = Shelf.open(self._folder)
        files = shelf.files() if shelf is not None else []
        marked, rules, given = _rules(asked)
        found: list[tuple[Any, ...]] = []
        if files:
            with connect() as duck:
                sql = _FOUND.format(marked=", ".join(marked), rules=" AND ".join(rules))
                found = duck.execute(sql, {**given, "files": files}).fetchall()
        if shelf is None or not found:
            raise NotFound("nothing of it is stored", field="id", value=asked.entity)
        size = sum(Path(path).stat().st_size for path in {row[-1] for row in found})
        if size > self._most_bytes:
            raise Exhausted(
                f"it is spread over {size / 2**20:.0f} MB of files, which would be written anew",
                field="id",
                value=asked.entity,
                cure="let its term end (lake.retention), or erase it: tocsin lake erase",
            )
        found = sorted({row[:-1] for row in found})
        rows = 0
        for start in range(0, len(found), _AT_ONCE):
            rows += delete(shelf, _condition(marked, found[start : start + _AT_ONCE]))
        return Dropped(rows)


def _rules(asked: DropAsked) -> tuple[list[str], list[str], dict[str, Any]]:
    """Columns that name what goes, conditions that find it, and their parameters."""
    marked, rules = ["entity"], ["true"]
    given: dict[str, Any] = {"entity": asked.entity}
    if asked.attributes is not None:
        marked.append("attribute")
        rules.append("split_part(attribute, '<', 1) IN (SELECT unnest($attributes::VARCHAR[]))")
        given["attributes"] = asked.attributes
    if asked.series is not None:
        marked.append("attribute")
        rules.append("attribute IN (SELECT unnest($series::VARCHAR[]))")
        given["series"] = asked.series
    if asked.dataset is not None:
        # the only instance of an attribute is its main series, whichever dataset it is of
        marked += ["observation"] if asked.observation is None else []
        rules.append(_OF_DATASET if asked.dataset else _DEFAULT)
        if asked.dataset:
            given |= {"ending": "<" + asked.dataset, "named": f'"datasetId":"{asked.dataset}"'}
    if asked.observation is not None:
        marked.append("observation")
        rules.append("(observation = $one" + (" OR contains(detail, $took))" if asked.and_after else ")"))
        given["one"] = asked.observation
        if asked.and_after:
            given["took"] = f'"@id":"{asked.observation}"'
    return marked, rules, given


def _condition(marked: Sequence[str], found: Sequence[tuple[Any, ...]]) -> str:
    """Of Delta, which writes it into its log: so all is named by salted hashes alone."""
    salt = secrets.token_hex(8)
    days: list[date] = [row[0] for row in found]
    marks = " ".join({mark(salt, *row[1:]) for row in found})
    hashed = f"md5(concat_ws('|', '{salt}', {', '.join(marked)}))"
    return f"{between(days)} AND strpos('{marks}', {hashed}) > 0"
