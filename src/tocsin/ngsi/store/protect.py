"""Values of personal classes do not enter through NGSI-LD as they are either (docs/adr/0008)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tocsin.kernel.events import Attribute
from tocsin.privacy.shield import Doubts, Plan

SOURCE = "ngsi-ld"


class Shield(Protocol):
    """``privacy.shield``."""

    def plan(self, type_name: str, source: str) -> Plan: ...

    def attributes(
        self, plan: Plan, given: tuple[Attribute, ...], at: datetime, now: datetime, doubts: Doubts
    ) -> tuple[Attribute, ...]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    value: Attribute
    protected: bool


class Protect:
    """``shield`` None: this installation has no classes.

    Ids stay as they are: a caller must find what it wrote under the id that it chose. Who may write here
    answers for ids that name nobody (docs/howto/ngsi-ld.md).
    """

    def __init__(self, shield: Shield | None = None) -> None:
        self._shield = shield

    def reading(self, type_name: str, given: Attribute, at: datetime, now: datetime) -> Reading:
        """As it may be kept: itself, or a pseudonym, or nothing."""
        if self._shield is None:
            return Reading(given, False)
        plan = self._shield.plan(type_name, SOURCE)
        kept = self._shield.attributes(plan, (given,), at, now, [])[0]
        return Reading(kept, kept is not given)
