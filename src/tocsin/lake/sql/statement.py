"""Whether a statement may run: one SELECT over the tables that are offered. DuckDB's own parser decides.

What may be read is a list of what is allowed, not of what is forbidden: tables by name, functions that make
rows by name. So a new way of opening a file in a later DuckDB is refused as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tocsin.kernel.errors import Invalid
from tocsin.lake.sql.records import MOST_CHARS
from tocsin.lake.sql.tables import TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: functions that make rows and read nothing
ROW_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each", "json_tree"})
#: what may stand behind FROM; every other kind is refused
_SOURCES = frozenset(
    {"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "EMPTY_FROM", "PIVOT"}
)
#: whole queries; anything else that a statement may hold is refused
_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
#: functions of a row that tell of the machine or change the session
_FUNCTIONS = re.compile(
    r"^(getenv|current_setting|set_config|getvariable|pg_.*|read_.*|write_.*|.*_?file.*|http.*|which_secret"
    r"|nextval|currval|txid_current|version|current_(database|catalog|schemas?|user|role|query.*)|user"
    r"|session_user|in_search_path|query|query_table|add_parquet_key|sql_auto_complete|from_substrait.*"
    r"|get_substrait.*|json_execute_serialized_sql|sleep_ms|duckdb_.*)$"
)
_PLAIN = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,63}\Z")


def check(duck: DuckDBPyConnection, sql: str) -> None:
    """Raises ``Invalid`` naming what may not be there, and where."""
    if not sql.strip():
        raise Invalid("there is no statement", field="sql", cure="SELECT … FROM observations")
    if len(sql) > MOST_CHARS:
        raise Invalid(
            f"the statement has {len(sql)} characters",
            field="sql",
            value=sql[:60],
            cure=f"at most {MOST_CHARS}",
        )
    if "\x00" in sql:
        raise Invalid("a NUL is no SQL", field="sql", cure="take the NUL away")
    tree = _tree(duck, sql)
    statements = tree.get("statements") or []
    if len(statements) != 1:
        raise Invalid(
            f"these are {len(statements)} statements", field="sql", value=sql[:120], cure="send one"
        )
    _judge(sql, statements[0], frozenset(TABLES))


def _tree(duck: DuckDBPyConnection, sql: str) -> dict[str, Any]:
    found = duck.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    try:
        tree: dict[str, Any] = json.loads(found[0]) if found else {}
    except RecursionError:
        raise Invalid(
            "the statement is nested too deeply", field="sql", value=sql[:120], cure="nest it less"
        ) from None
    if tree.get("error"):
        words = str(tree.get("error_message", "not understood"))
        if tree.get("error_type") != "parser":
            raise _forbidden("the lake is read only", sql[:120], "send one SELECT")
        position = str(tree.get("position"))
        raise wrong(sql, words, int(position) if position.isdigit() else None)
    return tree


def wrong(sql: str, words: str, position: int | None) -> Invalid:
    """What DuckDB says of a statement, with line and column where it says where."""
    first = words.split("\n\n")[0].strip().splitlines()[0][:300] if words.strip() else "not understood"
    if position is None or not 0 <= position <= len(sql.encode()):
        return Invalid(first, field="sql", value=sql[:120], cure="correct it; see GET /api/v1/lake/schema")
    line, column, near = _place(sql, position)
    return Invalid(
        f"{first} (line {line}, column {column})",
        field="sql",
        value=near or "the end of the statement",
        cure="correct it there; see GET /api/v1/lake/schema",
    )


def _judge(sql: str, statement: dict[str, Any], tables: frozenset[str]) -> None:
    named: set[str] = set()
    for node in _nodes(statement):
        for entry in (node.get("cte_map") or {}).get("map") or []:
            name = str(entry.get("key", ""))
            if not _PLAIN.match(name):
                # outside of its own scope such a name would be taken for a file's
                raise _forbidden("no name of a common table", name, "letters, digits and _ only")
            named.add(name.lower())
    allowed = tables | named
    for node in _nodes(statement):
        kind = str(node.get("type", ""))
        if "class" in node:
            name = str(node.get("function_name", ""))
            if node["class"] == "FUNCTION" and _FUNCTIONS.match(name.lower()):
                raise _forbidden("no function of the lake", name, "leave it out", sql, node)
        elif "modifiers" in node:
            if kind not in _QUERIES:
                raise _forbidden("the lake is read only", kind, "send one SELECT", sql, node)
        elif "sample" in node:
            if kind not in _SOURCES:
                cure = f"read from {', '.join(sorted(tables))}; see GET /api/v1/lake/schema"
                raise _forbidden("this is no SELECT from a table", kind, cure, sql, node)
            if kind == "BASE_TABLE":
                _table(node, allowed, sql)
            elif kind == "TABLE_FUNCTION":
                _rows_of(node, sql)


def _table(node: dict[str, Any], allowed: frozenset[str], sql: str) -> None:
    parts = [str(node[part]) for part in ("catalog_name", "schema_name", "table_name") if node.get(part)]
    if len(parts) != 1 or parts[0].lower() not in allowed:
        cure = f"read from {', '.join(sorted(TABLES))}"
        raise _forbidden("no table of the lake", ".".join(parts), cure, sql, node)


def _rows_of(node: dict[str, Any], sql: str) -> None:
    function = node.get("function") or {}
    name = str(function.get("function_name", "")).lower()
    if name not in ROW_FUNCTIONS or function.get("schema") or function.get("catalog"):
        cure = f"use {', '.join(sorted(ROW_FUNCTIONS))}"
        raise _forbidden("no function of the lake", name, cure, sql, node)


def _forbidden(
    words: str, value: object, cure: str, sql: str = "", node: dict[str, Any] | None = None
) -> Invalid:
    location = (node or {}).get("query_location")
    if isinstance(location, int) and 0 <= location <= len(sql.encode()):
        line, column, _ = _place(sql, location)
        words = f"{words} (line {line}, column {column})"
    return Invalid(words, field="sql", value=value, cure=cure)


def _place(sql: str, position: int) -> tuple[int, int, str]:
    """Line, column (both from 1, in characters) and what stands there, of a place in bytes."""
    before = sql.encode()[:position].decode("utf-8", "replace")
    column = len(before) - (before.rfind("\n") + 1) + 1
    return before.count("\n") + 1, column, sql[len(before) : len(before) + 60].split("\n")[0]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object in the tree, without recursion: statements can be deep."""
    left = [tree]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
