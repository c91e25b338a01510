"""The city now: entities, and their values for queries."""

import sqlalchemy as sa
from alembic import op

revision = "0002_entities"
down_revision = "0001_positions"


def upgrade() -> None:
    op.create_table(
        "entities",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        sa.Column("observed_at", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary),
    )
    op.create_index("ix_entities_place", "entities", ["type", "lon", "lat"])
    op.create_table(
        "entity_values",
        sa.Column("entity", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("number", sa.Float),
        sa.Column("text", sa.String),
    )
    op.create_index("ix_entity_values_number", "entity_values", ["name", "number"])
