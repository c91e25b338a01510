"""Entries of evidence; the bytes lie encrypted beside, their keys elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0008_evidence"
down_revision = "0007_sharing"


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("alert", sa.String),
        sa.Column("incident", sa.String),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("erased", sa.Boolean, nullable=False),
        sa.Column("object", sa.LargeBinary),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_evidence_alert", "evidence", ["alert"])
    op.create_index("ix_evidence_incident", "evidence", ["incident"])
    op.create_index("ix_evidence_expiry", "evidence", ["erased", "held", "expires_at"])
