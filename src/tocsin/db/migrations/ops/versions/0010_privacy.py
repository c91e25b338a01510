"""Privacy: what was deleted when, and which counts were published for how much of a day's budget."""

import sqlalchemy as sa
from alembic import op

revision = "0010_privacy"
down_revision = "0009_sign_in"


def upgrade() -> None:
    op.create_table(
        "privacy_deletions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("store", sa.String, nullable=False),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_privacy_deletions_open", "privacy_deletions", ["store", "finished_at"])
    op.create_table(
        "privacy_releases",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("dataset", sa.String, nullable=False),
        sa.Column("period", sa.String, nullable=False),
        sa.Column("epsilon", sa.Float, nullable=False),
        sa.Column("released_at", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_privacy_releases_budget", "privacy_releases", ["dataset", "period"])
    op.create_index("ix_privacy_releases_at", "privacy_releases", ["released_at", "id"])
