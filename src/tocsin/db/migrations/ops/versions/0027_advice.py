"""Consultations of advisors in incidents, their answers and events; plans that were saved."""

import sqlalchemy as sa
from alembic import op

revision = "0027_advice"
down_revision = "0026_spaces"


def upgrade() -> None:
    op.create_table(
        "consultations",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("incident", sa.BigInteger, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("standing", sa.String, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_consultations_key", "consultations", ["incident", "key"], unique=True)
    op.create_index("ix_consultations_state", "consultations", ["state", "number"])
    op.create_table(
        "consultation_answers",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("advice", sa.LargeBinary, nullable=False),
        sa.Column("footing", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "consultation_events",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "saved_plans",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("space", sa.String, nullable=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
        sa.Column("advice", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_saved_plans_space", "saved_plans", ["space"])
