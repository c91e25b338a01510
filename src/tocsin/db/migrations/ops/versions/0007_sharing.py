"""Partners of the city beside its control rooms; a token sees with the eyes of one organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0007_sharing"
down_revision = "0006_correlation"


def upgrade() -> None:
    op.add_column(
        "organisations", sa.Column("partner", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column(
        "tokens", sa.Column("organisation", sa.String, nullable=False, server_default="control-room")
    )
