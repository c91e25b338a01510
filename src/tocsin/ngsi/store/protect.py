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
    """``shield`` None: this installation has no classes."""

    def __init__(self, shield: Shield | None = None) -> None:
        self._shield = shield

    def reading(self, type_name: str, given: Attribute, at: datetime, now: datetime) -> Reading:
        """As it may be kept: itself, or a pseudonym, or nothing."""
        if self._shield is None:
            return Reading(given, False)
        plan = self._shield.plan(type_name, SOURCE)
        kept = self._shield.attributes(plan, (given,), at, now, [])[0]
        return Reading(kept, kept is not given)

    def names_persons(self, type_name: str) -> bool:
        """Whether ids of this type are personal: they cannot be found again under another."""
        return self._shield is not None and self._shield.plan(type_name, SOURCE).id_rule is not None
