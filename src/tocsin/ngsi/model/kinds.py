"""The kinds of attributes and the member that holds the value of each (clauses 4.5.2 to 4.5.24)."""

from __future__ import annotations

from typing import Any

#: kind to its value's member
VALUE_OF = {
    "Property": "value",
    "Relationship": "object",
    "GeoProperty": "value",
    "LanguageProperty": "languageMap",
    "VocabProperty": "vocab",
    "JsonProperty": "json",
    "ListProperty": "valueList",
    "ListRelationship": "objectList",
}
#: kind by the member, where it says enough (``value``: by what it holds)
KIND_OF = {member: kind for kind, member in VALUE_OF.items() if member != "value"}
MEMBERS = frozenset(VALUE_OF.values())
GEOMETRIES = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
)
#: the value that stands for a null, which JSON-LD would drop (clause 4.5.0)
NULL = "urn:ngsi-ld:null"
#: the same of a language map (clause 4.6.5)
NULL_WORDS = {"@none": NULL}
#: kinds without a unit (clauses 4.5.3, 4.5.22, 4.5.24)
UNITLESS = frozenset(("Relationship", "ListRelationship", "JsonProperty"))
#: non-reified terms of the core context that would say something else as attributes (clause 4.5.1)
NOT_NAMES = frozenset(("datasetId", "instanceId", "observedAt"))
#: members of an attribute that are no sub-attributes
PLAIN = frozenset(
    (
        "type", "observedAt", "unitCode", "datasetId", "createdAt", "modifiedAt", "objectType", *MEMBERS,
    )
)  # fmt: skip
#: what an attribute was before, in notifications (clause 4.5.20), and when it went
FORMER = frozenset(
    (
        "deletedAt", "previousValue", "previousObject", "previousLanguageMap", "previousVocab",
        "previousJson", "previousValueList", "previousObjectList",
    )
)  # fmt: skip
#: stated by whoever stores or answers: in a request they have no meaning and are left out
IGNORED = frozenset(
    (
        "createdAt", "modifiedAt", "instanceId", "entity", "entityList", *FORMER,
    )
)  # fmt: skip
#: how an answer names the scope among attributes
SCOPE = "https://uri.etsi.org/ngsi-ld/scope"
#: members of an entity that are no attributes
ENTITY_PLAIN = frozenset(("id", "type", "scope", "createdAt", "modifiedAt"))

Attribute = dict[str, Any]
Entity = dict[str, Any]
