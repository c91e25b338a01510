"""Which registrations a question is about (clauses 5.10.2 and 5.12)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from tocsin.ngsi.query.patterns import finder


class Sought:
    """Entities by ``ids``, ``pattern`` and ``types`` (alternatives, each a set of IRIs of which an entity has
    all), attributes by ``names`` (IRIs). None is not asked for.
    """

    def __init__(
        self,
        *,
        ids: Collection[str] | None = None,
        pattern: str | None = None,
        types: Collection[Collection[str]] | None = None,
        names: Collection[str] | None = None,
    ) -> None:
        self._ids, self._types = ids, types
        self._names = None if names is None else frozenset(names)
        self._fits: Callable[[str], bool] | None = None if pattern is None else finder("idPattern", pattern)

    def within(self, registration: Mapping[str, Any]) -> dict[str, Any] | None:
        """The registration with what of its information is meant; None where nothing is."""
        information = [info for info in registration["information"] if self._meant(info)]
        return {**registration, "information": information} if information else None

    def _meant(self, info: Mapping[str, Any]) -> bool:
        named = [*info.get("propertyNames", ()), *info.get("relationshipNames", ())]
        if self._names is not None and named and self._names.isdisjoint(named):
            return False
        entities = info.get("entities")
        return not entities or any(self._entity(one) for one in entities)

    def _entity(self, info: Mapping[str, Any]) -> bool:
        if self._types is not None and not any(set(every) & set(info["type"]) for every in self._types):
            return False
        own, pattern = info.get("id"), info.get("idPattern")
        if own is not None:
            return (self._ids is None or own in self._ids) and (self._fits is None or self._fits(own))
        if pattern is not None and self._ids is not None:
            fits = finder("idPattern", pattern)
            return any(fits(one) for one in self._ids)
        return True


def clash(made: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """What two exclusive registrations both claim (clause 4.3.6.3)."""
    if made.get("mode") != "exclusive" or other.get("mode") != "exclusive":
        return None
    both = _claims(made) & _claims(other)
    return " of ".join(reversed(min(both))) if both else None


def _claims(given: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {
        (entity["id"], name)
        for info in given["information"]
        for entity in info.get("entities", ())
        if "id" in entity
        for name in (*info.get("propertyNames", ()), *info.get("relationshipNames", ()))
    }
