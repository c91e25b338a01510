"""Which stored readings are personal data: by the city's classes, for the pairs that the files hold."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence

from tocsin.lake.duck import connect
from tocsin.lake.rows import attribute_of
from tocsin.lake.sql.tables import Pair
from tocsin.privacy.classes import Classes

#: a pair, and whether a pseudonym (``p:``) is among its texts
Found = tuple[str, str | None, bool]
_PAIRS = """
SELECT type, attribute, coalesce(bool_or(text LIKE 'p:%'), false) FROM read_parquet(?) GROUP BY ALL
"""


class Personal:
    """``known``: attributes that a model knows, by type; ``"*"`` those of all types."""

    def __init__(self, classes: Classes, known: Mapping[str, Collection[str]]) -> None:
        self._classes, self._known = classes, known
        self._one = threading.Lock()
        self._by_file: dict[str, frozenset[Found]] = {}

    def among(self, files: Sequence[str]) -> tuple[list[Pair], list[Pair]]:
        """Pairs that are personal wholly, and those of which only ``p:`` texts are. Blocks.

        A file never changes, so each is looked into once; that costs three columns of it.
        """
        with self._one:
            pairs = self._pairs(files)
        wholly, partly = set[Pair](), set[Pair]()
        for type_name, attribute, pseudonyms in pairs:
            all_, some = self.of(type_name, attribute)
            if all_:
                wholly.add((type_name, attribute))
            elif some and pseudonyms:
                partly.add((type_name, attribute))
        return sorted(wholly, key=_order), sorted(partly, key=_order)

    def _pairs(self, files: Sequence[str]) -> frozenset[Found]:
        new = [path for path in files if path not in self._by_file]
        if new:
            with connect() as duck:
                for path in new:
                    self._by_file[path] = frozenset(duck.execute(_PAIRS, [[path]]).fetchall())
        if len(self._by_file) > 4 * len(files) + 1000:
            self._by_file = {path: self._by_file[path] for path in files}
        return frozenset[Found]().union(*(self._by_file[path] for path in files))

    def of(self, type_name: str, attribute: str | None) -> tuple[bool, bool]:
        """Whether all readings of it are personal data, and whether its pseudonyms are."""
        attribute = None if attribute is None else attribute_of(attribute)
        known = attribute is None or self._is_known(type_name, attribute)
        held = self._classes.holding(type_name, attribute or "", known)
        wholly = any(rule.id != self._classes.default.id for rule in held)
        return wholly, bool(held) and not wholly

    def _is_known(self, type_name: str, attribute: str) -> bool:
        return attribute in self._known.get(type_name, ()) or attribute in self._known.get("*", ())


def named(pairs: Sequence[Pair]) -> list[str]:
    """``Type.attribute``, the first twenty."""
    return [f"{type_name}.{attribute or '(place)'}" for type_name, attribute in pairs[:20]]


def _order(pair: Pair) -> tuple[str, str]:
    return pair[0], pair[1] or ""
