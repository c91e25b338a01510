"""Context source registrations."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0022_registrations"
#: the file before this one
down_revision = sorted(path.stem for path in Path(__file__).parent.glob("[0-9]*.py") if path.stem < revision)[
    -1
]


def upgrade() -> None:
    op.create_table(
        "ngsi_registrations",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
    )
