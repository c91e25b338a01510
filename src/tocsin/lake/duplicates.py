"""Which readings are in the table already, exactly: same observation id, entity and observed time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tocsin.lake.duck import again_where_files_went, connect
from tocsin.lake.rows import moment
from tocsin.lake.shelf import Shelf

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Key = tuple[str, int, str]  # entity, observed_at in microseconds, observation id

_LOOK_UP = """
SELECT DISTINCT stored.entity, epoch_us(stored.observed_at), stored.observation
FROM read_parquet(?) AS stored
JOIN (SELECT unnest(?::VARCHAR[]) AS entity, unnest(?::BIGINT[]) AS us, unnest(?::VARCHAR[]) AS id) AS asked
  ON stored.observation = asked.id AND stored.entity = asked.entity AND epoch_us(stored.observed_at) =
  asked.us
WHERE stored.observed_at BETWEEN ? AND ?
"""

_SINCE = """
SELECT entity, epoch_us(observed_at), observation, min(seq) FROM read_parquet(?) WHERE seq > ?
GROUP BY ALL
"""


class Duplicates:
    """Looks into the table's files; only those whose times fit are opened."""

    def __init__(self) -> None:
        self._connection: DuckDBPyConnection | None = None

    def _duck(self) -> DuckDBPyConnection:
        if self._connection is None:
            self._connection = connect()
        return self._connection

    def among(self, keys: Sequence[Key], shelf: Shelf) -> set[Key]:
        """Those of ``keys`` that are stored. Blocks."""
        return again_where_files_went(lambda: self._among(keys, shelf)) if keys else set()

    def _among(self, keys: Sequence[Key], shelf: Shelf) -> set[Key]:
        shelf.refresh()  # compaction may have replaced files since our last commit
        first, last = min(k[1] for k in keys), max(k[1] for k in keys)
        files = shelf.files_between(first, last)
        if not files:
            return set()
        entities, times, ids = (list(column) for column in zip(*keys, strict=True))
        found = self._duck().execute(_LOOK_UP, [files, entities, times, ids, moment(first), moment(last)])
        return {(entity, int(us), observation) for entity, us, observation in found.fetchall()}

    def stored_since(self, seq: int, shelf: Shelf) -> dict[Key, int]:
        """Readings of messages beyond ``seq`` that are in the table, with the message that brought each.
        Blocks.
        """
        files = shelf.files_after(seq)
        if not files:
            return {}
        found = self._duck().execute(_SINCE, [files, seq])
        return {(entity, int(us), observation): int(by) for entity, us, observation, by in found.fetchall()}

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
