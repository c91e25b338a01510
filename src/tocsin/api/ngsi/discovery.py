"""``/types`` and ``/attributes``: what kinds of things there are (clauses 5.7.5 to 5.7.10, 6.25 to 6.28)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.negotiation import answer_media
from tocsin.kernel.ids import random_id
from tocsin.ngsi.jsonld import Terms
from tocsin.ngsi.model.checks import name
from tocsin.ngsi.problems import ResourceNotFound
from tocsin.ngsi.store.reader import TypeSeen

Seen = Mapping[str, TypeSeen]


async def list_types(call: Call) -> Response:
    """Clauses 5.7.5 and 5.7.6."""
    answer_media(call.request.headers)
    terms, seen = await call.terms(), (await call.broker.workers.inventory()).types
    if call.flag("details"):
        return await call.answer(
            [
                {
                    "id": iri,
                    "type": "EntityType",
                    "typeName": terms.compact(iri),
                    "attributeNames": _compacted(terms, one.attributes),
                }
                for iri, one in sorted(seen.items())
            ]
        )
    listed = {
        "id": f"urn:ngsi-ld:EntityTypeList:{random_id()}",
        "type": "EntityTypeList",
        "typeList": _compacted(terms, seen),
    }
    return await call.answer(listed)


async def get_type(call: Call) -> Response:
    """Clause 5.7.7."""
    answer_media(call.request.headers)
    terms, seen = await call.terms(), (await call.broker.workers.inventory()).types
    iri = terms.expand(name(call.parts[0], "type"))
    one = seen.get(iri)
    if one is None:
        raise ResourceNotFound("no entity is of this type", field="type", value=call.parts[0])
    told = {
        "id": iri,
        "type": "EntityTypeInfo",
        "typeName": terms.compact(iri),
        "entityCount": one.entities,
        "attributeDetails": [
            {
                "id": attribute,
                "type": "Attribute",
                "attributeName": terms.compact(attribute),
                "attributeTypes": sorted(kinds),
            }
            for attribute, kinds in sorted(one.attributes.items())
        ],
    }
    return await call.answer(told)


async def list_attributes(call: Call) -> Response:
    """Clauses 5.7.8 and 5.7.9."""
    answer_media(call.request.headers)
    terms, seen = await call.terms(), (await call.broker.workers.inventory()).types
    attributes = sorted({iri for one in seen.values() for iri in one.attributes})
    if call.flag("details"):
        return await call.answer(
            [
                {
                    "id": iri,
                    "type": "Attribute",
                    "attributeName": terms.compact(iri),
                    "typeNames": _types_with(terms, seen, iri),
                }
                for iri in attributes
            ]
        )
    listed = {
        "id": f"urn:ngsi-ld:AttributeList:{random_id()}",
        "type": "AttributeList",
        "attributeList": _compacted(terms, attributes),
    }
    return await call.answer(listed)


async def get_attribute(call: Call) -> Response:
    """Clause 5.7.10."""
    answer_media(call.request.headers)
    terms = await call.terms()
    iri = terms.expand(name(call.parts[0], "attrId"))
    there = await call.broker.workers.inventory()
    if iri not in there.attributes:
        raise ResourceNotFound("no entity has this attribute", field="attrId", value=call.parts[0])
    seen = there.types
    told: dict[str, Any] = {
        "id": iri,
        "type": "Attribute",
        "attributeName": terms.compact(iri),
        "attributeCount": there.attributes[iri],
        "attributeTypes": sorted({kind for one in seen.values() for kind in one.attributes.get(iri, ())}),
        "typeNames": _types_with(terms, seen, iri),
    }
    return await call.answer(told)


def _types_with(terms: Terms, seen: Seen, attribute: str) -> list[str]:
    return _compacted(terms, [iri for iri, one in seen.items() if attribute in one.attributes])


def _compacted(terms: Terms, iris: Any) -> list[str]:
    return sorted(terms.compact(iri) for iri in iris)
