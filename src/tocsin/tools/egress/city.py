"""The exits that the tool knows, and which of them belong to one place.

A site is a set of exits of which each has another within ``site_m`` (single linkage); one whose position is
not known is a site of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from tocsin.kernel.events import Observation, Value
from tocsin.kernel.geo import Point, distance_m

from .exits import Exit
from .usual import Usual

NAME_LENGTH = 60


def number(value: Value, low: float, high: float) -> float | None:
    """A sound number in the bounds, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) and low <= value <= high else None


class City:
    """Created by the first reading; forgotten by ``delete`` or when nothing has come for a month."""

    def __init__(self, site_m: float) -> None:
        self.exits: dict[str, Exit] = {}
        self._site_m = site_m
        self._sites: dict[str, tuple[Exit, ...]] = {}
        #: by the last exit of a site: its number of exits, and what its total usually is
        self._totals: dict[str, tuple[int, Usual]] = {}

    def exit(self, o: Observation) -> Exit:
        it = self.exits.get(o.entity)
        if it is None:
            it = self.exits[o.entity] = Exit(o.entity)
            self._sites.clear()
        if o.lon is not None and o.lat is not None and (it.lon != o.lon or it.lat != o.lat):
            it.lon, it.lat = o.lon, o.lat
            self._sites.clear()
        for a in o.attributes:
            if a.name == "widthM":
                it.width_m = number(a.value, 0.3, 100.0) or it.width_m
            elif a.name == "state" and isinstance(a.value, str):
                it.state = a.value[:20]
            elif a.name == "areaServed" and isinstance(a.value, str):
                it.served = _plain(a.value)
            elif a.name == "exitNumber" and (which := number(a.value, 0.0, 1e6)) is not None:
                it.name = f"exit {which:g}"
        return it

    def site(self, it: Exit) -> tuple[Exit, ...]:
        """Exits of its place, itself among them, by entity."""
        found = self._sites.get(it.entity)
        if found is None:
            found = self._grow(it)
            for member in found:
                self._sites[member.entity] = found
        return found

    def _grow(self, start: Exit) -> tuple[Exit, ...]:
        members, edge = {start.entity: start}, [start]
        while edge:
            one = edge.pop()
            if one.lon is None or one.lat is None:
                continue
            here = Point(one.lon, one.lat)
            for other in self.exits.values():
                if other.entity in members or other.lon is None or other.lat is None:
                    continue
                if distance_m(here, Point(other.lon, other.lat)) <= self._site_m:
                    members[other.entity] = other
                    edge.append(other)
        return tuple(members[k] for k in sorted(members))

    def total(self, site: Sequence[Exit]) -> Usual | None:
        """What was learnt of the sum over a site's exits; None where nothing was, or of one exit."""
        known = self._totals.get(site[-1].entity)
        return known[1] if known is not None and known[0] == len(site) else None

    def learn(self, it: Exit, window_s: float, floor: float, level_s: float) -> None:
        """What an exit has counted is usual, and with the last of its site what the site has."""
        it.learn(window_s, floor, level_s)
        site = self.site(it)
        if len(site) < 2 or it is not site[-1] or not all(e.fresh(it.now_s) for e in site):
            return
        known = self._totals.get(it.entity)
        if known is None or known[0] != len(site):
            known = self._totals[it.entity] = (len(site), Usual())
        if it.now_s - known[1].level_at >= (window_s or 60.0):
            together = sum(e.per_min for e in site)
            known[1].learn(it.now, it.now_s, together, window_s or 60.0, floor * len(site), level_s)

    def forget(self, entity: str) -> None:
        if self.exits.pop(entity, None) is not None:
            self._totals.pop(entity, None)
            self._sites.clear()

    def state(self) -> list[Any]:
        totals = [[k, size, usual.state()] for k, (size, usual) in self._totals.items()]
        return [[e.dump() for e in self.exits.values()], totals]

    def restore(self, state: Sequence[Any]) -> None:
        self.exits = {e[0]: Exit.of(e) for e in state[0]}
        self._totals = {k: (size, Usual.of(usual)) for k, size, usual in state[1]}
        self._sites = {}


def site_name(site: Sequence[Exit]) -> str:
    """What the exits say they serve has a beginning in common: the place. Else the name of the first."""
    served = [e.served.split() for e in site if e.served]
    if not served:
        return f"{site[0].name}" if len(site) == 1 else f"{site[0].name} and {len(site) - 1} more"
    common = []
    for words in zip(*served, strict=False):
        if len(set(words)) > 1:
            break
        common.append(words[0])
    return " ".join(common).rstrip(",;:") or " ".join(served[0])[:NAME_LENGTH]


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:NAME_LENGTH]
