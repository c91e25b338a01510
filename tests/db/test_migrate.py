from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from tests.db.shape import address

from tocsin.db import Database
from tocsin.db.metadata import context, ops
from tocsin.db.migrate import upgrade
from tocsin.kernel.errors import Misconfigured


def _import_all_repositories() -> None:
    import importlib

    import tocsin

    root = Path(tocsin.__file__).parent
    for found in root.rglob("repository.py"):
        importlib.import_module(".".join(("tocsin", *found.relative_to(root).with_suffix("").parts)))


@pytest.mark.parametrize(("name", "metadata"), [("ops", ops), ("context", context)])
def test_migrations_make_the_tables_that_the_code_names(tmp_path: Path, name: str, metadata) -> None:
    _import_all_repositories()
    db = Database(tmp_path / f"{name}.db", durable=False)
    upgrade(db)

    def compare(conn) -> None:
        found = inspect(conn)
        assert set(metadata.tables) <= set(found.get_table_names())
        assert len(metadata.tables) > 0
        for table in metadata.tables.values():
            columns = {c["name"]: c for c in found.get_columns(table.name)}
            assert set(columns) == set(table.columns.keys()), table.name
            assert {n for n, c in columns.items() if not c["nullable"]} == {
                c.name for c in table.columns if not c.nullable
            }, table.name
            assert set(found.get_pk_constraint(table.name)["constrained_columns"]) == {
                c.name for c in table.primary_key.columns
            }
            made = [i for i in found.get_indexes(table.name) if not i.get("duplicates_constraint")]
            assert {i["name"] for i in made} == {i.name for i in table.indexes}

    db.read_now(compare)
    db.close()


def test_upgrade_twice_is_nothing(tmp_path: Path) -> None:
    db = Database(tmp_path / "ops.db", durable=False)
    upgrade(db)
    upgrade(db)
    db.close()


def test_a_newer_state_is_refused_and_untouched(tmp_path: Path) -> None:
    db = Database(tmp_path / "ops.db", durable=False)
    upgrade(db)
    db.write_now(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999_from_the_future'")))
    with pytest.raises(Misconfigured) as refusal:
        upgrade(db)
    said = str(refusal.value)
    assert str(db.path.parent if db.path else db.where) in said
    assert "9999_from_the_future" in said
    assert "newer version" in said
    assert refusal.value.cure
    db.close()


def test_a_name_without_a_chain_is_refused(tmp_path: Path) -> None:
    db = Database(tmp_path / "nonsense.db", durable=False)
    with pytest.raises(Misconfigured, match="nonsense"):
        upgrade(db)
    db.close()


def test_two_processes_start_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from tocsin.db import Database; from tocsin.db.migrate import upgrade\n"
        "db = Database(sys.argv[1], durable=True, name='ops'); upgrade(db); db.close()"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, address(tmp_path / "ops.db")], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in started:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err.decode()
