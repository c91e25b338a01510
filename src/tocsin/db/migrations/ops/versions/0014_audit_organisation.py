"""Whoever oversees asks for the rows of one organisation: by an index, however long the record is."""

from alembic import op

revision = "0014_audit_organisation"
down_revision = "0013_search"


def upgrade() -> None:
    op.create_index("audit_organisation", "audit", ["organisation", "seq"])
