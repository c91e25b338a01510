"""The tables of each database. Packages add theirs from their ``repository.py``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, MetaData, String, Table

#: decisions: alerts, incidents, identity, audit, outbox (every commit reaches the disk)
ops = MetaData()
#: the city now (a power cut may cost the last moments; the log gives them again)
context = MetaData()

#: 64 bits in PostgreSQL; in SQLite only a column declared INTEGER counts up by itself
RowId = BigInteger().with_variant(Integer, "sqlite")


def _positions(metadata: MetaData) -> Table:
    return Table(
        "positions",
        metadata,
        Column("consumer", String, primary_key=True),
        Column("stream", String, primary_key=True),
        Column("seq", BigInteger, nullable=False),
    )


_positions(ops)
_positions(context)


def _outbox(metadata: MetaData) -> tuple[Table, Table]:
    waiting = Table(
        "outbox",
        metadata,
        Column("id", RowId, primary_key=True, autoincrement=True),
        Column("owner", String, nullable=False, index=True),
        Column("subject", String, nullable=False),
        Column("data", LargeBinary, nullable=False),
        # A row number must never come twice, also when the table was empty between: the bus drops repeats
        # by it.
        sqlite_autoincrement=True,
    )
    #: who relays, and when (seconds since 1970) it last said so
    owners = Table(
        "outbox_owners",
        metadata,
        Column("owner", String, primary_key=True),
        Column("seen_at", Float, nullable=False),
    )
    return waiting, owners


#: the same tables in both databases: what is said of those of ``ops`` holds in ``context``
outbox, outbox_owners = _outbox(ops)
_outbox(context)
