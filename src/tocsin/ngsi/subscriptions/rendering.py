"""The notification itself (clauses 5.3.1, 5.8.6): its data in the form, language and context asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from tocsin.kernel.ids import content_id
from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.linked import Join, inlined
from tocsin.ngsi.model.change import find
from tocsin.ngsi.model.checks import told
from tocsin.ngsi.model.kinds import ENTITY_PLAIN, NULL, VALUE_OF, Attribute, Entity
from tocsin.ngsi.model.write import Format, Shape, feature, languages, show
from tocsin.ngsi.store.names import LOCATION
from tocsin.ngsi.subscriptions.changes import Moved
from tocsin.ngsi.subscriptions.matching import Rule
from tocsin.ngsi.subscriptions.model import Subscription

_FORMATS: Mapping[str, Format] = {
    "normalized": "normalized",
    "concise": "concise",
    "simplified": "simplified",
    "keyValues": "simplified",
}
_PREVIOUS = {
    "value": "previousValue",
    "object": "previousObject",
    "languageMap": "previousLanguageMap",
    "vocab": "previousVocab",
    "json": "previousJson",
    "valueList": "previousValueList",
    "objectList": "previousObjectList",
}

_TYPE = frozenset(("type",))


def shape_of(one: Subscription, terms: Terms) -> Shape:
    said, body = one.notification, one.body
    lang = body.get("lang")
    return Shape(
        terms,
        format=_FORMATS[said.get("format", "normalized")],
        sys_attrs=bool(said.get("sysAttrs")),
        lang=languages(lang) if lang else (),
        datasets=_set(body.get("datasetId")),
        attrs=_set(said.get("attributes")),
        pick=_set(said.get("pick")),
        omit=_set(said.get("omit")) or frozenset(),
    )


def notification(
    rule: Rule,
    terms: Terms,
    data: Sequence[Moved | Entity],
    at: datetime,
    key: object,
    *,
    context: Any = None,
    others: Mapping[str, Entity] | None = None,
) -> dict[str, Any]:
    """``data``: changes, or, of a periodic subscription, entities as they are. ``key``: what the id is made
    of, the same each time that the same is sent. ``context``: stated in it and in each entity of it, which
    receivers take out; ``others``: linked entities, where the subscription joins them.
    """
    one = rule.subscription
    shape, accept = rule.shape, one.endpoint.get("accept")
    if shape is None or shape.terms is not terms:
        shape = rule.shape = shape_of(one, terms)
    geo = accept == "application/geo+json"
    made: dict[str, Any] = {
        "id": f"urn:ngsi-ld:Notification:{content_id(one.id, key)}",
        "type": "Notification",
        "subscriptionId": one.id,
        "notifiedAt": told(at),
    }
    form = partial(_form, shape=shape, geo=geo, join=rule.join, others=_reached(data, others or {}))
    shown = [_entity(item, rule, shape, geo, form) for item in data]
    if rule.join is not None and rule.join.how == "flat":
        plain = Shape(terms, format=shape.format, sys_attrs=shape.sys_attrs, lang=shape.lang)
        beside = partial(_form, shape=plain, geo=geo, join=None, others={})
        shown += [beside(each) for each in (others or {}).values()]
    if context is not None:
        made["@context"] = context
        if not geo:
            shown = [{**each, "@context": context} for each in shown]
    made["data"] = {"type": "FeatureCollection", "features": shown} if geo else shown
    return made


def states(data: Sequence[Moved | Entity]) -> list[Entity]:
    """The entities of it that are there."""
    found = [item.after if isinstance(item, Moved) else item for item in data]
    return [each for each in found if each is not None]


def _reached(data: Sequence[Moved | Entity], others: Mapping[str, Entity]) -> Mapping[str, Entity]:
    """All that a relationship may lead to; of none where nothing is joined."""
    return {**others, **{each["id"]: each for each in states(data)}} if others else {}


def _form(
    entity: Entity, *, shape: Shape, geo: bool, join: Join | None, others: Mapping[str, Entity]
) -> dict[str, Any]:
    if join is not None and join.how == "inline":
        shown = inlined(entity, others, join, shape)
    else:
        shown = show(entity, shape)
    return feature(shown, entity, LOCATION) if geo else shown


def _entity(
    item: Moved | Entity, rule: Rule, shape: Shape, geo: bool, form: Callable[[Entity], dict[str, Any]]
) -> dict[str, Any]:
    if not isinstance(item, Moved):
        return form(item)
    if item.after is None:
        return _gone(item, rule, shape, geo)
    said, state = rule.subscription.notification, item.after
    changes = bool(said.get("showChanges"))
    if rule.tells_deletions() and item.before is not None and (item.deleted or item.thinned):
        state = dict(item.after)
        for iri in item.deleted:
            state[iri] = _nothing(item.before[iri], item.at, shape, changes)
        for iri in item.thinned:
            left = [one for one in item.before[iri] if find(state[iri], one.get("datasetId")) is None]
            state[iri] = [*state[iri], *(_null(one, item.at, shape, changes) for one in left)]
    made = form(state)
    if geo and LOCATION in item.deleted:
        made["geometry"] = None
    members = made["properties"] if geo else made
    if changes and item.before is not None:
        for iri in item.updated:
            name = shape.terms.compact(iri)
            if name in members:
                members[name] = _with_previous(members[name], state[iri], item.before[iri], shape)
    return made


def _gone(item: Moved, rule: Rule, shape: Shape, geo: bool) -> dict[str, Any]:
    """What is left of a deleted entity: its name, when it went, and those attributes that are asked for, by
    name or, with ``showChanges``, with what they held.
    """
    before = item.before
    assert before is not None
    changes = bool(rule.subscription.notification.get("showChanges"))
    told_of = item.deleted
    if not changes:
        asked = rule.watched if rule.watched is not None else told_of
        told_of = told_of & asked if "attributeDeleted" in rule.triggers else frozenset()
    left = {name: value for name, value in before.items() if name in ENTITY_PLAIN and name != "scope"}
    left |= {iri: _nothing(before[iri], item.at, shape, changes) for iri in sorted(told_of)}
    shown = show(left, shape)
    made = {"id": item.id, "type": show(before, Shape(shape.terms, pick=_TYPE))["type"]}
    rest = {key: value for key, value in shown.items() if key not in made}
    rest["deletedAt"] = told(item.at)
    if geo:
        return {
            "id": item.id,
            "type": "Feature",
            "geometry": None,
            "properties": {"type": made["type"], **rest},
        }
    return {**made, **rest}


def _nothing(instances: list[Attribute], at: datetime, shape: Shape, changes: bool) -> list[Attribute]:
    """An attribute that is gone as a whole: one null says so, where nothing is told of what it held."""
    if not changes:
        default = {key: value for key, value in instances[0].items() if key != "datasetId"}
        return [_null(default, at, shape, changes)]
    return [_null(one, at, shape, changes) for one in instances]


def _null(one: Attribute, at: datetime, shape: Shape, changes: bool) -> Attribute:
    """Clause 4.5.0: a value that stands for none."""
    member = VALUE_OF[one["type"]]
    made: Attribute = {"type": one["type"]}
    made[member] = {"@none": NULL} if member == "languageMap" else NULL
    made |= {name: one[name] for name in ("datasetId", "createdAt", "modifiedAt") if name in one}
    if shape.sys_attrs:
        made["deletedAt"] = told(at)
    if changes:
        made[_PREVIOUS[member]] = _previous(one, shape)
    return made


def _previous(one: Attribute, shape: Shape) -> Any:
    value = one[VALUE_OF[one["type"]]]
    if one["type"] != "VocabProperty":
        return value
    compact = shape.terms.compact
    return [compact(each) for each in value] if isinstance(value, list) else compact(value)


def _with_previous(shown: Any, after: list[Attribute], before: list[Attribute], shape: Shape) -> Any:
    kept = [one for one in after if shape.datasets is None or one.get("datasetId", "@none") in shape.datasets]
    if len(kept) == 1:
        return _one_with_previous(shown, kept[0], before, shape)
    return [_one_with_previous(each, one, before, shape) for each, one in zip(shown, kept, strict=True)]


def _one_with_previous(shown: Any, after: Attribute, before: list[Attribute], shape: Shape) -> Any:
    was = find(before, after.get("datasetId"))
    if was is None or was == after:
        return shown
    # concise shows a value by itself; with what it was before, it needs its name
    made = dict(shown) if _is_attribute(shown, after) else {VALUE_OF[after["type"]]: shown}
    return {**made, _PREVIOUS[VALUE_OF[was["type"]]]: _previous(was, shape)}


def _is_attribute(shown: Any, after: Attribute) -> bool:
    return isinstance(shown, dict) and (
        VALUE_OF[after["type"]] in shown or "value" in shown or "type" in shown
    )


def _set(given: Any) -> frozenset[str] | None:
    return None if given is None else frozenset(given)
