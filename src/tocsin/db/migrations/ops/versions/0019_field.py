"""The field: answers by their keys, and where responders are who consent to it while they are on a task."""

import sqlalchemy as sa
from alembic import op

revision = "0019_field"
down_revision = "0018_languages"


def upgrade() -> None:
    op.create_table(
        "field_answers",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("made", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_field_answers_at", "field_answers", ["at"])
    op.create_table(
        "field_consents",
        sa.Column("incident", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("task", sa.String, primary_key=True),
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("given_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        sa.Column("accuracy_m", sa.Float),
    )
    op.create_index("ix_field_consents_until", "field_consents", ["until"])
