"""Looking back: what was open at a moment, and the newest event of each up to then, from indexes alone."""

from alembic import op

revision = "0012_look_back"
down_revision = "0011_alarms"


def upgrade() -> None:
    op.create_index("ix_alerts_closed", "alerts", ["closed_at", "raised_at", "number"])
    op.drop_index("ix_alert_events_at", "alert_events")
    op.create_index("ix_alert_events_at", "alert_events", ["alert", "at", "version"])
    op.create_index("ix_incidents_updated", "incidents", ["state", "updated_at", "number"])
    op.create_index("ix_incident_events_at", "incident_events", ["incident", "at", "version"])
