"""DuckDB as the lake's reader: one connection a process, small memory, no network, no extensions from
outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

T = TypeVar("T")
#: an erasure takes files away at once; whoever reads looks for the newest list once more
_TRIES = 3

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def connect(*, memory_mb: int = 256, threads: int = 1) -> DuckDBPyConnection:
    """A connection in memory. Its ``cursor()`` serves one thread each."""
    import duckdb  # 20 MB that a process without a query need not carry

    return duckdb.connect(
        config={
            "memory_limit": f"{memory_mb}MB",
            "threads": threads,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        }
    )


def again_where_files_went(read: Callable[[], T]) -> T:
    """``read()``, which looks for its files itself; again where one of them is gone by then."""
    import duckdb

    for _ in range(_TRIES - 1):
        try:
            return read()
        except duckdb.IOException as error:
            if "No such file" not in str(error) and "No files found" not in str(error):
                raise
    return read()
