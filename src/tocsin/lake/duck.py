"""DuckDB as the lake's reader: one connection a process, small memory, no network, no extensions from
outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
