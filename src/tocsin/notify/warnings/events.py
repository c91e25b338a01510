"""What happened to warnings, for whoever tells people: in order, each once, in the transaction of the effect.

A table and not a subject on the bus: who delivers belongs to the same stage (rank 8), and commits the last
``seq`` that it has seen together with its own effect, so that nothing is told twice and nothing is lost.
``Database.after_commit`` wakes a reader in the process that wrote; one in another looks at an interval.
"""

from __future__ import annotations

from tocsin.db import Connection
from tocsin.notify.warnings import repository
from tocsin.notify.warnings.model import WarningEvent


def after(conn: Connection, seq: int, limit: int = 100) -> list[WarningEvent]:
    """Events with a number above ``seq``, oldest first. Begin with 0."""
    return repository.events_after(conn, seq, limit)
