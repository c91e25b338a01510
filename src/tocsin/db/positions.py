"""How far a consumer has come in a stream, kept beside the effect of what it read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Connection, String, column, select, table, update

from tocsin.kernel.errors import Conflict

_POSITIONS = table(
    "positions", column("consumer", String), column("stream", String), column("seq", BigInteger)
)


def load(conn: Connection, consumer: str, stream: str) -> int:
    """Sequence of the last message whose effect is committed; 0 where there is none."""
    found = conn.execute(
        select(_POSITIONS.c.seq).where(_POSITIONS.c.consumer == consumer, _POSITIONS.c.stream == stream)
    ).scalar()
    return int(found or 0)


def save(conn: Connection, consumer: str, stream: str, seq: int) -> None:
    """Set the position, in the transaction of the effect. It never goes back: raises ``Conflict``."""
    moved = conn.execute(
        update(_POSITIONS)
        .where(_POSITIONS.c.consumer == consumer, _POSITIONS.c.stream == stream, _POSITIONS.c.seq <= seq)
        .values(seq=seq)
    )
    if moved.rowcount:
        return
    known = load(conn, consumer, stream)
    if known > seq:
        raise Conflict(
            f"{consumer} has already come to {known} in {stream}",
            field="seq",
            value=seq,
            cure="see that only one process runs this stage",
        )
    conn.execute(_POSITIONS.insert().values(consumer=consumer, stream=stream, seq=seq))
