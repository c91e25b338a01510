"""Positions of consumers."""

import sqlalchemy as sa
from alembic import op

revision = "0001_positions"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "positions",
        sa.Column("consumer", sa.String, primary_key=True),
        sa.Column("stream", sa.String, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
