"""NGSI-LD: documents, hosted contexts, and the outbox of what it writes."""

import sqlalchemy as sa
from alembic import op

from tocsin.db.metadata import RowId

revision = "0020_ngsi_ld"
down_revision = "0002_entities"


def upgrade() -> None:
    op.create_table(
        "ngsi_documents",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("doc", sa.LargeBinary, nullable=False),
        sa.Column("many_types", sa.Boolean, nullable=False),
        sa.Column("shaped", sa.Boolean, nullable=False),
        sa.Column("mixed", sa.Boolean, nullable=False),
    )
    for flag in ("many_types", "shaped", "mixed"):
        op.create_index(
            f"ix_ngsi_documents_{flag}",
            "ngsi_documents",
            ["id"],
            sqlite_where=sa.text(flag),
            postgresql_where=sa.text(flag),
        )
    op.create_table(
        "ngsi_contexts",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
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
