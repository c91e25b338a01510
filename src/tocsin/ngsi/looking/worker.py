"""``python -m tocsin.ngsi.looking.worker``: answers one question after the other until its input ends.

It can only read, and holds nothing between two questions: each sees the last commit.
"""

from __future__ import annotations

import sys
from typing import BinaryIO

import msgspec

from tocsin.db import Connection, Database
from tocsin.ngsi.looking.wire import HEAD, Begin, Look, Seen, framed
from tocsin.ngsi.query import AnyOf, parse
from tocsin.ngsi.store.reader import Found, links, page
from tocsin.observe.lifeline import tie_to_parent
from tocsin.observe.memory import settle_in


def main(source: BinaryIO, sink: BinaryIO) -> None:
    begin = msgspec.msgpack.decode(_frame(source), type=Begin)
    read = msgspec.msgpack.Decoder(Look).decode
    db = Database(begin.address, durable=False, name=begin.name)
    settle_in()
    answer: Seen | None = Seen()  # it is ready
    while answer is not None:
        sink.write(framed(answer))
        sink.flush()
        data = _frame(source)
        answer = _answered(db, read(data)) if data else None
    db.close()


def _answered(db: Database, look: Look) -> Seen:
    def found(conn: Connection) -> Found:
        query = AnyOf([parse(one, look.names.__getitem__, links(conn)) for one in look.asked])
        return page(conn, query, look.offset, look.limit, count=look.count)

    try:
        seen = db.read_now(found)
    except Exception as error:  # noqa: BLE001 - whoever asked looks for itself then, and says what is wrong
        return Seen(failed=repr(error))
    return Seen(seen.entities, seen.total, seen.more)


def _frame(source: BinaryIO) -> bytes:
    """The next one; empty at the end."""
    return source.read(int.from_bytes(source.read(HEAD), "big"))


if __name__ == "__main__":
    tie_to_parent()
    main(sys.stdin.buffer, sys.stdout.buffer)
