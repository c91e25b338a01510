"""What a changed entity means for the state that everybody reads and for the log that everybody hears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tocsin.context.documents.document import Document, Held
from tocsin.context.repository import Changes, Gone, Known
from tocsin.kernel.clock import EPOCH
from tocsin.kernel.events import Attribute as Reading
from tocsin.kernel.events import Detail, Observation
from tocsin.kernel.ids import random_id
from tocsin.kernel.state import AttributeState, EntityState
from tocsin.ngsi.model.kinds import ENTITY_PLAIN, VALUE_OF, Attribute, Entity
from tocsin.ngsi.store.names import LOCATION, names, short
from tocsin.ngsi.store.projection import main, point_of, value_of
from tocsin.ngsi.store.protect import Protect
from tocsin.ngsi.temporal.beside import alone, gone_with, tell_beside, time_of
from tocsin.ngsi.temporal.detail import Series, detail

SOURCE = "ngsi-ld"
#: says at a later time what was observed at an earlier one, so that screens show what was written last
RESTATED = "ngsi-ld.restated"
_INSTANT = timedelta(microseconds=1)
#: what the lake is told beyond the readings, by the time and the source of an observation
Details = dict[tuple[datetime, str], list[Detail]]


@dataclass(slots=True)
class Settled:
    """``many``, ``shaped``, ``mixed``: as in the table of documents."""

    state: EntityState
    document: Document
    observations: list[Observation] = field(default_factory=list)
    many: bool = False
    shaped: bool = False
    mixed: bool = False


def settle(
    before: Entity | None,
    after: Entity,
    known: Known,
    document: Document | None,
    now: datetime,
    protect: Protect,
    write: str,
) -> Settled:
    """``before``: what was shown of it; ``known``: its state, ``document``: its row, as they are stored.

    A value takes its ``observedAt``, or else the time of the write. Where the state has a newer one, the
    write still holds: it is stated again at that newer time. ``write``: begins the ids of its observations,
    no other's do so.
    """
    state = known if isinstance(known, EntityState) else None
    floor = known.at + _INSTANT if isinstance(known, Gone) else EPOCH
    old = state.attributes if state else {}
    old_names = {iri: held.name for iri, held in document.held.items()} if document else {}
    if document is None and before is not None:
        old_names = names([iri for iri in before if _is_attribute(before, iri)], {})
    called = names([iri for iri in after if _is_attribute(after, iri)], old_names)
    type_name = state.type if state and document is None else short(after["type"][0])
    body, held, attributes = dict(after), {}, {}
    said: dict[tuple[datetime, str], list[Reading]] = {}
    details: Details = {}
    known_of = before or {}
    for iri, name in called.items():
        instances: list[Attribute] = after[iri]
        series = Series(iri, name, after["type"], type_name, after.get("scope"))
        before_of = known_of.get(iri, [])
        if not alone(iri, before_of, instances):
            for own, one in tell_beside(series, before_of, instances, now, floor, protect):
                said.setdefault((own, SOURCE), [])
                details.setdefault((own, SOURCE), []).append(one)
        if iri == LOCATION and main(instances)["type"] == "GeoProperty":
            held[iri] = Held(name, None)
            continue
        if before is not None and before.get(iri) is instances and name in old:
            attributes[name] = old[name]
            held[iri] = Held(name, old[name])
            continue
        instance = main(instances)
        own = time_of(instance, now, floor)
        at = max(own, old[name].observed_at) if name in old else own
        reading = protect.reading(
            type_name, Reading(name, value_of(instance), instance.get("unitCode")), own, now
        )
        if reading.protected:
            body[iri] = [{**_timed(instance), "type": "Property", "value": reading.value.value}]
            if reading.value.value is None:
                del body[iri]
                continue
        told = AttributeState(reading.value.value, reading.value.unit, at)
        attributes[name] = told
        held[iri] = Held(name, told)
        when = (own, SOURCE)
        said.setdefault(when, []).append(reading.value)
        if (beyond := detail(series, instance, name, shown=not reading.protected)) is not None:
            details.setdefault(when, []).append(beyond)
        if at != own:
            said.setdefault((at, RESTATED), []).append(reading.value)
    iris = {name: iri for iri, name in old_names.items()}
    for name, lost in old.items():
        if name not in attributes:
            end = (max(now, lost.observed_at), SOURCE)
            said.setdefault(end, []).append(Reading(name, None))
            if name in iris:
                series = Series(iris[name], name, after["type"], type_name, after.get("scope"))
                details.setdefault(end, []).extend(gone_with(series, known_of.get(iris[name], [])))
    if LOCATION in known_of and LOCATION not in after:
        end = (max(now, floor), SOURCE)
        said.setdefault(end, [])
        series = Series(LOCATION, "location", after["type"], type_name, after.get("scope"))
        details.setdefault(end, []).extend(gone_with(series, known_of[LOCATION]))
    place = _place(after) or (None, None)
    moved = state is None or (state.lon, state.lat) != place
    if moved and not any(at >= now or source == RESTATED for at, source in said):
        said.setdefault((max(now, floor, state.observed_at if state else EPOCH), SOURCE), [])
    newest = max((at for at, _ in said), default=state.observed_at if state else max(now, floor))
    named = attributes.get("name")
    made = EntityState(
        id=after["id"],
        type=type_name,
        attributes=attributes,
        observed_at=max(newest, state.observed_at) if state else newest,
        accepted_at=now,
        lon=place[0],
        lat=place[1],
        name=str(named.value) if named else None,
        source=SOURCE,
    )
    return Settled(
        made,
        Document(body, held, *place),
        _observations(write, made, said, details),
        many=len(after["type"]) > 1,
        shaped=_shaped(after),
        mixed=_mixed(body),
    )


def deleted(state: EntityState, now: datetime) -> tuple[Gone, Observation]:
    at = max(now, state.observed_at)
    return Gone(state.type, at), Observation(
        random_id(), state.id, state.type, at, (), source=SOURCE, kind="delete"
    )


def add(changes: Changes, known: Known, state: EntityState) -> None:
    """What must be written of a state to come from ``known`` to it."""
    before = known if isinstance(known, EntityState) else None
    held: Mapping[str, AttributeState] = before.attributes if before else {}
    if not held.keys() <= state.attributes.keys():
        changes.cleared.append(state.id)
        held = {}
    rests = before is not None and (before.type, before.lon, before.lat) == (state.type, state.lon, state.lat)
    (changes.rested if rests else changes.placed).append(state)
    for name, told in state.attributes.items():
        if held.get(name) is not told:
            changes.values.append((state.id, name, told.value))


def _observations(
    write: str, state: EntityState, said: Mapping[tuple[datetime, str], list[Reading]], details: Details
) -> list[Observation]:
    return [
        Observation(
            id=f"{write}:{number}",
            entity=state.id,
            type=state.type,
            observed_at=at,
            attributes=tuple(readings),
            lon=state.lon,
            lat=state.lat,
            source=source,
            details=tuple(details.get((at, source), ())),
        )
        for number, ((at, source), readings) in enumerate(sorted(said.items()))
    ]


def _timed(instance: Attribute) -> Attribute:
    return {key: instance[key] for key in ("observedAt", "createdAt", "modifiedAt") if key in instance}


def _is_attribute(entity: Entity, iri: str) -> bool:
    return iri not in ENTITY_PLAIN and bool(entity[iri])


def _place(entity: Entity) -> tuple[float, float] | None:
    held = entity.get(LOCATION)
    if not held or main(held)["type"] != "GeoProperty":
        return None
    return point_of(main(held)["value"])


def _shaped(entity: Entity) -> bool:
    """Whether a box around lon and lat could miss where it is."""
    for iri, held in entity.items():
        if iri in ENTITY_PLAIN:
            continue
        for one in held:
            if one["type"] == "GeoProperty" and (
                iri != LOCATION or len(held) > 1 or one["value"]["type"] != "Point"
            ):
                return True
    return False


def _mixed(entity: Entity) -> bool:
    """Whether an attribute holds numbers beside the one that its state has."""
    for iri, held in entity.items():
        if not _is_attribute(entity, iri):
            continue
        own = main(held)
        for one in held:
            value = one[VALUE_OF[one["type"]]]
            if one["type"] == "GeoProperty":
                continue
            if isinstance(value, dict | list):
                if _has_number(value) and "@value" not in value:
                    return True
            elif one is not own and isinstance(value, int | float):
                return True
    return False


def _has_number(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_number(one) for one in value.values())
    if isinstance(value, list):
        return any(_has_number(one) for one in value)
    return isinstance(value, int | float)
