"""Readings past the term of their class go, day by day. Blocks; call from a thread.

A day whose every reading is past its term goes as whole files; of others the files are written anew without
those that are. A file never changes, so what it holds is looked up once.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from tocsin.lake.duck import connect
from tocsin.lake.rows import attribute_of
from tocsin.lake.shelf import Shelf
from tocsin.lake.sql.tables import Pair
from tocsin.privacy.retention import Retention

_PAIRS = "SELECT DISTINCT type, attribute FROM read_parquet(?)"


class Aging:
    """One table's; remembers what its files hold."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._by_file: dict[str, frozenset[Pair]] = {}

    def once(self, shelf: Shelf, today: date) -> int:
        """All that is past its term ``today``; how many rows went."""
        given = self._retention
        if not given.shortest:
            return 0
        if not given.classes:
            return shelf.forget(today, given.days)
        whole: list[date] = []
        parts: dict[frozenset[Pair], list[date]] = defaultdict(list)
        last = today - timedelta(days=given.shortest + 1)
        for day, held in self._held(shelf, last).items():
            over = frozenset(pair for pair in held if self._is_over(pair, day, today))
            if over and over == held:
                whole.append(day)
            elif over:
                parts[over].append(day)
        gone = shelf.forget_days(whole) if whole else 0
        return gone + sum(shelf.forget_days(days, sorted(pairs, key=_order)) for pairs, days in parts.items())

    def _is_over(self, pair: Pair, day: date, today: date) -> bool:
        type_name, attribute = pair
        days = self._retention.days_of(type_name, None if attribute is None else attribute_of(attribute))
        return bool(days) and day < today - timedelta(days=days)

    def _held(self, shelf: Shelf, last: date) -> dict[date, frozenset[Pair]]:
        """What stands in the files of each day up to ``last``."""
        by_day = shelf.files_of_days(None, last)
        files = [path for paths in by_day.values() for path in paths]
        known = {path: self._by_file[path] for path in files if path in self._by_file}
        with connect() as duck:
            for path in files:
                if path not in known:
                    known[path] = frozenset(duck.execute(_PAIRS, [shelf.at_hand([path])]).fetchall())
        self._by_file = known
        return {
            day: frozenset[Pair]().union(*(known[path] for path in paths)) for day, paths in by_day.items()
        }


def _order(pair: Pair) -> tuple[str, str]:
    return pair[0], pair[1] or ""
