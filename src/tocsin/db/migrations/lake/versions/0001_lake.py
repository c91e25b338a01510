"""The lake's ledger: positions, counts, quarantine, newest reading of each entity."""

import sqlalchemy as sa
from alembic import op

revision = "0001_lake"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "positions",
        sa.Column("consumer", sa.String, primary_key=True),
        sa.Column("stream", sa.String, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "counts",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("stored", sa.BigInteger, nullable=False),
        sa.Column("quarantined", sa.BigInteger, nullable=False),
        sa.Column("duplicates", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "newest",
        sa.Column("entity", sa.String, primary_key=True),
        sa.Column("observed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("device", sa.String),
        sa.Column("format", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("field", sa.String),
        sa.Column("cure", sa.String),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("marked_by", sa.String),
    )
    op.create_index("ix_quarantine_state", "quarantine", ["state", "received_at", "id"])
    op.create_index("ix_quarantine_received_at", "quarantine", ["received_at", "id"])
