"""Public spaces, kept by version."""

import sqlalchemy as sa
from alembic import op

revision = "0026_spaces"
down_revision = "0025_analytics_kept"


def upgrade() -> None:
    op.create_table(
        "space_versions",
        sa.Column("space", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("west", sa.Float, nullable=False),
        sa.Column("south", sa.Float, nullable=False),
        sa.Column("east", sa.Float, nullable=False),
        sa.Column("north", sa.Float, nullable=False),
        sa.Column("exits", sa.Integer, nullable=False),
        sa.Column("put_away", sa.Boolean, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
