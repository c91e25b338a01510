"""A change of an entity as the journal keeps it: before, after, and what of it is new, other or gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from tocsin.bus.codec import decode
from tocsin.context.documents.document import unpacked
from tocsin.context.journal.repository import Change, Kept
from tocsin.kernel.state import EntityState
from tocsin.ngsi.model.kinds import ENTITY_PLAIN, Attribute, Entity
from tocsin.ngsi.store.names import LOCATION
from tocsin.ngsi.store.overlay import entity_of

_JSON = msgspec.json.Decoder().decode


@dataclass(slots=True)
class Moved:
    """``before`` None: it was created; ``after`` None: deleted. Sets hold IRIs of attributes; ``updated`` are
    stated anew, be the value the same: a time of change goes with it. Not to be changed.
    """

    seq: int
    at: datetime
    id: str
    before: Entity | None
    after: Entity | None
    created: frozenset[str] = field(init=False)
    updated: frozenset[str] = field(init=False)
    deleted: frozenset[str] = field(init=False)
    touched: frozenset[str] = field(init=False)
    #: of ``updated``, those that lost instances
    thinned: frozenset[str] = field(init=False)
    #: by a reading: its time becomes that of the place too, though it need not state one
    read: bool = False

    def __post_init__(self) -> None:
        before, after = self.before or {}, self.after or {}
        old, new = before.keys() - ENTITY_PLAIN, after.keys() - ENTITY_PLAIN
        self.created, self.deleted = frozenset(new - old), frozenset(old - new)
        self.updated = frozenset(iri for iri in old & new if before[iri] != after[iri])
        if self.read and LOCATION in self.updated and _values(before) == _values(after):
            self.updated -= {LOCATION}
        self.thinned = frozenset(iri for iri in self.updated if _fewer(before[iri], after[iri]))
        self.touched = self.created | self.updated | self.deleted

    @property
    def entity(self) -> Entity:
        """What conditions are asked of: as it is, or as it was at last."""
        found = self.after or self.before
        assert found is not None
        return found

    def since(self, earlier: Moved) -> Moved:
        """This change and an ``earlier`` one of the same entity as one."""
        return Moved(self.seq, self.at, self.id, earlier.before, self.after, read=self.read and earlier.read)


def moved(kept: Kept) -> Moved:
    """Raises ``Invalid`` or ``msgspec.DecodeError`` for bytes that the journal cannot hold."""
    seq, at, entity, change = kept
    if change.kind == "written":
        before = _JSON(change.before) if change.before else None
        after = _JSON(change.after) if change.after else None
    else:
        before, after = _shown(change.before, change), _shown(change.after, change)
    return Moved(seq, at, entity, before, after, read=change.kind == "read")


def _fewer(before: list[Attribute], after: list[Attribute]) -> bool:
    """Whether an instance is there no more."""
    if len(before) == len(after) == 1:
        return bool(before[0].get("datasetId") != after[0].get("datasetId"))
    return not {one.get("datasetId") for one in before} <= {one.get("datasetId") for one in after}


def _values(entity: Entity) -> list[object]:
    return [one.get("value") for one in entity[LOCATION]]


def _shown(state: bytes, change: Change) -> Entity | None:
    if not state:
        return None
    document = unpacked(change.document) if change.document else None
    return entity_of(decode(state, EntityState), document)
