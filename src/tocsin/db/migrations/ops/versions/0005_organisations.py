"""Control rooms as organisations; roles in them, granted and taken away, never forgotten."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0005_organisations"
down_revision = "0004_audit"

#: who had an account before there were organisations sits here
FIRST = "control-room"


def upgrade() -> None:
    now = time.time_ns() // 1000
    organisations = op.create_table(
        "organisations",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("removed_at", sa.BigInteger),
    )
    grants = op.create_table(
        "grants",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("organisation", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("grants_person", "grants", ["person", "seq"])
    memberships = op.create_table(
        "memberships",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("organisation", sa.String, primary_key=True),
        sa.Column("role", sa.String, primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_index("memberships_organisation", "memberships", ["organisation"])
    op.add_column("sessions", sa.Column("organisation", sa.String, nullable=False, server_default=FIRST))
    conn = op.get_bind()
    conn.execute(
        organisations.insert(),
        {"id": FIRST, "title": "Control room", "created_by": "tocsin", "created_at": now},
    )
    for name, roles in conn.execute(sa.text("SELECT name, roles FROM people")).all():
        for role in roles.split():
            row = {"person": name, "organisation": FIRST, "role": role}
            conn.execute(grants.insert(), {**row, "act": "granted", "by": "tocsin", "at": now})
            conn.execute(memberships.insert(), {**row, "since": now})
    op.drop_column("people", "roles")
