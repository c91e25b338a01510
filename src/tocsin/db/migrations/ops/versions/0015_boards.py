"""Boards of rooms and people: every version kept, the newest in force."""

import sqlalchemy as sa
from alembic import op

revision = "0015_boards"
down_revision = "0014_audit_organisation"


def upgrade() -> None:
    op.create_table(
        "board_versions",
        sa.Column("room", sa.String, primary_key=True),
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("board", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("doc", sa.LargeBinary),
    )
