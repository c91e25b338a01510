"""Warnings to the public: one row a CAP message, and what happened to each, in order."""

import sqlalchemy as sa
from alembic import op

revision = "0016_warnings"
down_revision = "0015_boards"


def upgrade() -> None:
    op.create_table(
        "warnings",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("incident", sa.String),
        sa.Column("identifier", sa.String),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("feed_until", sa.BigInteger),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("reach", sa.Integer, nullable=False),
        sa.Column("rooms", sa.String, nullable=False),
        sa.Column("cap", sa.LargeBinary),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_warnings_state", "warnings", ["state", "number"])
    op.create_index("ix_warnings_identifier", "warnings", ["identifier"], unique=True)
    op.create_index("ix_warnings_feed", "warnings", ["status", "feed_until"])
    op.create_table(
        "warning_events",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("warning", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
