"""Second factors, their recovery codes, and people who sign in at an OpenID provider."""

import sqlalchemy as sa
from alembic import op

revision = "0009_sign_in"
down_revision = "0008_evidence"


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("secret", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.Column("last_step", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_table(
        "provider_accounts",
        sa.Column("issuer", sa.String, primary_key=True),
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("person", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "provider_sign_ins",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("go_to", sa.String, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
