"""NGSI-LD subscriptions: what is subscribed to, the changes that they wait for, how delivery stands."""

import sqlalchemy as sa
from alembic import op

from tocsin.db.metadata import RowId

revision = "0021_subscriptions"
down_revision = "0020_ngsi_ld"


def upgrade() -> None:
    op.create_table(
        "ngsi_changes",
        sa.Column("id", RowId, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("entity", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ngsi_subscriptions",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("doc", sa.LargeBinary, nullable=False),
        sa.Column("types", sa.String, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "ngsi_ledgers",
        sa.Column("subscription", sa.String, primary_key=True),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
