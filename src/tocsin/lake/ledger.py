"""The ledger's file, and a verdict written into it."""

from __future__ import annotations

from pathlib import Path

from tocsin.db import Connection, Database
from tocsin.db.migrate import upgrade
from tocsin.lake import repository
from tocsin.lake.judge import Verdict


def ledger_database(state: Path) -> Database:
    """The ledger of a state folder, brought to this version's shape. Raises ``Misconfigured`` for a newer
    one.

    A power cut may cost the ledger its last moments; the table's rows give them again.
    """
    db = Database(state / "lake.db", durable=False, name="lake")
    upgrade(db)
    return db


def settle(conn: Connection, verdict: Verdict) -> None:
    """Counts and quarantine. Afterwards accepted = stored + quarantined + duplicates still holds, per source.

    A second attempt at a quarantined item was accepted already: it moves from ``quarantined`` to ``stored``
    or ``duplicates``, or stays where it is with its new reason.
    """
    for source in verdict.stored.keys() | verdict.duplicates.keys():
        repository.add_counts(
            conn,
            source,
            stored=verdict.stored.get(source, 0),
            duplicates=verdict.duplicates.get(source, 0),
        )
    for held in verdict.held:
        again = [item for item in held.items if item.retry_of and repository.reopen(conn, item)]
        known = {item.id for item in again}
        first = [item for item in held.items if item.id not in known]
        new = repository.hold(conn, held.source, held.received_us, first)
        if first:
            repository.add_counts(conn, held.source, quarantined=new, duplicates=len(first) - new)
    for item, source, stored in verdict.retried:
        counted_for = repository.resolve(conn, item)
        if counted_for is not None:
            repository.add_counts(conn, counted_for, quarantined=-1)
        if stored:
            repository.add_counts(conn, source, stored=1)
        elif counted_for is not None:
            repository.add_counts(conn, source, duplicates=1)
