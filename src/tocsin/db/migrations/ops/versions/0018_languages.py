"""The language that a person has chosen; none: the city's."""

import sqlalchemy as sa
from alembic import op

revision = "0018_languages"
down_revision = "0017_notifications"


def upgrade() -> None:
    op.add_column("people", sa.Column("language", sa.String))
