"""Rows of NGSI-LD documents, beside the entities they are about and in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    select,
    text,
)

from tocsin.db.dialect import execute_rows, upsert
from tocsin.db.metadata import context

_CHUNK = 500

#: What an entity's own row does not tell wholly: several types (``many_types``), places beside one point
#: (``shaped``), numbers beside one for each attribute (``mixed``). A query that an index narrows asks for
#: these entities besides; they are few.
ngsi_documents = Table(
    "ngsi_documents",
    context,
    Column("id", String, primary_key=True),
    Column("doc", LargeBinary, nullable=False),
    Column("many_types", Boolean, nullable=False),
    Column("shaped", Boolean, nullable=False),
    Column("mixed", Boolean, nullable=False),
    *(
        Index(f"ix_ngsi_documents_{flag}", "id", sqlite_where=text(flag), postgresql_where=text(flag))
        for flag in ("many_types", "shaped", "mixed")
    ),
)

_LOAD = select(ngsi_documents.c.id, ngsi_documents.c.doc).where(
    ngsi_documents.c.id.in_(bindparam("ids", expanding=True))
)
#: id, document, many_types, shaped, mixed
Row = tuple[str, bytes, bool, bool, bool]


def load(conn: Connection, ids: Iterable[str]) -> dict[str, bytes]:
    """Documents of these entities; absent where there is none."""
    wanted = list(ids)
    found: dict[str, bytes] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = conn.execute(_LOAD, {"ids": wanted[start : start + _CHUNK]})
        found.update((str(entity), bytes(doc)) for entity, doc in rows)
    return found


def save(conn: Connection, rows: Sequence[Row], gone: Iterable[str] = ()) -> None:
    """Write these documents and drop those of entities that are gone."""
    columns = ("id", "doc", "many_types", "shaped", "mixed")
    execute_rows(conn, upsert(conn, ngsi_documents, columns[:1], columns[1:]), columns, rows)
    ids = list(gone)
    for start in range(0, len(ids), _CHUNK):
        conn.execute(delete(ngsi_documents).where(ngsi_documents.c.id.in_(ids[start : start + _CHUNK])))


def of_several_types(conn: Connection, ids: Iterable[str]) -> set[str]:
    """Those of these entities whose documents name more than one type."""
    wanted = list(ids)
    found: set[str] = set()
    for start in range(0, len(wanted), _CHUNK):
        query = select(ngsi_documents.c.id).where(
            text("many_types"), ngsi_documents.c.id.in_(wanted[start : start + _CHUNK])
        )
        found.update(conn.execute(query).scalars())
    return found
