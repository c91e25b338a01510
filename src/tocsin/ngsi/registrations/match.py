"""Which registrations a question is about (clauses 5.10.2, 5.11.7 and 5.12)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from tocsin.lake.rows import micros
from tocsin.ngsi.jsonld import CORE
from tocsin.ngsi.model.checks import moment
from tocsin.ngsi.query import Query
from tocsin.ngsi.query.patterns import finder
from tocsin.ngsi.temporal.params import TemporalQuery

_INTERVALS = ("observationInterval", "managementInterval")
_SPACES = ("location", "observationSpace", "operationSpace")
_PLAIN = ("id", "type", "scope", "information", "createdAt", "modifiedAt", *_INTERVALS)


class Selector:
    """Entities by ``ids``, ``pattern`` and ``types`` (alternatives, each a set of IRIs of which an entity has
    all). None is not asked for.
    """

    def __init__(
        self,
        *,
        ids: Collection[str] | None = None,
        pattern: str | None = None,
        types: Collection[Collection[str]] | None = None,
    ) -> None:
        self._ids, self._types = ids, types
        self._fits: Callable[[str], bool] | None = None if pattern is None else finder("idPattern", pattern)

    def meets(self, info: Mapping[str, Any]) -> bool:
        """Whether an EntityInfo may hold such entities."""
        if self._types is not None and not any(set(every) & set(info["type"]) for every in self._types):
            return False
        own, pattern = info.get("id"), info.get("idPattern")
        if own is not None:
            return (self._ids is None or own in self._ids) and (self._fits is None or self._fits(own))
        if pattern is not None and self._ids is not None:
            fits = finder("idPattern", pattern)
            return any(fits(one) for one in self._ids)
        return True


class Sought:
    """One of ``entities``; attributes by ``names`` (IRIs), None: any; ``filters``: asked of what the source
    says of itself; ``period``: of which time it tells, None: of now.
    """

    def __init__(
        self,
        entities: Sequence[Selector] = (Selector(),),
        *,
        names: Collection[str] | None = None,
        filters: Query | None = None,
        period: TemporalQuery | None = None,
    ) -> None:
        self._entities, self._filters, self._period = entities, filters, period
        self._names = None if names is None else frozenset(names)

    def within(self, registration: Mapping[str, Any]) -> dict[str, Any] | None:
        """The registration with what of its information is meant; None where nothing is."""
        if not self._in_time(registration):
            return None
        if self._filters is not None and not self._filters.matches(described(registration)):
            return None
        information = [info for info in registration["information"] if self.meant(info)]
        return {**registration, "information": information} if information else None

    def _in_time(self, registration: Mapping[str, Any]) -> bool:
        period = self._period
        if period is None:
            return not any(name in registration for name in _INTERVALS)
        told = registration.get(_INTERVALS[0 if period.property == "observedAt" else 1])
        if told is None:
            return False
        begin = micros(moment(told["startAt"]))
        end = micros(moment(told["endAt"])) if "endAt" in told else None
        if period.relation != "after" and begin >= ((period.end if period.end else period.start) or 0):
            return False
        return period.relation == "before" or end is None or end > (period.start or 0)

    def meant(self, info: Mapping[str, Any]) -> bool:
        """Whether it is asked for by what is registered there."""
        named = [*info.get("propertyNames", ()), *info.get("relationshipNames", ())]
        if self._names is not None and named and self._names.isdisjoint(named):
            return False
        entities = info.get("entities")
        return not entities or any(one.meets(each) for each in entities for one in self._entities)


def described(registration: Mapping[str, Any]) -> dict[str, Any]:
    """What a source says of itself, as the languages of queries ask an entity."""
    made = {name: registration[name] for name in ("createdAt", "modifiedAt") if name in registration}
    made |= {"id": registration["id"], "type": [registration["type"]], "scope": registration.get("scope", [])}
    for name, value in registration.items():
        if name not in _PLAIN:
            kind = "GeoProperty" if name in _SPACES else "Property"
            made[CORE.expand(name)] = [{"type": kind, "value": value}]
    return made


def clash(made: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """What ``made`` redirects or claims of that which ``other`` has exclusively (clause 4.3.6.3)."""
    if made.get("mode") not in ("exclusive", "redirect") or other.get("mode") != "exclusive":
        return None
    both = [claim for claim in sorted(_claims(other)) if _covers(made, *claim)]
    return " of ".join(reversed(both[0])) if both else None


def _covers(given: Mapping[str, Any], entity: str, name: str) -> bool:
    one = Sought([Selector(ids=frozenset((entity,)))], names=(name,))
    return any(one.meant(info) for info in given["information"])


def _claims(given: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {
        (entity["id"], name)
        for info in given["information"]
        for entity in info.get("entities", ())
        if "id" in entity
        for name in (*info.get("propertyNames", ()), *info.get("relationshipNames", ()))
    }
