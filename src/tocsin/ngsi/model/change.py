"""What each operation makes of an entity (clauses 5.6.2 to 5.6.18). Pure: the old one is left as it was.

``now``: the time of the change, as it stands in a document. An attribute that an operation does not touch is
the same object before and after: whoever stores tells by that what changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tocsin.ngsi.model.kinds import ENTITY_PLAIN, NULL, PLAIN, SCOPE, VALUE_OF, Attribute, Entity
from tocsin.ngsi.problems import BadRequestData, ResourceNotFound

#: (attribute IRI, why not)
Refused = list[tuple[str, str]]


def created(given: Entity, now: str) -> Entity:
    """A new entity."""
    made: Entity = {"id": given["id"], "type": given["type"], "createdAt": now, "modifiedAt": now}
    if "scope" in given:
        made["scope"] = given["scope"]
    for iri, instances in attributes(given):
        made[iri] = [stamped(one, None, now) for one in instances]
    return made


def replaced(old: Entity, given: Entity, now: str) -> Entity:
    """All of an entity anew; its id, and the times when it and what it keeps were created, stay."""
    made = created({**given, "id": old["id"], "type": given.get("type", old["type"])}, now)
    made["createdAt"] = old["createdAt"]
    for iri, instances in attributes(given):
        made[iri] = [stamped(one, find(old.get(iri, []), one.get("datasetId")), now) for one in instances]
    return made


def appended(
    old: Entity, given: Entity, now: str, *, overwrite: bool = True
) -> tuple[Entity, list[str], Refused]:
    """Attributes added; those there are replaced, or left and refused without ``overwrite``."""
    made = _with_types(old, given)
    if "scope" in given:
        made["scope"] = (
            list(dict.fromkeys([*old.get("scope", []), *given["scope"]])) if not overwrite else given["scope"]
        )
    updated: list[str] = []
    refused: Refused = []
    for iri, instances in attributes(given):
        if not overwrite and any(find(old.get(iri, []), one.get("datasetId")) for one in instances):
            refused.append((iri, "it exists already and noOverwrite is asked for"))
            continue
        made[iri] = _put(old.get(iri, []), instances, now)
        updated.append(iri)
    return _touched(old, made, now), updated, refused


def updated(old: Entity, given: Entity, now: str) -> tuple[Entity, list[str], Refused]:
    """Attributes that are there replaced, others appended; a scope where there is one (clause 5.6.2)."""
    made = _with_types(old, given)
    done: list[str] = []
    refused: Refused = []
    if "scope" in given:
        if "scope" not in old:
            refused.append((SCOPE, "the entity has no scope; append it"))
        else:
            made["scope"] = given["scope"]
            done.append(SCOPE)
            if given["scope"] == [NULL]:
                del made["scope"]
    for iri, instances in attributes(given):
        held = old.get(iri, [])
        gone = [one for one in instances if one[VALUE_OF[one["type"]]] == NULL]
        if any(find(held, one.get("datasetId")) is None for one in gone):
            refused.append((iri, "there is no such attribute"))
            continue
        left = [one for one in held if not any(one.get("datasetId") == g.get("datasetId") for g in gone)]
        kept = [one for one in instances if one not in gone]
        if left or kept:
            made[iri] = _put(left, kept, now)
        else:
            del made[iri]
        done.append(iri)
    return _touched(old, made, now), done, refused


def merged(old: Entity, given: Entity, now: str, *, observed_at: str | None = None) -> Entity:
    """A merge patch (clause 5.5.12): what is given is laid over, ``urn:ngsi-ld:null`` takes away.

    ``observed_at``: for attributes that had such a time and are given without one.
    """
    made = _with_types(old, given)
    if "scope" in given:
        if given["scope"] == [NULL]:
            made.pop("scope", None)
        else:
            made["scope"] = given["scope"]
    for iri, instances in attributes(given):
        held = list(made.get(iri, []))
        for one in instances:
            before = find(held, one.get("datasetId"))
            if one[VALUE_OF[one["type"]]] == NULL:
                held = [other for other in held if other is not before]
                continue
            if before is None:
                held.append(_without_nulls(stamped(one, None, now)))
                continue
            after = laid_over(before, one, now)
            if observed_at is not None and "observedAt" in before and "observedAt" not in one:
                after["observedAt"] = observed_at
            held[held.index(before)] = after
        if held:
            made[iri] = held
        else:
            made.pop(iri, None)
    return _touched(old, made, now)


def partly_updated(old: Entity, iri: str, given: Attribute, now: str, dataset: str | None) -> Entity:
    """Members of one instance changed, the others as they were (clause 5.6.4)."""
    before = _there(old, iri, dataset)
    if given.get("type", before["type"]) != before["type"]:
        raise BadRequestData(
            "an attribute stays of its kind",
            field="type",
            value=given["type"],
            cure=f"it is a {before['type']}",
        )
    after = {**before, **given, "modifiedAt": now}
    for name, value in given.items():
        if value == NULL or (
            name not in PLAIN and value and value[0].get(VALUE_OF[value[0]["type"]]) == NULL
        ):
            if name == VALUE_OF[before["type"]]:
                return without(old, iri, now, dataset)
            after.pop(name, None)
        elif name not in PLAIN:
            after[name] = [
                stamped(one, find(before.get(name, []), one.get("datasetId")), now) for one in value
            ]
    return _touched(old, {**old, iri: [after if one is before else one for one in old[iri]]}, now)


def attribute_replaced(old: Entity, iri: str, given: Attribute, now: str) -> Entity:
    """One instance as a whole (clause 5.6.19)."""
    before = _there(old, iri, given.get("datasetId"))
    after = stamped(given, before, now)
    return _touched(old, {**old, iri: [after if one is before else one for one in old[iri]]}, now)


def without(old: Entity, iri: str, now: str, dataset: str | None = None, *, every: bool = False) -> Entity:
    """One instance gone, or ``every`` one (clause 5.6.5)."""
    if every and iri in old:
        left: list[Attribute] = []
    else:
        before = _there(old, iri, dataset)
        left = [one for one in old[iri] if one is not before]
    made = {**old, iri: left}
    if not left:
        del made[iri]
    return _touched(old, made, now)


def attributes(entity: Entity) -> Iterable[tuple[str, list[Attribute]]]:
    """IRI and instances."""
    return [(iri, held) for iri, held in entity.items() if iri not in ENTITY_PLAIN]


def find(instances: list[Attribute], dataset: str | None) -> Attribute | None:
    """The instance of a dataset; None: the default one."""
    for one in instances:
        if one.get("datasetId") == dataset:
            return one
    return None


def stamped(given: Attribute, before: Attribute | None, now: str) -> Attribute:
    """With the times of its creation and change, in all its sub-attributes too."""
    made = dict(given)
    for name in given.keys() - PLAIN:
        old = before.get(name, []) if before else []
        made[name] = [stamped(one, find(old, one.get("datasetId")), now) for one in given[name]]
    made["createdAt"] = before.get("createdAt", now) if before else now
    made["modifiedAt"] = now
    return made


def laid_over(before: Attribute, given: Attribute, now: str) -> Attribute:
    """One instance merged into another."""
    if before["type"] != given["type"]:
        return _without_nulls(stamped(given, before, now))
    made = dict(before)
    for name, value in given.items():
        if name in PLAIN:
            if value == NULL:
                made.pop(name, None)
            else:
                made[name] = _deep(before.get(name), value)
            continue
        held = list(before.get(name, []))
        for one in value:
            old = find(held, one.get("datasetId"))
            if one[VALUE_OF[one["type"]]] == NULL:
                held = [other for other in held if other is not old]
            elif old is None:
                held.append(stamped(one, None, now))
            else:
                held[held.index(old)] = laid_over(old, one, now)
        if held:
            made[name] = held
        else:
            made.pop(name, None)
    made["modifiedAt"] = now
    return made


def _deep(old: Any, new: Any) -> Any:
    """Objects key by key, all else whole (RFC 7396 with the null of clause 4.5.0)."""
    if not isinstance(old, dict) or not isinstance(new, dict) or "coordinates" in new:
        return _bare_of_nulls(new)
    made = dict(old)
    for key, value in new.items():
        if value == NULL:
            made.pop(key, None)
        else:
            made[key] = _deep(made.get(key), value)
    return made


def _bare_of_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare_of_nulls(one) for key, one in value.items() if one != NULL}
    return value


def _without_nulls(given: Attribute) -> Attribute:
    made = {}
    for name, value in given.items():
        if name in PLAIN:
            if value != NULL:
                made[name] = _bare_of_nulls(value)
            continue
        held = [_without_nulls(one) for one in value if one[VALUE_OF[one["type"]]] != NULL]
        if held:
            made[name] = held
    return made


def _put(held: list[Attribute], instances: list[Attribute], now: str) -> list[Attribute]:
    made = list(held)
    for one in instances:
        before = find(made, one.get("datasetId"))
        if before is None:
            made.append(stamped(one, None, now))
        else:
            made[made.index(before)] = stamped(one, before, now)
    return made


def _there(old: Entity, iri: str, dataset: str | None) -> Attribute:
    found = find(old.get(iri, []), dataset)
    if found is None:
        raise ResourceNotFound(
            "the entity has no such attribute" + (" of this dataset" if dataset else ""),
            field="attrId",
            value=iri,
        )
    return found


def _with_types(old: Entity, given: Entity) -> Entity:
    """Types are only ever added (clause 5.6.3)."""
    made = dict(old)
    if "type" in given:
        made["type"] = list(dict.fromkeys([*old["type"], *given["type"]]))
    return made


def _touched(old: Entity, made: Entity, now: str) -> Entity:
    same = made.keys() == old.keys() and all(made[key] is old[key] or made[key] == old[key] for key in made)
    if not same:
        made["modifiedAt"] = now
    return made
