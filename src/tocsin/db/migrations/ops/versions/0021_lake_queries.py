"""Queries of the lake that people keep under a name."""

import sqlalchemy as sa
from alembic import op

revision = "0021_lake_queries"
down_revision = "0019_field"


def upgrade() -> None:
    op.create_table(
        "lake_queries",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("room", "owner", "key", name="uq_lake_queries_name"),
    )
