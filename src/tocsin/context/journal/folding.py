"""What readings changed of watched entities, step by step: a value that came and went counts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tocsin.bus.codec import encode
from tocsin.context.documents import repository as documents
from tocsin.context.journal import repository
from tocsin.context.journal.repository import ANY, Change, Row
from tocsin.context.repository import Gone
from tocsin.db import Connection
from tocsin.kernel.state import EntityState

#: an entity's state before and after one reading
Step = tuple[EntityState | None, EntityState | Gone]


def note(conn: Connection, at: datetime, steps: list[Step], watched: Collection[str]) -> None:
    """Keep those of ``steps`` that somebody of ``watched`` types may ask for."""
    if ANY not in watched:
        others = {_id(step) for step in steps if _type(step) not in watched}
        several = documents.of_several_types(conn, others) if others else set()
        steps = [step for step in steps if _type(step) in watched or _id(step) in several]
    if not steps:
        return
    bodies = documents.load(conn, {_id(step) for step in steps})
    rows: list[Row] = []
    packed: dict[int, bytes] = {}  # by identity: what was after one step is before the next

    def state(one: EntityState) -> bytes:
        known = packed.get(id(one))
        if known is None:
            known = packed[id(one)] = encode(one)
        return known

    for step in steps:
        old, new = step
        entity = _id(step)
        body = bodies.get(entity, b"")
        after = b"" if isinstance(new, Gone) else state(new)
        change = Change("read", state(old) if old is not None else b"", after, body)
        rows.append((entity, ANY if body else _type(step), change))
    repository.record(conn, at, rows)


def _id(step: Step) -> str:
    old, new = step
    if isinstance(new, EntityState):
        return new.id
    assert old is not None  # nobody is told of the end of what was not there
    return old.id


def _type(step: Step) -> str:
    return step[1].type
