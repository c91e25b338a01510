"""The entity as NGSI-LD shows it: its document, with every reading that came since laid over."""

from __future__ import annotations

from tocsin.context.documents.document import Document
from tocsin.kernel.state import AttributeState, EntityState
from tocsin.ngsi.model.change import find
from tocsin.ngsi.model.checks import told
from tocsin.ngsi.model.kinds import PLAIN, VALUE_OF, Attribute, Entity
from tocsin.ngsi.store.names import LOCATION, iri_of, short


def entity_of(state: EntityState, document: Document | None) -> Entity:
    """Expanded and normalised. What the document says holds until a reading says otherwise; what the state
    no longer has is not shown.
    """
    if document is None:
        return _of_readings(state)
    made: Entity = dict(document.body)
    known = set()
    newest = ""
    if all(short(one) != state.type for one in made["type"]):  # a reading calls it something else
        made["type"] = [*made["type"], iri_of(state.type)]
    for iri, held in document.held.items():
        known.add(held.name)
        if held.state is None:
            continue
        now = state.attributes.get(held.name)
        if now is None:
            del made[iri]
        elif now != held.state:
            made[iri] = _read_since(made[iri], now)
            newest = max(newest, told(now.observed_at))
    for name, seen in state.attributes.items():
        if name not in known:
            made[iri_of(name)] = [_reading(seen)]
            newest = max(newest, told(seen.observed_at))
    moved = (state.lon, state.lat) != (document.lon, document.lat)
    if state.lon is not None and state.lat is not None and (moved or LOCATION not in made):
        made[LOCATION] = [_place(state)]
        newest = max(newest, told(state.observed_at))
    if newest:
        made["modifiedAt"] = max(newest, made["modifiedAt"])
    return made


def _of_readings(state: EntityState) -> Entity:
    at = told(state.accepted_at)
    made: Entity = {"id": state.id, "type": [iri_of(state.type)], "createdAt": at, "modifiedAt": at}
    for name, seen in state.attributes.items():
        made[iri_of(name)] = [_reading(seen)]
    if state.lon is not None and state.lat is not None:
        made[LOCATION] = [_place(state)]
    return made


def _reading(seen: AttributeState) -> Attribute:
    at = told(seen.observed_at)
    made: Attribute = {"type": "Property", "value": seen.value, "observedAt": at}
    if seen.unit is not None:
        made["unitCode"] = seen.unit
    return {**made, "createdAt": at, "modifiedAt": at}


def _read_since(instances: list[Attribute], seen: AttributeState) -> list[Attribute]:
    """The default instance says what was read; other datasets, and what qualifies it, stay."""
    before = find(instances, None)
    made = _reading(seen)
    if before is None:
        return [made, *instances]
    if before["type"] == "Property":
        kept = {name: held for name, held in before.items() if name not in PLAIN}
        made = {**made, **kept}
    elif before["type"] in ("Relationship", "VocabProperty") and isinstance(seen.value, str):
        del made["value"]
        made = {**made, "type": before["type"], VALUE_OF[before["type"]]: seen.value}
    made["createdAt"] = before.get("createdAt", made["createdAt"])
    return [made if one is before else one for one in instances]


def _place(state: EntityState) -> Attribute:
    at = told(state.observed_at)
    return {
        "type": "GeoProperty",
        "value": {"type": "Point", "coordinates": [state.lon, state.lat]},
        "observedAt": at,
        "createdAt": at,
        "modifiedAt": at,
    }
