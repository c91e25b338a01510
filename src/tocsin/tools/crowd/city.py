"""The cells and exits that the tool knows, and who is near whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tocsin.kernel.events import Observation, Value
from tocsin.kernel.geo import Point, distance_m

from .cell import Cell
from .exits import Exit

CELL, EXIT = "CrowdFlowObserved", "ItemFlowObserved"
NAME_LENGTH = 80


def number(value: Value, low: float, high: float) -> float | None:
    """A sound number in the bounds, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return None
    return float(value)


class City:
    """Created by the first reading; forgotten by ``delete`` or when nothing has come for a month."""

    def __init__(self) -> None:
        self.cells: dict[str, Cell] = {}
        self.exits: dict[str, Exit] = {}
        self._near: dict[tuple[str, float], tuple[Cell, ...]] = {}

    def cell(self, o: Observation) -> Cell:
        cell = self.cells.get(o.entity)
        if cell is None:
            cell = self.cells[o.entity] = Cell(o.entity)
            self._near.clear()
        self._place(cell, o)
        area, name = number(o.get("area"), 1.0, 1e7), o.get("name")
        if area is not None:
            cell.area_m2 = area
        if isinstance(name, str) and name.strip():
            cell.name = name.strip()[:NAME_LENGTH]
        return cell

    def exit(self, o: Observation) -> Exit:
        it = self.exits.get(o.entity)
        if it is None:
            it = self.exits[o.entity] = Exit(o.entity)
            self._near.clear()
        self._place(it, o)
        width, which, state = number(o.get("widthM"), 0.3, 100.0), o.get("exitNumber"), o.get("state")
        if width is not None:
            it.width_m = width
        if isinstance(which, int | float | str) and not isinstance(which, bool) and str(which).strip():
            it.name = f"exit {which:g}"[:NAME_LENGTH] if not isinstance(which, str) else f"exit {which[:20]}"
        if isinstance(state, str):
            it.state = state[:20]
        return it

    def _place(self, it: Cell | Exit, o: Observation) -> None:
        if o.lon is not None and o.lat is not None and (it.lon != o.lon or it.lat != o.lat):
            it.lon, it.lat = o.lon, o.lat
            self._near.clear()

    def cells_near(self, it: Cell | Exit, within_m: float) -> tuple[Cell, ...]:
        """Other cells within a distance of it, nearest first; none where its place is not known."""
        key = (it.entity, within_m)
        known = self._near.get(key)
        if known is None:
            known = self._near[key] = tuple(self._nearest(it, list(self.cells.values()), within_m))
        return known

    def exits_near(self, cell: Cell, within_m: float) -> list[Exit]:
        """Exits within a distance of a cell, nearest first."""
        return self._nearest(cell, list(self.exits.values()), within_m)

    @staticmethod
    def _nearest(it: Cell | Exit, others: Sequence[Any], within_m: float) -> list[Any]:
        if it.lon is None or it.lat is None:
            return []
        here, found = Point(it.lon, it.lat), []
        for other in others:
            if other is not it and other.lon is not None and other.lat is not None:
                far = distance_m(here, Point(other.lon, other.lat))
                if far <= within_m:
                    found.append((far, other.entity, other))
        return [other for _, _, other in sorted(found, key=lambda f: f[:2])]

    def forget(self, entity: str) -> None:
        self.cells.pop(entity, None)
        self.exits.pop(entity, None)
        self._near.clear()

    def state(self) -> dict[str, Any]:
        return {
            "cells": [c.state() for c in self.cells.values()],
            "exits": [e.dump() for e in self.exits.values()],
        }

    def restore(self, state: Any) -> None:
        self.cells = {c[0]: Cell.of(c) for c in state["cells"]}
        self.exits = {e[0]: Exit.of(e) for e in state["exits"]}
        self._near = {}
