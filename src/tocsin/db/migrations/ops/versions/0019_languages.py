"""The language that a person has chosen; none: the city's."""

import sqlalchemy as sa
from alembic import op

revision = "0019_languages"
down_revision = "0014_audit_organisation"


def upgrade() -> None:
    op.add_column("people", sa.Column("language", sa.String))
