"""Which incidents ended as a false alarm."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import select

from tocsin.bus.codec import decode
from tocsin.db import Connection
from tocsin.incidents.repository import incidents, number_of
from tocsin.kernel.decisions import Disposition

_CHUNK = 500


class _Ended(msgspec.Struct, frozen=True):
    """All that is read of the document: the rest of it is a hundred times as long."""

    id: str
    disposition: Disposition | None = None


def false_alarms(conn: Connection, ids: Collection[str]) -> frozenset[str]:
    """Those of ``ids`` that are closed with that outcome."""
    numbers, found = sorted(number_of(incident) for incident in ids), set[str]()
    t = incidents.c
    for start in range(0, len(numbers), _CHUNK):
        query = select(t.doc).where(t.number.in_(numbers[start : start + _CHUNK]), t.state == "closed")
        for doc in conn.execute(query).scalars():
            ended = decode(doc, _Ended)
            if ended.disposition is not None and ended.disposition.outcome == "false alarm":
                found.add(ended.id)
    return frozenset(found)
