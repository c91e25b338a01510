"""The notification itself (clauses 5.3.1, 5.8.6): its data in the form, language and context asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tocsin.kernel.ids import content_id
from tocsin.ngsi.jsonld.loading import with_core
from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.model.change import find
from tocsin.ngsi.model.checks import told
from tocsin.ngsi.model.kinds import NULL, VALUE_OF, Attribute, Entity
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
    rule: Rule, terms: Terms, data: Sequence[Moved | Entity], at: datetime, key: object
) -> dict[str, Any]:
    """``data``: changes, or, of a periodic subscription, entities as they are. ``key``: what the id is made
    of, the same each time that the same is sent.
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
    shown = [_entity(item, rule, shape, geo) for item in data]
    made["data"] = {"type": "FeatureCollection", "features": shown} if geo else shown
    if accept == "application/ld+json":
        made["@context"] = with_core(one.context)
    return made


def _entity(item: Moved | Entity, rule: Rule, shape: Shape, geo: bool) -> dict[str, Any]:
    if not isinstance(item, Moved):
        return feature(item, shape, LOCATION) if geo else show(item, shape)
    if item.after is None:
        return _gone(item, rule, shape, geo)
    said = rule.subscription.notification
    made = feature(item.after, shape, LOCATION) if geo else show(item.after, shape)
    members = made["properties"] if geo else made
    if said.get("showChanges") and item.before is not None:
        for iri in item.updated:
            name = shape.terms.compact(iri)
            if name in members:
                members[name] = _with_previous(members[name], item.after[iri], item.before[iri], shape)
    if rule.tells_deletions() and item.before is not None:
        for iri in item.deleted:
            if shape.shows(iri):
                name = shape.terms.compact(iri)
                members[name] = _gone_attribute(item.before[iri], item.at, shape, said)
    return made


def _gone(item: Moved, rule: Rule, shape: Shape, geo: bool) -> dict[str, Any]:
    """What is left of a deleted entity: its name, when it went, and, with ``showChanges``, what it held."""
    assert item.before is not None
    said, compact = rule.subscription.notification, shape.terms.compact
    types = [compact(one) for one in item.before["type"]]
    made: dict[str, Any] = {"id": item.id, "type": types[0] if len(types) == 1 else types}
    rest: dict[str, Any] = {"deletedAt": told(item.at)}
    if said.get("showChanges"):
        for iri in sorted(item.deleted):
            if shape.shows(iri):
                rest[compact(iri)] = _gone_attribute(item.before[iri], item.at, shape, said)
    if geo:
        return {
            "id": item.id,
            "type": "Feature",
            "geometry": None,
            "properties": {"type": made["type"], **rest},
        }
    return {**made, **rest}


def _gone_attribute(instances: list[Attribute], at: datetime, shape: Shape, said: Mapping[str, Any]) -> Any:
    """Clause 4.5.0: a value that stands for none."""
    made = []
    for one in instances:
        member = VALUE_OF[one["type"]]
        nothing: Any = {"@none": NULL} if member == "languageMap" else NULL
        if shape.format == "simplified":
            made.append(nothing)
            continue
        shown: dict[str, Any] = {"type": one["type"]} if shape.format == "normalized" else {}
        shown |= {member: nothing, "deletedAt": told(at)}
        if "datasetId" in one:
            shown["datasetId"] = one["datasetId"]
        if said.get("showChanges"):
            shown[_PREVIOUS[member]] = one[member]
        made.append(shown)
    return made[0] if len(made) == 1 else made


def _with_previous(shown: Any, after: list[Attribute], before: list[Attribute], shape: Shape) -> Any:
    kept = [one for one in after if shape.datasets is None or one.get("datasetId", "@none") in shape.datasets]
    if len(kept) == 1:
        return _one_with_previous(shown, kept[0], before)
    return [_one_with_previous(each, one, before) for each, one in zip(shown, kept, strict=True)]


def _one_with_previous(shown: Any, after: Attribute, before: list[Attribute]) -> Any:
    was = find(before, after.get("datasetId"))
    if was is None or was == after:
        return shown
    member = VALUE_OF[was["type"]]
    # concise shows a value by itself; with what it was before, it needs its name
    made = dict(shown) if _is_attribute(shown, after) else {VALUE_OF[after["type"]]: shown}
    return {**made, _PREVIOUS[member]: was[member]}


def _is_attribute(shown: Any, after: Attribute) -> bool:
    return isinstance(shown, dict) and (
        VALUE_OF[after["type"]] in shown or "value" in shown or "type" in shown
    )


def _set(given: Any) -> frozenset[str] | None:
    return None if given is None else frozenset(given)
