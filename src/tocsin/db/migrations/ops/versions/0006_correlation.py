"""Correlation: alerts as it sees them, what it proposed, what was decided, what was split apart."""

import sqlalchemy as sa
from alembic import op

revision = "0006_correlation"
down_revision = "0005_organisations"


def upgrade() -> None:
    op.create_table(
        "correlation_alerts",
        sa.Column("alert", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("onset", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_correlation_alerts_open", "correlation_alerts", ["is_open", "onset"])
    op.create_table(
        "separations",
        sa.Column("separation", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("alert", sa.String, primary_key=True),
        sa.Column("side", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
    )
    op.create_index("ix_separations_alert", "separations", ["alert"])
    op.create_table(
        "proposals",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("incident", sa.String),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_proposals_queue", "proposals", ["state", "number"])
    op.create_table(
        "proposal_alerts",
        sa.Column("proposal", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("alert", sa.String, primary_key=True),
    )
    op.create_index("ix_proposal_alerts_alert", "proposal_alerts", ["alert"])
    op.create_table(
        "proposal_events",
        sa.Column("proposal", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
