"""Words to search alerts and incidents by; indexes for the lists that had to sort a whole table.

What was stored before is put into the index at the next start (``app/searching.py``).
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_search"
down_revision = "0012_look_back"


def upgrade() -> None:
    token = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "search_words",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("token", token, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_docs",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("words", sa.Text, nullable=False),
    )
    for name, first in (("ix_alerts_state", "state"), ("ix_alerts_severity", "severity")):
        op.create_index(name, "alerts", [first, "number", "room", "reach", "rooms"])
