"""The record of actions and reads, and its checkpoints. The tables themselves refuse to be rewritten."""

import sqlalchemy as sa
from alembic import op

from tocsin.db.metadata import RowId

revision = "0004_audit"
down_revision = "0003_identity"

_CUT = "SELECT COALESCE(MAX(seq), 0) FROM audit_checkpoints WHERE kind = 'cut'"
_LAST = f"COALESCE((SELECT MAX(seq) FROM audit), ({_CUT}))"  # noqa: S608 - constants

# table, event, when it is refused, words. A row may go once a signed statement says that it was cut; an
# insert must carry the next number (so INSERT OR REPLACE, which fires no delete trigger, finds no way round).
_REFUSED = (
    ("audit", "UPDATE", "TRUE", "audit rows are never changed"),
    ("audit", "DELETE", f"OLD.seq > ({_CUT})", "audit rows are deleted by retention alone"),
    ("audit", "INSERT", f"NEW.seq <> {_LAST} + 1", "audit rows follow one another"),
    ("audit_checkpoints", "UPDATE", "TRUE", "checkpoints are never changed"),
    ("audit_checkpoints", "DELETE", f"OLD.seq >= ({_CUT})", "checkpoints go with the rows they sign"),
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("organisation", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("object_kind", sa.String, nullable=False),
        sa.Column("object_id", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("prev", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("audit_person", "audit", ["person", "seq"])
    op.create_index("audit_object", "audit", ["object_kind", "object_id", "seq"])
    op.create_index("audit_action", "audit", ["action", "seq"])
    op.create_index("audit_at", "audit", ["at"])
    op.create_table(
        "audit_checkpoints",
        sa.Column("id", RowId, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("signature", sa.String, nullable=False),
    )
    op.create_index("ix_audit_checkpoints_seq", "audit_checkpoints", ["seq"])
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def _triggers(dialect: str) -> list[str]:
    made = []
    for table, event, when, words in _REFUSED:
        name = f"{table}_{event.lower()}"
        if dialect == "sqlite":
            made.append(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
            continue
        kept = "OLD" if event == "DELETE" else "NEW"
        made += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {when} THEN RAISE EXCEPTION '{words}' USING ERRCODE = '23000'; END IF; "
            f"RETURN {kept}; END $$",
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    return made
