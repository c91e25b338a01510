"""Subscriptions to registrations: which subscriptions they are, and what each was told last."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0025_sources"
#: the file before this one
down_revision = sorted(path.stem for path in Path(__file__).parent.glob("[0-9]*.py") if path.stem < revision)[
    -1
]


def upgrade() -> None:
    op.add_column(
        "ngsi_subscriptions", sa.Column("kind", sa.String, nullable=False, server_default="entities")
    )
    op.create_table(
        "ngsi_told",
        sa.Column("subscription", sa.String, primary_key=True),
        sa.Column("registration", sa.String, primary_key=True),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
