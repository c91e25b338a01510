"""Messages to people and systems, the lanes they go by, alerts that wait, who wants to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0017_notifications"
down_revision = "0016_warnings"


def upgrade() -> None:
    op.create_table(
        "notify_deliveries",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("lane", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("planned_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.BigInteger),
        sa.Column("paced", sa.Boolean, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_notify_deliveries_due", "notify_deliveries", ["state", "lane", "due_at"])
    op.create_index("ix_notify_deliveries_topic", "notify_deliveries", ["topic"])
    address = ["recipient", "channel", "planned_at"]
    op.create_index("ix_notify_deliveries_recipient", "notify_deliveries", address)
    op.create_index("ix_notify_deliveries_digest", "notify_deliveries", ["digest"])
    op.create_table(
        "notify_lanes",
        sa.Column("lane", sa.String, primary_key=True),
        sa.Column("retry_at", sa.BigInteger),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "notify_watches",
        sa.Column("alert", sa.String, primary_key=True),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_notify_watches_due_at", "notify_watches", ["due_at"])
    op.create_table(
        "notify_people",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "notify_browsers",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_notify_browsers_person", "notify_browsers", ["person"])
    op.create_table(
        "notify_webhooks",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("organisation", sa.String, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
