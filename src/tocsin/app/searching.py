"""The search index of a state folder: filled once where it is new, compared, made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from tocsin.alerts import repository as alert_rows
from tocsin.alerts import service as alerts
from tocsin.app.databases import opened
from tocsin.db import Connection, Database, search
from tocsin.incidents import repository as incident_rows
from tocsin.incidents import service as incidents

T = TypeVar("T")
_PAGE = 500


def fill(ops: Database) -> int:
    """Put everything into an index that holds nothing; how much that was. For a state of an older version."""
    if not ops.read_now(search.empty):
        return 0
    return ops.write_now(_rebuild)


def rebuild(state: Path) -> int:
    """Make the whole index anew, in one transaction; how many things are in it."""
    return _with(state, lambda ops: ops.write_now(_rebuild))


def check(state: Path) -> list[str]:
    """Ids of alerts and incidents that the index does not find by what they say. Empty: all is well."""
    return _with(state, lambda ops: ops.read_now(differing))


def differing(conn: Connection) -> list[str]:
    found = []
    for page in _alerts(conn):
        off = set(search.differing(conn, "alert", page))
        found += [f"AL-{number:04}" for number, _, _ in page if number in off]
    for page in _incidents(conn):
        off = set(search.differing(conn, "incident", page))
        found += [f"INC-{number:03}" for number, _, _ in page if number in off]
    return found


def _rebuild(conn: Connection) -> int:
    count = 0
    kinds: tuple[tuple[search.Kind, Iterator[list[search.Doc]]], ...] = (
        ("alert", _alerts(conn)),
        ("incident", _incidents(conn)),
    )
    for kind, pages in kinds:
        search.forget(conn, kind)
        for page in pages:
            search.put(conn, kind, page)
            count += len(page)
    return count


def _alerts(conn: Connection) -> Iterator[list[search.Doc]]:
    for page in _pages(lambda after: alerts.find(conn, seat=None, state="all", limit=_PAGE, after=after)):
        yield [alert_rows.searchable(alert) for alert in page]


def _incidents(conn: Connection) -> Iterator[list[search.Doc]]:
    for page in _pages(lambda after: incidents.find(conn, seat=None, state="all", limit=_PAGE, after=after)):
        yield [incident_rows.searchable(incident) for incident in page]


def _pages(page: Callable[[str | None], tuple[Sequence[T], str | None]]) -> Iterator[Sequence[T]]:
    after: str | None = None
    while True:
        items, after = page(after)
        yield items
        if after is None:
            return


def _with(state: Path, work: Callable[[Database], T]) -> T:
    with opened(state) as (_, ops):
        return work(ops)
