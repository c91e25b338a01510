"""The Delta table ``observations`` in a folder or a bucket: append, files, upkeep. Blocks: call from a
thread.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tocsin.kernel.errors import Misconfigured, Unavailable
from tocsin.lake.bucket import Bucket, Copies, Home, out_of_reach, table_folder, words_of
from tocsin.lake.rows import moment, schema

if TYPE_CHECKING:
    from arro3.core import Table
    from deltalake import DeltaTable

T = TypeVar("T")
#: Names our position among the table's app transactions: version = sequence in stream OBS.
_APP = "tocsin.lake"
_CONFIGURATION = {
    # Files that compaction replaced stay an hour for readers that still hold the older list.
    "delta.deletedFileRetentionDuration": "interval 1 hours",
    # Nobody travels in the table's own time: what was known when is told by accepted_at.
    "delta.logRetentionDuration": "interval 2 hours",
    "delta.enableExpiredLogCleanup": "true",
    # The log holds least and most of these columns of each file; of the others it would hold values of
    # people.
    "delta.dataSkippingStatsColumns": "observed_at,accepted_at,seq",
}
_COMPACT_BYTES = 32 * 1024 * 1024
_COMPACT_FILES = 8
#: what storage says when trying again is in vain
_REFUSED = (
    "403 Forbidden",
    "401 Unauthorized",
    "NoSuchBucket",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
)


def disk_full(error: BaseException) -> bool:
    """Whether an error of the table's driver means that the disk has no room."""
    return getattr(error, "errno", None) == errno.ENOSPC or any(
        words in str(error).lower() for words in ("os error 28", "no space left", "disk quota exceeded")
    )


def refused(error: BaseException) -> Unavailable:
    """An error of the table's driver, in words."""
    if disk_full(error):
        return Unavailable("the disk of the lake is full", cure="make room on the disk; it goes on by itself")
    return Unavailable(
        f"the lake refuses: {str(error)[:200]}",
        cure="see the rights and the state of the disk it lies on; it goes on by itself",
    )


