"""The document of one entity as it is stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from lz4 import block

from tocsin.context.documents import repository
from tocsin.db import Connection
from tocsin.kernel.state import AttributeState, EntityState


class Held(msgspec.Struct, frozen=True, array_like=True):
    """What an attribute of the document is in the entity's state: its name there, and what it said when the
    document was written. A state that says something else is a reading that came since.
    """

    name: str
    state: AttributeState | None


class Document(msgspec.Struct, frozen=True):
    """``body``: the expanded entity; ``held`` by attribute IRI; ``lon``, ``lat``: place of the state then."""

    body: dict[str, Any]
    held: dict[str, Held]
    lon: float | None = None
    lat: float | None = None


_DECODER = msgspec.json.Decoder(Document)
_ENCODER = msgspec.json.Encoder()
#: the first byte of a row; rows of before it was are JSON as it is
_LZ4 = b"\x01"


def packed(document: Document) -> bytes:
    """JSON, whose whole numbers have no bounds, made short: IRIs and times repeat themselves. A document is
    a page of the database else, and a write costs what its pages cost.
    """
    made: bytes = block.compress(_ENCODER.encode(document))
    return _LZ4 + made


def unpacked(row: bytes) -> Document:
    return _DECODER.decode(block.decompress(row[1:]) if row.startswith(_LZ4) else row)


def forget(conn: Connection, left: Mapping[str, EntityState | None]) -> None:
    """Take out of documents what their entities' states no longer hold; None: the entity is gone."""
    rows = repository.load(conn, left)
    kept = []
    for entity, row in rows.items():
        state = left[entity]
        if state is not None:
            document = _without(unpacked(row), state.attributes)
            # whether less is left of its places and numbers too, is not worth the look
            kept.append((entity, packed(document), len(document.body["type"]) > 1, True, True))
    repository.save(conn, kept, [entity for entity in rows if left[entity] is None])


def _without(document: Document, names: Collection[str]) -> Document:
    gone = {iri for iri, held in document.held.items() if held.state is not None and held.name not in names}
    return msgspec.structs.replace(
        document,
        body={key: value for key, value in document.body.items() if key not in gone},
        held={iri: held for iri, held in document.held.items() if iri not in gone},
    )
