"""Alerts and incidents: the view as it stands, and the events that brought it there (only ever added to)."""

import sqlalchemy as sa
from alembic import op

revision = "0002_alerts"
down_revision = "0001_positions_outbox"


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("tool", sa.String, nullable=False),
        sa.Column("dedup_key", sa.String, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("flapping", sa.Boolean, nullable=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("shelved_until", sa.BigInteger),
        sa.Column("suppressed_by", sa.String),
        sa.Column("incident", sa.String),
        sa.Column("doc", sa.LargeBinary, nullable=False),
        sa.Column("memory", sa.LargeBinary, nullable=False),
        sa.Column("pending", sa.LargeBinary),
    )
    op.create_index("ix_alerts_queue", "alerts", ["is_open", "severity", "number"])
    op.create_index("ix_alerts_dedup", "alerts", ["dedup_key", "number"])
    op.create_index("ix_alerts_raised", "alerts", ["raised_at", "tool"])
    op.create_table(
        "alert_events",
        sa.Column("alert", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_alert_events_at", "alert_events", ["alert", "at"])
    op.create_table(
        "alert_findings",
        sa.Column("finding", sa.String, primary_key=True),
        sa.Column("alert", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "alert_floods",
        sa.Column("rule", sa.String, primary_key=True),
        sa.Column("scope", sa.String, primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("counted", sa.BigInteger, nullable=False),
        sa.Column("summary", sa.BigInteger),
    )
    op.create_table(
        "incidents",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_incidents_queue", "incidents", ["state", "number"])
    op.create_table(
        "incident_events",
        sa.Column("incident", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "incident_alerts",
        sa.Column("incident", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("alert", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
    )
    op.create_index("ix_incident_alerts_alert", "incident_alerts", ["alert"])
