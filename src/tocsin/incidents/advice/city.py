"""What this stage needs of the others, which it does not know: filled by the composition root."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from tocsin.db import Connection
from tocsin.kernel.advice import Surroundings, SurroundingsAsked
from tocsin.kernel.decisions import Alert
from tocsin.kernel.geo import Point


class Near(msgspec.Struct, frozen=True):
    """A known space; ``away_m``: metres from the place to its box, 0 inside."""

    id: str
    name: str
    version: int
    away_m: float


class City(Protocol):
    async def surroundings(self, asked: SurroundingsAsked) -> Surroundings: ...

    def near(self, conn: Connection, place: Point, within_m: float) -> Sequence[Near]:
        """Spaces, the closest first."""
        ...

    def alerts(self, conn: Connection, ids: Sequence[str]) -> Sequence[Alert]: ...
