"""Indexes of place and number that hold the id too; values lie in the order of their key (SQLite)."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0023_whole_indexes"
#: the file before this one
down_revision = sorted(path.stem for path in Path(__file__).parent.glob("[0-9]*.py") if path.stem < revision)[
    -1
]


def upgrade() -> None:
    op.drop_index("ix_entities_place", "entities")
    op.create_index("ix_entities_place", "entities", ["type", "lon", "lat", "id"])
    op.drop_index("ix_entity_values_number", "entity_values")
    if op.get_context().dialect.name == "sqlite":
        op.rename_table("entity_values", "entity_values_before")
        op.create_table(
            "entity_values",
            sa.Column("entity", sa.String, primary_key=True),
            sa.Column("name", sa.String, primary_key=True),
            sa.Column("number", sa.Float),
            sa.Column("text", sa.String),
            sqlite_with_rowid=False,
        )
        op.execute("INSERT INTO entity_values SELECT entity, name, number, text FROM entity_values_before")
        op.drop_table("entity_values_before")
    op.create_index("ix_entity_values_number", "entity_values", ["name", "number", "entity"])
