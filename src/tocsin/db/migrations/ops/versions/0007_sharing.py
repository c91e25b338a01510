"""Partners of the city beside its control rooms; a token sees with the eyes of one organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0007_sharing"
down_revision = "0006_correlation"


def upgrade() -> None:
    op.add_column(
        "organisations", sa.Column("partner", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column(
        "tokens", sa.Column("organisation", sa.String, nullable=False, server_default="control-room")
    )
    for table in ("alerts", "incidents"):
        # what there was belongs to nobody and is open to all rooms: level 2 of the four
        op.add_column(table, sa.Column("room", sa.String, nullable=False, server_default=""))
        op.add_column(table, sa.Column("reach", sa.Integer, nullable=False, server_default="2"))
        op.add_column(table, sa.Column("rooms", sa.String, nullable=False, server_default=""))
    op.create_table(
        "access_requests",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("object", sa.String, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_access_requests_owner", "access_requests", ["state", "owner"])
    op.create_index("ix_access_requests_object", "access_requests", ["kind", "object", "room", "state"])
