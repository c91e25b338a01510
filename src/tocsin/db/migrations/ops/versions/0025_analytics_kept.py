"""Analyses whose result is kept as an entity, and made anew on schedule."""

import sqlalchemy as sa
from alembic import op

revision = "0025_analytics_kept"
down_revision = "0021_lake_queries"


def upgrade() -> None:
    op.create_table(
        "analytics_kept",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
        sa.Column("entity", sa.String, nullable=False),
        sa.Column("every_s", sa.Integer, nullable=True),
        sa.Column("next_at", sa.BigInteger, nullable=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("tried_at", sa.BigInteger, nullable=True),
        sa.Column("done_at", sa.BigInteger, nullable=True),
        sa.Column("trouble", sa.String, nullable=False),
    )
    op.create_index("ix_analytics_kept_next", "analytics_kept", ["next_at"])
