"""Bare values take the kind that their attribute has already (clause 5.6.17: keyValues, ``lang``)."""

from __future__ import annotations

from tocsin.ngsi.model import checks
from tocsin.ngsi.model.change import attributes, find
from tocsin.ngsi.model.kinds import NULL, VALUE_OF, Attribute, Entity


def coerced(old: Entity, given: Entity, lang: str | None) -> Entity:
    """``given`` with its bare Properties as what they are in ``old``. Raises ``BadRequestData``."""
    made = dict(given)
    for iri, instances in attributes(given):
        made[iri] = [_one(iri, find(old.get(iri, []), one.get("datasetId")), one, lang) for one in instances]
    return made


def _one(iri: str, before: Attribute | None, given: Attribute, lang: str | None) -> Attribute:
    if (
        before is None
        or given["type"] != "Property"
        or before["type"] == "Property"
        or given["value"] == NULL
    ):
        return given
    kind, value = before["type"], given["value"]
    rest = {name: held for name, held in given.items() if name not in ("type", "value")}
    if kind == "LanguageProperty":
        if not isinstance(value, str | list):
            return given
        value = {lang or "@none": value}
    elif kind == "Relationship":
        value = [checks.uri(one, iri) for one in value] if isinstance(value, list) else checks.uri(value, iri)
    elif kind == "GeoProperty":
        value = checks.geometry(value, iri)
    return {"type": kind, VALUE_OF[kind]: value, **rest}
