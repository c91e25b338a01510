"""Alarm management: maintenance windows, and each alert in a narrow row for counting."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0011_alarms"
down_revision = "0010_privacy"

#: reach 2: level "all rooms", which every alert had until now
_STORED = """
    SELECT a.number, a.raised_at, (a.raised_at - 1) / 600000000 AS slot, a.severity, a.tool, a.kind,
           a.dedup_key AS source, a.is_open, a.active,
           CASE WHEN a.suppressed_by IS NOT NULL THEN 1
                WHEN a.shelved_until IS NOT NULL THEN 3 ELSE 0 END AS hidden,
           COALESCE((SELECT CASE e.act WHEN 'confirmed' THEN 1 WHEN 'rejected' THEN -1 ELSE 0 END
                     FROM alert_events e
                     WHERE e.alert = a.number AND e.act IN ('confirmed', 'rejected', 'reopened')
                     ORDER BY e.version DESC LIMIT 1), 0) AS verdict,
           a.incident, a.state = 'new' AS unseen, a.flapping, a.suppressed_by, NULL AS out_of_service,
           a.shelved_until, '' AS room, 2 AS reach, '' AS rooms
    FROM alerts a
"""


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
    arrivals = op.create_table(
        "alert_arrivals",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("slot", sa.BigInteger, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("tool", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("source", sa.BigInteger, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("hidden", sa.Integer, nullable=False),
        sa.Column("verdict", sa.Integer, nullable=False),
        sa.Column("incident", sa.String),
        sa.Column("unseen", sa.Boolean, nullable=False),
        sa.Column("flapping", sa.Boolean, nullable=False),
        sa.Column("suppressed_by", sa.String),
        sa.Column("out_of_service", sa.String),
        sa.Column("shelved_until", sa.BigInteger),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("reach", sa.Integer, nullable=False),
        sa.Column("rooms", sa.String, nullable=False),
    )
    room = ["hidden", "reach", "room", "rooms"]
    op.create_index("ix_alert_arrivals_slot", "alert_arrivals", ["slot", "severity", "raised_at", *room])
    op.create_index("ix_alert_arrivals_source", "alert_arrivals", ["source", "raised_at", *room, "number"])
    op.create_index("ix_alert_arrivals_raised", "alert_arrivals", ["raised_at", "hidden"])
    op.create_index("ix_alert_arrivals_tool", "alert_arrivals", ["tool", "raised_at"])
    op.create_index("ix_alert_arrivals_open", "alert_arrivals", ["is_open"])
    # Alerts that are there already: nobody had shared one yet, so that each is open to all rooms. The verdict
    # is what the last decision said.
    conn = op.get_bind()
    found = conn.execute(sa.text(_STORED)).mappings().all()
    rows = [
        {**row, "source": int.from_bytes(sha256(row["source"].encode()).digest()[:8], "big") >> 1}
        for row in found
    ]
    if rows:
        op.bulk_insert(arrivals, rows)
