"""``python -m tocsin.ngsi.workers.worker``: does one task after the other until its input ends.

It can only read, and holds nothing between two tasks: each query sees the last commit.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any, BinaryIO

import msgspec

from tocsin.db import Connection, Database
from tocsin.ngsi.jsonld import Terms
from tocsin.ngsi.model.several import several
from tocsin.ngsi.query import AnyOf, parse
from tocsin.ngsi.store.reader import Found, inventory, links, page
from tocsin.ngsi.workers.wire import (
    HEAD,
    Answer,
    Begin,
    Failed,
    Look,
    Read,
    Seen,
    Survey,
    Surveyed,
    Task,
    Understood,
    framed,
    parts_of,
)
from tocsin.observe.lifeline import tie_to_parent
from tocsin.observe.memory import settle_in


def main(source: BinaryIO, sink: BinaryIO) -> None:
    begin = msgspec.msgpack.decode(_frame(source), type=Begin)
    read = msgspec.msgpack.Decoder(Task).decode
    db = Database(begin.address, durable=False, name=begin.name)
    settle_in()
    frame = framed(Seen())  # it is ready
    while frame:
        sink.write(frame)
        sink.flush()
        data = _frame(source)
        frame = _done(db, read(data)) if data else b""
    db.close()


def _done(db: Database, task: Task) -> bytes:
    try:
        match task:
            case Look():
                return framed(_looked(db, task))
            case Read():
                return framed(_understood(task))
            case Survey():
                return framed(Surveyed(db.read_now(inventory)))
    except Exception as error:  # noqa: BLE001 - whoever asked does it itself then, and says what is wrong
        return framed(Failed(repr(error)))


def _looked(db: Database, look: Look) -> Answer:
    def found(conn: Connection) -> Found:
        query = AnyOf([parse(one, look.names.__getitem__, links(conn)) for one in look.asked])
        return page(conn, query, look.offset, look.limit, count=look.count)

    seen = db.read_now(found)
    return Seen(seen.entities, seen.total, seen.more)


def _understood(task: Read) -> Answer:
    contexts: dict[str, Terms | dict[str, Any]] = {**task.refused}
    contexts |= {name: _terms(parts) for name, parts in task.contexts.items()}
    return Understood(*several(msgspec.json.decode(task.body), task.manner, contexts))


@lru_cache(16)  # of the batches of one sender all have the same
def _terms(parts: bytes) -> Terms:
    return Terms.of(parts_of(parts))


def _frame(source: BinaryIO) -> bytes:
    """The next one; empty at the end."""
    return source.read(int.from_bytes(source.read(HEAD), "big"))


if __name__ == "__main__":
    tie_to_parent()
    main(sys.stdin.buffer, sys.stdout.buffer)
