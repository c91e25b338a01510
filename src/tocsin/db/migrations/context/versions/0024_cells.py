"""Entities by the cell of their place, so that a box reads little besides what it holds."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from tocsin.kernel.cells import cell

revision = "0024_cells"
#: the file before this one
down_revision = sorted(path.stem for path in Path(__file__).parent.glob("[0-9]*.py") if path.stem < revision)[
    -1
]
_AT_ONCE = 10_000


def upgrade() -> None:
    op.add_column("entities", sa.Column("cell", sa.BigInteger))
    entities = sa.table("entities", *(sa.column(name) for name in ("id", "lon", "lat", "cell")))
    placed = sa.select(entities.c.id, entities.c.lon, entities.c.lat).where(
        entities.c.lon.is_not(None), entities.c.lat.is_not(None)
    )
    put = sa.update(entities).where(entities.c.id == sa.bindparam("key")).values(cell=sa.bindparam("number"))
    conn, after = op.get_bind(), ""
    while rows := conn.execute(
        placed.where(entities.c.id > after).order_by(entities.c.id).limit(_AT_ONCE)
    ).all():
        conn.execute(put, [{"key": entity, "number": cell(lon, lat)} for entity, lon, lat in rows])
        after = rows[-1][0]
    op.drop_index("ix_entities_place", "entities")
    op.create_index("ix_entities_place", "entities", ["type", "cell", "lon", "lat", "id"])
