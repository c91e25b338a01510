"""What a statement may say: decided by DuckDB's own parser, before anything runs."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lake.lakes import job

from tocsin.kernel.errors import Invalid
from tocsin.lake.sql.__main__ import lock, opened
from tocsin.lake.sql.statement import check


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """As the sandbox has it, without the kernel's part."""
    given_ = job(tmp_path_factory.mktemp("lake"), "")
    made = opened(given_)
    lock(made, given_)
    yield made
    made.close()


HOSTILE = [
    ("COPY observations TO '/tmp/x.csv'", "read only"),
    ("COPY observations FROM '/etc/passwd'", "read only"),
    ("ATTACH '/tmp/x.db'", "read only"),
    ("INSTALL httpfs", "read only"),
    ("LOAD httpfs", "read only"),
    ("PRAGMA database_list", "read only"),
    ("SET memory_limit = '100GB'", "read only"),
    ("RESET lock_configuration", "read only"),
    ("CALL pragma_version()", "read only"),
    ("EXPLAIN ANALYZE SELECT 1", "read only"),
    ("DELETE FROM observations", "read only"),
    ("UPDATE attributes SET unit = 'x'", "read only"),
    ("INSERT INTO attributes DEFAULT VALUES", "read only"),
    ("CREATE MACRO f() AS 1", "read only"),
    ("DROP VIEW observations", "read only"),
    ("EXPORT DATABASE '/tmp/x'", "read only"),
    ("PREPARE p AS SELECT 1", "read only"),
    ("BEGIN TRANSACTION", "read only"),
    ("CHECKPOINT", "read only"),
    ("SELECT 1; DROP VIEW observations", "2 statements|read only"),
    ("SELECT 1; SELECT 2", "2 statements"),
    ("SELECT 1 /* ; */; -- x\nSELECT 2", "2 statements"),
    ("SELECT * FROM read_csv('/etc/passwd')", "no function"),
    ("SELECT * FROM READ_CSV_AUTO('/etc/passwd')", "no function"),
    ("SELECT * FROM read_text('/etc/passwd')", "no function"),
    ("SELECT * FROM parquet_metadata('/x.parquet')", "no function"),
    ("SELECT * FROM delta_scan('/x')", "no function"),
    ("SELECT * FROM glob('/*')", "no function"),
    ("SELECT * FROM duckdb_secrets()", "no function"),
    ("SELECT * FROM duckdb_views()", "no function"),
    ("SELECT * FROM query('SELECT 1')", "no function"),
    ("SELECT * FROM query_table('observations')", "no function"),
    ("SELECT * FROM sniff_csv('/etc/passwd')", "no function"),
    ("SELECT * FROM pragma_table_info('observations')", "no function"),
    ("SELECT (SELECT max(x) FROM read_csv('/etc/passwd') t(x))", "no function"),
    ("SELECT 1 WHERE EXISTS (FROM read_blob('/etc/passwd'))", "no function"),
    ("WITH a AS (FROM read_blob('/etc/passwd')) SELECT 1", "no function"),
    ("SELECT 1 UNION ALL SELECT size FROM read_blob('/etc/passwd')", "no function"),
    ("SELECT getenv('HOME')", "no function"),
    ("SELECT current_setting('memory_limit')", "no function"),
    ("SELECT list_transform([1], x -> current_setting('threads'))", "no function"),
    ("SELECT * FROM '/etc/passwd'", "no table"),
    ('SELECT * FROM "/etc/passwd.csv"', "no table"),
    ("SELECT * FROM 'https://example.org/x.parquet'", "no table"),
    ("SELECT * FROM information_schema.tables", "no table"),
    ("SELECT * FROM pg_catalog.pg_class", "no table"),
    ("SELECT * FROM sqlite_master", "no table"),
    ("SELECT * FROM memory.main.observations", "no table"),
    ("SELECT * FROM main.observations", "no table"),
    ('SELECT * FROM (WITH "/x.parquet" AS (SELECT 1) SELECT 1), "/x.parquet"', "no name"),
    ("DESCRIBE observations", "read only|no SELECT"),
    ("SHOW TABLES", "read only|no SELECT"),
    ("SUMMARIZE observations", "read only|no SELECT"),
    ("", "no statement"),
    ("-- nothing", "0 statements"),
    ("/* SELECT 1 */", "0 statements"),
    ("SELECT " + "x" * 30_000, "characters"),
    ("SELECT 1\x00", "NUL"),
    ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "depth|deeply"),
]


@pytest.mark.parametrize(("sql", "words"), HOSTILE, ids=[sql[:40] for sql, _ in HOSTILE])
def test_only_one_select_over_the_lakes_tables_passes(duck: Any, sql: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(duck, sql)
    assert re.search(words, refused.value.message), refused.value.message
    assert refused.value.field == "sql"
    assert refused.value.cure


HARMLESS = [
    "SELECT * FROM observations",
    "FROM observations SELECT count(*)",
    'SELECT * FROM "Observations" o JOIN attributes a USING (type, attribute)',
    "WITH day AS (SELECT * FROM observations) SELECT count(*) FROM day",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
    "SELECT * FROM range(10)",
    "SELECT unnest([1, 2])",
    "SELECT * FROM (VALUES (1), (2)) v(x)",
    "SELECT 1 -- a remark; with a semicolon",
    "SELECT avg(value) OVER (PARTITION BY entity ORDER BY observed_at) FROM observations QUALIFY true",
    "SELECT * FROM observations EXCEPT SELECT * FROM observations",
    "SELECT 'COPY; ATTACH; read_csv(''/etc/passwd'')'",
]


@pytest.mark.parametrize("sql", HARMLESS)
def test_what_analysts_write_passes_and_runs(duck: Any, sql: str) -> None:
    check(duck, sql)
    duck.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("sql", "place", "value"),
    [
        ("SELEC 1", "(line 1, column 1)", "SELEC 1"),
        ("SELECT *\nFROM observations\nWHER x", "(line 3, column 6)", "x"),
        ("SELECT 'å' AS é,\n  * FROM nothing", "(line 2, column 10)", "nothing"),
    ],
)
def test_a_mistake_is_told_with_its_place(duck: Any, sql: str, place: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(duck, sql)
    assert place in refused.value.message
    assert refused.value.value == value


@given(st.text(max_size=60))
def test_no_text_is_a_defect(text: str) -> None:
    given_ = job(Path("/nowhere"), "")
    duck = _shared(given_)
    with contextlib.suppress(Invalid):
        check(duck, text)


_MADE: list[Any] = []


def _shared(given_: Any) -> Any:
    if not _MADE:
        _MADE.append(opened(given_))
    return _MADE[0]
