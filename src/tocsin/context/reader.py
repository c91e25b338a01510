"""Asking for the city as it is now."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.context import repository
from tocsin.context.census import Kind, census
from tocsin.context.stage import CONSUMER, STREAM
from tocsin.db import Connection, Database, positions
from tocsin.kernel.errors import Invalid
from tocsin.kernel.geo import Box
from tocsin.kernel.state import EntityState

MOST = 1000


class ContextReader:
    """Reads what the context stage, in this process or another, has committed."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, entity: str) -> EntityState | None:
        """The entity; None where there is none (or no longer)."""
        return await self._db.read(lambda conn: repository.one(conn, entity))

    async def query(
        self,
        *,
        type: str | None = None,  # noqa: A002
        box: Box | None = None,
        attribute: str | None = None,
        min: float | None = None,  # noqa: A002
        max: float | None = None,  # noqa: A002
        limit: int = 100,
        after: str | None = None,
    ) -> tuple[Sequence[EntityState], str | None]:
        """Entities that fit all that is given, by id, and what to pass as ``after`` for more (None: no more).

        ``attribute`` alone asks for those that have it, with ``min`` or ``max`` for its number within.
        Raises ``Invalid`` naming the field.
        """
        if not 1 <= limit <= MOST:
            raise Invalid("limit is out of bounds", field="limit", value=limit, cure=f"ask for 1 to {MOST}")
        if attribute is None and (min is not None or max is not None):
            raise Invalid(
                "min and max are of an attribute", field="attribute", cure="name the attribute as well"
            )
        if box is not None and not (box.west <= box.east and box.south <= box.north):
            raise Invalid(
                "the box is empty", field="bbox", value=tuple(box), cure="give west,south,east,north"
            )
        found = await self._db.read(
            lambda conn: repository.page(
                conn,
                type_name=type,
                box=box,
                attribute=attribute,
                low=min,
                high=max,
                limit=limit + 1,
                after=after,
            )
        )
        items = found[:limit]
        return items, items[-1].id if len(found) > limit else None

    async def snapshot(self) -> tuple[list[EntityState], int]:
        """Every entity, and the position in OBS that this picture stands at, of one moment."""

        def picture(conn: Connection) -> tuple[list[EntityState], int]:
            return list(repository.everything(conn)), positions.load(conn, CONSUMER, STREAM)

        return await self._db.read(picture)

    async def census(self) -> list[Kind]:
        """What kinds of entities there are, how many, and what they report."""
        return await self._db.read(census)
