"""Positions of consumers, and the outbox."""

import sqlalchemy as sa
from alembic import op

from tocsin.db.metadata import RowId

revision = "0001_positions_outbox"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "positions",
        sa.Column("consumer", sa.String, primary_key=True),
        sa.Column("stream", sa.String, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("id", RowId, primary_key=True, autoincrement=True),
        sa.Column("owner", sa.String, nullable=False, index=True),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox_owners",
        sa.Column("owner", sa.String, primary_key=True),
        sa.Column("seen_at", sa.Float, nullable=False),
    )
