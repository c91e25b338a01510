"""The newest stored reading of each entity, known exactly in bounded memory.

An observation strictly newer than it cannot have been stored before, which spares nearly all live readings a
look into the table. Kept as a cache over the ledger's table ``newest``; that is written down now and then
only, and brought up to date at start from the Delta rows stored since.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

#: about 150 bytes each
_CAPACITY = 200_000


class Newest:
    """Microseconds by entity; ``changed`` holds what the ledger does not know yet."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._known: OrderedDict[str, int | None] = OrderedDict()
        self._capacity = capacity
        self.changed: dict[str, int] = {}

    def missing(self, entities: set[str]) -> list[str]:
        """Those that must be asked of the ledger first."""
        return [e for e in entities if e not in self._known and e not in self.changed]

    def learn(self, asked: list[str], found: Mapping[str, int]) -> None:
        """What the ledger said of those asked."""
        for entity in asked:
            self._known[entity] = found.get(entity)

    def get(self, entity: str) -> int | None:
        """None: nothing of this entity was ever stored."""
        changed = self.changed.get(entity)
        return changed if changed is not None else self._known.get(entity)

    def raise_to(self, stored: Mapping[str, int]) -> None:
        """Readings were stored."""
        for entity, us in stored.items():
            known = self.get(entity)
            if known is None or us > known:
                self.changed[entity] = us

    def forget(self, entities: Iterable[str]) -> None:
        """Nothing of these is stored any more."""
        for entity in entities:
            self._known.pop(entity, None)
            self.changed.pop(entity, None)

    def saved(self, written: Mapping[str, int]) -> None:
        """The ledger knows these now; beyond its capacity the cache forgets the longest unused."""
        for entity, us in written.items():
            self._known[entity] = us
            self._known.move_to_end(entity)
            if self.changed.get(entity) == us:
                del self.changed[entity]
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)
