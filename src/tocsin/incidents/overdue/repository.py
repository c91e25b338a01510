"""Open incidents by version, so that only those that changed are read again."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from tocsin.bus.codec import decode
from tocsin.incidents.repository import incidents
from tocsin.kernel.decisions import Incident


def open_versions(conn: Connection) -> dict[int, int]:
    """Number and version of every open incident."""
    t = incidents.c
    found = conn.execute(select(t.number, t.version).where(t.state == "open"))
    return {int(number): int(version) for number, version in found}


def those(conn: Connection, numbers: Iterable[int]) -> dict[int, Incident]:
    """These incidents, by number; what is gone is left out."""
    t = incidents.c
    found = conn.execute(select(t.number, t.doc).where(t.number.in_(list(numbers))))
    return {int(number): decode(doc, Incident) for number, doc in found}
