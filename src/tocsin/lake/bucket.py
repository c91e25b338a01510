"""The lake's table in S3-compatible storage, and the copies of its files that are read here.

DuckDB reads files of this machine alone: its process is sealed off from every network (ADR 12), and its S3
reader is no part of its package. A data file of a Delta table never changes and its name is never used again,
so a copy is right for as long as the table names it; it goes when the object does.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.kernel.errors import TooLarge, Unavailable
from tocsin.kernel.ids import random_id

if TYPE_CHECKING:
    from deltalake import DeltaTable

_AT_ONCE, _CHUNK = 4, 16
#: No fetch of one file takes longer.
_LEFT_S = 3600.0
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Bucket:
    """``url``: of the lake, ``s3://bucket/prefix``. ``options``: of delta-rs, keys among them.

    ``folder``: the lake's on this machine, with the copies; ``most_bytes``: all of them together.
    """

    url: str
    options: Mapping[str, str] = field(repr=False)
    folder: Path
    most_bytes: int


#: Where a lake lies: a folder of this machine, or a bucket.
Home = Path | Bucket


def table_folder(lake: Home) -> Path:
    """Where the table's files are read, below one folder; where it lies in none, any Delta reader can be
    pointed here."""
    return (lake.folder if isinstance(lake, Bucket) else lake) / "observations"


def words_of(error: BaseException) -> str:
    """What the driver says, on one line and without its colours."""
    return " ".join(_COLOURS.sub("", str(error)).replace("↳", ":").split())[:300]


class Copies:
    """Files of one table, fetched when they are asked for and kept for the next who asks."""

    def __init__(self, table: DeltaTable, bucket: Bucket) -> None:
        from deltalake.fs import DeltaStorageHandler

        self._objects = DeltaStorageHandler(table.table_uri, dict(bucket.options))
        self._root, self._most = table_folder(bucket), bucket.most_bytes

    def at_hand(self, paths: Sequence[str]) -> list[str]:
        """The same paths, each of them there. Raises ``Unavailable`` where storage is out of reach,
        ``TooLarge`` where they are more than all copies together may be; one that left the table stays away.
        """
        missing = [path for path in paths if not os.path.exists(path)]  # noqa: PTH110 - thousands of them
        fetched, asked = 0, frozenset(paths)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for start in range(0, len(missing), _CHUNK):
                fetched += sum(threads.map(self._fetch, missing[start : start + _CHUNK]))
                if fetched > self._most / 10:  # before the disk is full, not after
                    self._bound(asked)
                    fetched = 0
        if missing:
            self._bound(asked)
        return list(paths)

    def each(self) -> Iterator[str]:
        """Every Parquet file that lies below the table, its own or not, at hand one after the other."""
        for name in self.names():
            yield self.at_hand([str(self._root / name)])[0]

    def names(self) -> list[str]:
        """Of all of them. Raises ``Unavailable``."""
        from pyarrow.fs import FileSelector

        try:
            found = self._objects.get_file_info_selector(FileSelector("/", recursive=True))
        except OSError as error:
            raise out_of_reach(error) from error
        names = (one.path.lstrip("/") for one in found)
        return [n for n in names if n.endswith(".parquet") and not n.startswith("_delta_log/")]

    def forget(self) -> None:
        """Copies of what lies there no more. Raises ``Unavailable``."""
        held = {str(self._root / name) for name in self.names()}
        for path in self._root.rglob("*.parquet"):
            if str(path) not in held:
                path.unlink(missing_ok=True)

    def tidy(self) -> None:
        """What a fetch left that was killed. For the process that writes, when it starts; others may be
        fetching just now."""
        for draft in self._root.rglob(".*"):
            with suppress(FileNotFoundError):
                if time.time() - draft.stat().st_mtime > _LEFT_S:
                    draft.unlink()

    def _fetch(self, path: str) -> int:
        """Bytes."""
        target = Path(path)
        try:
            with self._objects.open_input_file(str(target.relative_to(self._root))) as source:
                data = source.read()
        except FileNotFoundError:
            return 0  # whoever reads finds it gone, and looks for the newest list
        except OSError as error:
            raise out_of_reach(error) from error
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = target.with_name(f".{random_id()}")
        draft.write_bytes(data)
        draft.replace(target)
        return len(data)

    def _bound(self, asked: frozenset[str]) -> None:
        """The copies that were fetched longest ago make room."""
        held = sorted(
            ((p.stat().st_mtime, p.stat().st_size, p) for p in self._root.rglob("*.parquet")),
            key=lambda one: one[0],
        )
        over = sum(size for _, size, _ in held) - self._most
        for _, size, path in held:
            if over <= 0:
                return
            if str(path) not in asked:
                path.unlink(missing_ok=True)
                over -= size
        if over > 0:
            for one in asked:
                Path(one).unlink(missing_ok=True)
            raise TooLarge(
                "this reads more of the lake than may be copied to this machine",
                field="lake.copies_gb",
                value=round(self._most / 2**30, 1),
                cure="ask for a shorter time, or give it more room",
            )


def out_of_reach(error: BaseException) -> Unavailable:
    return Unavailable(
        f"the lake's storage does not answer: {words_of(error)}",
        cure="see its state and lake.url; what was accepted waits on the bus",
    )
