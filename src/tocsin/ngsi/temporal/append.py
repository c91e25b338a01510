"""History written through NGSI-LD (clauses 5.6.11, 5.6.12, 5.6.14): into the one log, at its own times.

The newest instance of each attribute becomes the state where that holds nothing newer; all others are told to
the log alone, so that they change no screen.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tocsin.context.repository import Gone
from tocsin.kernel.clock import EPOCH
from tocsin.kernel.events import Attribute as Reading
from tocsin.kernel.events import Detail, Observation
from tocsin.kernel.ids import random_id
from tocsin.kernel.state import EntityState
from tocsin.ngsi.model import change
from tocsin.ngsi.model.checks import moment
from tocsin.ngsi.model.kinds import Attribute, Entity
from tocsin.ngsi.store.names import names, short
from tocsin.ngsi.store.projection import value_of
from tocsin.ngsi.store.settle import SOURCE
from tocsin.ngsi.store.writer import Desk
from tocsin.ngsi.temporal.beside import is_place, time_of, told_beside
from tocsin.ngsi.temporal.detail import Series, detail


def append(desk: Desk, given: Entity) -> None:
    """``given``: expanded, attributes with all their instances."""
    entity = given["id"]
    old = desk.get(entity)
    known, _ = desk.known(entity)
    since = known.at if isinstance(known, Gone) else None
    current: Entity = {}
    past: dict[str, list[Attribute]] = {}
    for iri, instances in change.attributes(given):
        held = {one.get("datasetId"): one for one in reversed(old.get(iri, []))} if old else {}
        for one in _newest(instances):
            before = held.get(one.get("datasetId"))
            if _is_newer(one, before, since):
                current.setdefault(iri, []).append(one)
        chosen = {id(one) for one in current.get(iri, [])}
        older = [one for one in instances if id(one) not in chosen]
        if older:
            past[iri] = older
    about: Entity = {name: given[name] for name in ("id", "type", "scope") if name in given}
    if old is None and (current or since is None):
        desk.put(change.created({**about, **current}, desk.now))
    elif current:
        assert old is not None, "where nothing is, nothing is older"
        desk.put(change.appended(old, {**about, **current}, desk.now)[0])
    if past:
        desk.tell(told_past(desk, given, past))


def told_past(
    desk: Desk, entity: Entity, past: dict[str, list[Attribute]], *, took: str | None = None
) -> list[Observation]:
    """Observations of instances that are history: one for each time, and for each repetition within it.

    ``took``: the observation that the only instance takes the place of.
    """
    known, document = desk.known(entity["id"])
    state = known if isinstance(known, EntityState) else None
    about = document.body if document else entity
    type_name = state.type if state else short(about["type"][0])
    called = names(past, {iri: held.name for iri, held in document.held.items()} if document else {})
    slots: dict[tuple[datetime, int], tuple[list[Reading], list[Detail]]] = {}
    repeated: Counter[tuple[datetime, str]] = Counter()
    for iri, instances in past.items():
        series = Series(iri, called[iri], about["type"], type_name, about.get("scope"))
        for one in instances:
            at = time_of(one, desk.at, EPOCH)
            reading, beyond = _row(
                series, change.stamped(one, one if took else None, desk.now), at, desk, took
            )
            row = reading or beyond
            if row is None:
                continue
            readings, details = slots.setdefault((at, repeated[at, row.name]), ([], []))
            repeated[at, row.name] += 1
            if reading is not None:
                readings.append(reading)
            if beyond is not None:
                details.append(beyond)
    write = random_id()
    return [
        Observation(
            id=f"{write}:{number}",
            entity=entity["id"],
            type=type_name,
            observed_at=at,
            attributes=tuple(readings),
            source=SOURCE,
            details=tuple(details),
        )
        for number, ((at, _), (readings, details)) in enumerate(sorted(slots.items(), key=lambda s: s[0]))
    ]


def _row(
    of: Series, one: Attribute, at: datetime, desk: Desk, took: str | None
) -> tuple[Reading | None, Detail | None]:
    """As a reading, or as a row of its own: of another dataset, or a place. Neither: it must not be kept."""
    if one.get("datasetId") is not None or is_place(of, one):
        placed = one.get("datasetId") is None
        return None, told_beside(of, one, desk.at, desk.protect, placed=placed, took=took)
    kept = desk.protect.reading(
        of.type_name, Reading(of.name, value_of(one), one.get("unitCode")), at, desk.at
    )
    if kept.protected and kept.value.value is None:
        return None, None
    return kept.value, detail(of, one, of.name, shown=not kept.protected, took=took)


def _newest(instances: list[Attribute]) -> list[Attribute]:
    """Of each dataset the last one; one without a time is of now."""
    found: dict[str | None, Attribute] = {}
    for one in instances:
        dataset = one.get("datasetId")
        held = found.get(dataset)
        if held is None or _order(one) >= _order(held):
            found[dataset] = one
    return list(found.values())


def _order(one: Attribute) -> tuple[bool, datetime]:
    at = one.get("observedAt")
    return at is None, moment(at) if at else EPOCH


def _is_newer(one: Attribute, before: Attribute | None, since: datetime | None) -> bool:
    """Than what is known. ``since``: the entity was deleted then."""
    at = one.get("observedAt")
    if at is None:
        return True
    if since is not None and moment(at) <= since:
        return False
    if before is None:
        return True
    known = before.get("observedAt") or before.get("modifiedAt")
    return known is None or moment(at) >= moment(known)