class Shelf:
    """One handle; its view moves with ``refresh`` and with its own commits. ``files…`` are paths on this
    machine, at hand when they are answered, but for ``files_of_days``.
    """

    def __init__(self, table: DeltaTable, lake: Home) -> None:
        self._table, self._root = table, table_folder(lake)
        self._copies = Copies(table, lake) if isinstance(lake, Bucket) else None
        self._seq: int | None = None

    @classmethod
    def open(cls, lake: Home, *, create: bool = False) -> Shelf | None:
        """The table; None where there is none yet (unless ``create``). Raises ``Misconfigured``,
        ``Unavailable``.
        """
        if isinstance(lake, Bucket):
            return cls._open_bucket(lake, create=create)
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError, TableNotFoundError

        folder = table_folder(lake)
        try:
            if create:
                folder.mkdir(parents=True, exist_ok=True)
                table = _created(folder)
            else:
                table = DeltaTable(folder)
        except TableNotFoundError:
            return None
        except (DeltaError, OSError) as error:
            if not create and not (folder / "_delta_log").exists():
                return None
            if disk_full(error):
                raise Unavailable(
                    "no room on the disk for the lake", cure="make room, then try again"
                ) from error
            raise Misconfigured(
                f"the lake cannot be read: {str(error)[:200]}",
                field="lake",
                value=folder,
                cure="see the rights of the folder, or bring back a backup",
            ) from error
        return cls(table, lake)

    @classmethod
    def _open_bucket(cls, lake: Bucket, *, create: bool) -> Shelf | None:
        """Raises ``Misconfigured`` for a bucket or keys that are refused, ``Unavailable``."""
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError, TableNotFoundError

        url, options = f"{lake.url.rstrip('/')}/observations", dict(lake.options)
        if (table_folder(lake) / "_delta_log").exists():
            raise Misconfigured(
                "this city has a lake on this machine",
                field="lake.url",
                value=lake.url,
                cure=f"copy {table_folder(lake)} there, then move it away; or leave lake.url empty",
            )
        try:
            table = _created(url, options) if create else DeltaTable(url, storage_options=options)
        except TableNotFoundError:
            return None
        except (DeltaError, OSError) as error:
            if any(words in str(error) for words in _REFUSED):
                raise Misconfigured(
                    f"the lake's storage refuses us: {words_of(error)}",
                    field="lake.url",
                    value=lake.url,
                    cure="see that the bucket is there and that the keys may read, write, list and delete",
                ) from error
            raise out_of_reach(error) from error
        shelf = cls(table, lake)
        if create and shelf._copies is not None:
            shelf._copies.tidy()
        return shelf

    def at_hand(self, paths: Sequence[str]) -> list[str]:
        """These files of the table, on this machine. Raises ``Unavailable``, ``TooLarge``."""
        return self._copies.at_hand(paths) if self._copies is not None else list(paths)

    def every_file(self) -> Iterator[str]:
        """Every Parquet file that lies below the table, its own or not. Raises ``Unavailable``."""
        if self._copies is not None:
            return self._copies.each()
        found = (str(path) for path in self._root.rglob("*.parquet"))
        return (path for path in found if "/_delta_log/" not in path)

    def refresh(self) -> None:
        """See what others have committed. Raises ``Unavailable`` where storage is out of reach."""
        self._seq = None
        self._reached(self._table.update_incremental)

    def committed(self) -> int:
        """The sequence in OBS up to which readings are in the table, as this view has it. Raises
        ``Unavailable``.
        """
        if self._seq is None:  # in the table's log, perhaps over a network
            self._seq = int(self._reached(lambda: self._table.transaction_version(_APP)) or 0)
        return self._seq

    def _reached(self, work: Callable[[], T]) -> T:
        from deltalake.exceptions import DeltaError

        try:
            return work()
        except (DeltaError, OSError) as error:
            if self._copies is None:
                raise
            raise out_of_reach(error) from error

    def append(self, rows: Table, seq: int) -> None:
        """Add rows and the position in one commit. Raises what the driver raises; nothing is added then."""
        from deltalake import CommitProperties, Transaction, WriterProperties, write_deltalake

        write_deltalake(
            self._table,
            rows,
            mode="append",
            commit_properties=CommitProperties(app_transactions=[Transaction(_APP, seq)]),
            writer_properties=WriterProperties(compression="ZSTD", compression_level=1),
        )
        self._seq = seq

    def files_between(self, first_us: int, last_us: int) -> list[str]:
        """Files that may hold readings observed within [first, last] (microseconds)."""
        return self._within("observed_at", first_us, last_us)

    def files_accepted(self, first_us: int, last_us: int) -> list[str]:
        """Files that may hold readings accepted within [first, last] (microseconds)."""
        return self._within("accepted_at", first_us, last_us)

    def _within(self, column: str, first_us: int, last_us: int) -> list[str]:
        first, last = moment(first_us), moment(last_us)
        return self.at_hand(
            [
                path
                for path, low, high in self._ranges(column)
                if low is None or high is None or (low <= last and high >= first)
            ]
        )

    def taken_in(self) -> tuple[datetime, datetime] | None:
        """When the oldest and the newest reading of the table were accepted; None while there is none."""
        ranges = [(low, high) for _, low, high in self._ranges("accepted_at") if low and high]
        return (min(r[0] for r in ranges), max(r[1] for r in ranges)) if ranges else None

    def files_after(self, seq: int) -> list[str]:
        """Files that may hold rows of messages beyond ``seq``."""
        return self.at_hand([p for p, _, high in self._ranges("seq") if high is None or high > seq])

    def files(self) -> list[str]:
        """Every file of the table as it stands."""
        return self.at_hand([path for path, _, _ in self._files()])

    def files_of_days(self, first: date | None, last: date | None) -> dict[date, list[str]]:
        """Files by day, within [first, last] where given; newest day first. Those that are read are asked for
        with ``at_hand``.
        """
        by_day: dict[date, list[str]] = {}
        for path, day, _ in self._files():
            if (first is None or day >= first) and (last is None or day <= last):
                by_day.setdefault(day, []).append(path)
        return dict(sorted(by_day.items(), reverse=True))

    def _files(self) -> Iterator[tuple[str, date, int]]:
        actions = self._table.get_add_actions(flatten=True)
        if not actions.num_rows:
            return
        for path, day, size in zip(
            actions["path"].to_pylist(),
            actions["partition.day"].to_pylist(),
            actions["size_bytes"].to_pylist(),
            strict=True,
        ):
            yield str(self._root / path), day, size

    def _ranges(self, column: str) -> Iterator[tuple[str, Any, Any]]:
        actions = self._table.get_add_actions(flatten=True)
        if not actions.num_rows:
            return
        for path, low, high in zip(
            actions["path"].to_pylist(),
            actions[f"min.{column}"].to_pylist(),
            actions[f"max.{column}"].to_pylist(),
            strict=True,
        ):
            yield str(self._root / path), low, high

    def compact(self) -> int:
        """Put small files together, day by day; how many files went."""
        small: dict[date, int] = {}
        for _, day, size in self._files():
            if size < _COMPACT_BYTES:
                small[day] = small.get(day, 0) + 1
        gone = 0
        for day, count in small.items():
            if count >= _COMPACT_FILES:
                done = self._table.optimize.compact(
                    partition_filters=[("day", "=", day.isoformat())],
                    target_size=_COMPACT_BYTES,
                    max_concurrent_tasks=1,  # the other core is for the living
                )
                gone += int(done["numFilesRemoved"])
        return gone

    def sweep(self, *, older_h: float = 1.0) -> int:
        """Delete files that nobody reads any more (an hour after compaction), shorten the log; files
        deleted. ``older_h``: hours since a file left the table; below one, queries under way may fail.
        """
        gone = self._table.vacuum(
            retention_hours=int(older_h), dry_run=False, enforce_retention_duration=False
        )
        self._table.create_checkpoint()
        self._table.cleanup_metadata()
        if self._copies is not None:
            self._copies.forget()
        return len(gone)

    def forget_rows(
        self, pairs: Sequence[tuple[str, str]], before: datetime, *, pseudonyms: bool = False
    ) -> int:
        """Delete rows of these (type, attribute) observed before; of pseudonyms (``p:``) alone where
        asked. How many went.

        The files are written anew without them; the old ones are removed by ``sweep``.
        """
        named = " OR ".join(f"(type = {_quoted(t)} AND attribute = {_quoted(a)})" for t, a in pairs)
        only = " AND text LIKE 'p:%'" if pseudonyms else ""
        done = self._table.delete(
            f"day <= '{before.date().isoformat()}' AND observed_at < {_instant(before)} AND ({named}){only}"
        )
        return int(done.get("num_deleted_rows") or 0)

    def delete(self, condition: str) -> int:
        """Delete rows of this view by a condition of Delta; how many. Raises what the driver raises.

        What is appended beside it is of later messages, so both pass.
        """
        done = self._table.delete(f"seq <= {self.committed()} AND {condition}")
        return int(done.get("num_deleted_rows") or 0)

    def forget(self, today: date, days: int) -> int:
        """Drop whole days more than ``days`` old; how many rows."""
        done = self._table.delete(f"day < '{(today - timedelta(days=days)).isoformat()}'")
        return int(done.get("num_deleted_rows") or 0)

    def forget_days(self, days: Sequence[date], pairs: Sequence[tuple[str, str | None]] | None = None) -> int:
        """Drop these days, or of them the rows of these (type, attribute; None: rows without one) alone."""
        listed = " OR ".join(f"day = '{day.isoformat()}'" for day in days)
        named = "" if pairs is None else f" AND ({' OR '.join(_pair(*pair) for pair in pairs)})"
        done = self._table.delete(f"({listed}){named}")
        return int(done.get("num_deleted_rows") or 0)


def _created(at: Path | str, options: dict[str, str] | None = None) -> DeltaTable:
    from deltalake import DeltaTable

    table = DeltaTable.create(
        at,
        schema=schema(),
        mode="ignore",
        name="observations",
        partition_by=["day"],
        configuration=_CONFIGURATION,
        storage_options=options,
    )
    _brought_up(table)
    return table


def _brought_up(table: DeltaTable) -> None:
    """Columns that a table of an earlier version does not have; its rows hold nothing in them."""
    from deltalake.schema import Field, PrimitiveType

    known = {field.name for field in table.schema().fields}
    if "detail" not in known:
        table.alter.add_columns([Field("detail", PrimitiveType("string"))])


def _pair(type_name: str, attribute: str | None) -> str:
    named = "attribute IS NULL" if attribute is None else f"attribute = {_quoted(attribute)}"
    return f"(type = {_quoted(type_name)} AND {named})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _instant(at: datetime) -> str:
    # typed as the column is: a plain CAST gives nanoseconds, which the driver refuses to compare with it
    return (
        f"arrow_cast('{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z', 'Timestamp(Microsecond, Some(\"UTC\"))')"
    )
