"""How far a consumer has come in a stream, kept beside the effect of what it read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Connection, String, bindparam, column, insert, select, table, update

from tocsin.kernel.errors import Conflict

_POSITIONS = table(
    "positions", column("consumer", String), column("stream", String), column("seq", BigInteger)
)

_OWN = (_POSITIONS.c.consumer == bindparam("who"), _POSITIONS.c.stream == bindparam("of"))
# made once: putting a statement together takes longer than running it, and every transaction runs these
_LOAD = select(_POSITIONS.c.seq).where(*_OWN)
_MOVE = update(_POSITIONS).where(*_OWN, _POSITIONS.c.seq <= bindparam("to")).values(seq=bindparam("to"))
_COUNT = update(_POSITIONS).where(*_OWN).values(seq=_POSITIONS.c.seq + 1)
_BEGIN = insert(_POSITIONS).values(consumer=bindparam("who"), stream=bindparam("of"), seq=bindparam("to"))


def load(conn: Connection, consumer: str, stream: str) -> int:
    """Sequence of the last message whose effect is committed; 0 where there is none."""
    return int(conn.execute(_LOAD, {"who": consumer, "of": stream}).scalar() or 0)


def save(conn: Connection, consumer: str, stream: str, seq: int) -> None:
    """Set the position, in the transaction of the effect. It never goes back: raises ``Conflict``."""
    given = {"who": consumer, "of": stream, "to": seq}
    if conn.execute(_MOVE, given).rowcount:
        return
    known = load(conn, consumer, stream)
    if known > seq:
        raise Conflict(
            f"{consumer} has already come to {known} in {stream}",
            field="seq",
            value=seq,
            cure="see that only one process runs this stage",
        )
    conn.execute(_BEGIN, given)


def count(conn: Connection, consumer: str, stream: str) -> None:
    """One more, where the position is a number of times."""
    if not conn.execute(_COUNT, {"who": consumer, "of": stream}).rowcount:
        conn.execute(_BEGIN, {"who": consumer, "of": stream, "to": 1})
