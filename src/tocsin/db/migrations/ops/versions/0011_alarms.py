"""Alarm management: maintenance windows, and each alert in a narrow row for counting."""

import sqlalchemy as sa
from alembic import op

revision = "0011_alarms"
down_revision = "0007_sharing"

#: level "all rooms", which every alert had until now
_ALL_ROOMS = 2


def upgrade() -> None:
    op.add_column("alerts", sa.Column("out_of_service", sa.String))
    op.create_table(
        "maintenance_windows",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("applied", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_maintenance_windows_state", "maintenance_windows", ["state", "number"])
    op.create_table(
        "maintenance_alerts",
        sa.Column("window", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("alert", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("how", sa.String, nullable=False),
    )
    op.create_table(
        "alert_arrivals",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("tool", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("hidden", sa.Integer, nullable=False),
        sa.Column("verdict", sa.Integer, nullable=False),
        sa.Column("incident", sa.String),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("reach", sa.Integer, nullable=False),
        sa.Column("rooms", sa.String, nullable=False),
    )
    raised = ["raised_at", "hidden", "severity", "source", "number", "reach", "room", "rooms"]
    op.create_index("ix_alert_arrivals_raised", "alert_arrivals", raised)
    op.create_index("ix_alert_arrivals_tool", "alert_arrivals", ["tool", "raised_at"])
    op.create_index("ix_alert_arrivals_open", "alert_arrivals", ["is_open"])
    # Alerts that are there already: nobody had shared one yet, so that each is open to all rooms. The verdict
    # is what the last decision said.
    op.execute(
        f"""
        INSERT INTO alert_arrivals
        SELECT a.number, a.raised_at, a.severity, a.tool, a.kind, a.dedup_key, a.is_open, a.active,
               CASE WHEN a.suppressed_by IS NOT NULL THEN 1
                    WHEN a.shelved_until IS NOT NULL THEN 3 ELSE 0 END,
               COALESCE((SELECT CASE e.act WHEN 'confirmed' THEN 1 WHEN 'rejected' THEN -1 ELSE 0 END
                         FROM alert_events e
                         WHERE e.alert = a.number AND e.act IN ('confirmed', 'rejected', 'reopened')
                         ORDER BY e.version DESC LIMIT 1), 0),
               a.incident, '', {_ALL_ROOMS}, ''
        FROM alerts a
        """  # noqa: S608  # a constant of ours
    )
