"""Conditions that must last: when an episode begins, what is open, when it ends.

Claim: nothing starts on one reading and nothing flaps. Method: a condition must hold without a break for
``hold_s`` of event time to start, and its opposite as long to end (dwell-time hysteresis).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from tocsin.kernel.events import Finding


@dataclass(slots=True)
class Hold:
    """``since``: first time of the condition, or of its opposite while open. ``told``: last said, if open."""

    onset: datetime | None = None
    calm_since: datetime | None = None
    told: Finding | None = None
    told_at: datetime | None = None


class Holds:
    """By kind and entity."""

    def __init__(self) -> None:
        self._by: dict[str, dict[str, Hold]] = {}

    def step(
        self, kind: str, entity: str, at: datetime, *, on: bool, off: bool, hold_s: float
    ) -> Literal["start", "open", "end", ""]:
        """What the condition at ``at`` makes of it. ``on`` and ``off`` leave a band between them."""
        mine = self._by.get(entity)
        hold = mine.get(kind) if mine else None
        if hold is None:
            if not on:
                return ""
            hold = self._by.setdefault(entity, {}).setdefault(kind, Hold())
        if hold.told is None:
            if not on:
                self._drop(kind, entity)
                return ""
            hold.onset = hold.onset or at
            return "start" if (at - hold.onset).total_seconds() >= hold_s else ""
        if not off:
            hold.calm_since = None
            return "open"
        hold.calm_since = hold.calm_since or at
        return "end" if (at - hold.calm_since).total_seconds() >= hold_s else "open"

    def get(self, kind: str, entity: str) -> Hold | None:
        return self._by.get(entity, {}).get(kind)

    def told(self, kind: str, entity: str, finding: Finding, at: datetime) -> None:
        hold = self._by[entity][kind]
        hold.told, hold.told_at = finding, at

    def is_open(self, entity: str, kind: str | None = None) -> bool:
        mine = self._by.get(entity)
        if not mine:
            return False
        return any(h.told is not None for k, h in mine.items() if kind is None or k == kind)

    def end(self, kind: str, entity: str) -> Finding | None:
        """Forget it; what was last told of it, if anything was."""
        hold = self.get(kind, entity)
        self._drop(kind, entity)
        return hold.told if hold else None

    def kinds(self, entity: str) -> Iterator[str]:
        return iter(tuple(self._by.get(entity, {})))

    def _drop(self, kind: str, entity: str) -> None:
        mine = self._by.get(entity)
        if mine is not None:
            mine.pop(kind, None)
            if not mine:
                del self._by[entity]

    def state(self) -> Any:
        return msgspec.to_builtins(self._by, builtin_types=(datetime,))

    def restore(self, state: Mapping[str, Any]) -> None:
        self._by = msgspec.convert(state, dict[str, dict[str, Hold]])
