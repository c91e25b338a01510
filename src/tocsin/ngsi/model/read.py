"""From a request's document (normalised, concise, simplified) to the expanded entity (clauses 4.5.1-4.5.24).

Expanded means: names and types as IRIs, every attribute an array of its instances, each with its ``type``;
times of creation and change are added by whoever stores it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.model import checks
from tocsin.ngsi.model.kinds import (
    GEOMETRIES,
    IGNORED,
    KIND_OF,
    MEMBERS,
    NOT_NAMES,
    NULL,
    NULL_WORDS,
    PLAIN,
    UNITLESS,
    VALUE_OF,
    Attribute,
    Entity,
)
from tocsin.ngsi.problems import BadRequestData

_KINDS = "one of " + ", ".join(VALUE_OF)
_HINTS = MEMBERS | {"observedAt", "unitCode", "datasetId"}


class Reader:
    """Reads under one context. ``simplified``: values without their kinds (``options=keyValues``).

    ``nulls``: ``urn:ngsi-ld:null`` asks for removal here (merge and update), elsewhere it is refused;
    ``merging``: also inside of values (clause 5.5.4). ``temporal``: an attribute may have many instances of
    one dataset (clause 4.5.7).
    """

    def __init__(
        self,
        terms: Terms,
        *,
        simplified: bool = False,
        nulls: bool = False,
        merging: bool = False,
        temporal: bool = False,
    ) -> None:
        self.terms, self._simplified, self._nulls = terms, simplified, nulls or merging
        self._merging, self._temporal = merging, temporal

    def entity(self, given: Any, *, whole: bool = True) -> Entity:
        """``whole``: id and type must be there (create, replace); else what is there is checked."""
        if not isinstance(given, Mapping):
            raise BadRequestData("not an entity", field="body", cure="send a JSON object")
        checks.depth(given)
        made: Entity = {}
        attributes: Entity = {}
        for key, value in given.items():
            keyword = self.terms.keyword(key)
            if keyword == "@id":
                made["id"] = checks.uri(value, "id")
                if value == NULL:
                    raise BadRequestData("null is no id", field="id", value=value, cure="give it")
            elif keyword == "@type":
                made["type"] = self.types(value)
            elif key == "scope":
                made["scope"] = [NULL] if value == NULL and self._nulls else checks.scopes(value)
            elif key in NOT_NAMES:
                raise BadRequestData(
                    "the core @context keeps this name", field=key, cure="choose another, or leave it out"
                )
            elif key not in IGNORED:
                iri = self.attribute_name(key)
                attributes[iri] = attributes.get(iri, []) + self.instances(key, value)
        if whole:
            for needed in ("id", "type"):
                if needed not in made:
                    raise BadRequestData(f"the entity has no {needed}", field=needed, cure="give it")
        if not self._temporal:
            for iri, instances in attributes.items():
                _once(iri, instances)
        return {**made, **attributes}

    def types(self, value: Any) -> list[str]:
        """One type name or several, as IRIs, each once."""
        given = value if isinstance(value, list) else [value]
        if not given:
            raise BadRequestData("no type in it", field="type", cure="give at least one")
        for one in given:
            if not isinstance(one, str) or self.terms.keyword(one) is not None:
                raise BadRequestData("not a type", field="type", value=one, cure="a name or an IRI")
        return list(dict.fromkeys(self.terms.expand(checks.name(one, "type")) for one in given))

    def attribute_name(self, key: str) -> str:
        return self.terms.expand(checks.name(key, key[:80]))

    def instances(self, key: str, value: Any) -> list[Attribute]:
        """What one member of an entity says: one instance, or one for each dataset."""
        if isinstance(value, list) and value and all(_is_instance(one) for one in value):
            return [self.instance(key, one) for one in value]
        if isinstance(value, dict) and self._simplified and set(value) == {"dataset"}:
            return self._datasets(key, value["dataset"])
        return [self.instance(key, value)]

    def instance(self, key: str, value: Any) -> Attribute:
        """One attribute. Raises ``BadRequestData``."""
        if value is None:
            raise BadRequestData("null is no value", field=key, cure=f"to remove it, send {NULL!r}")
        if not isinstance(value, Mapping):
            return self._bare(key, value)
        if self._simplified and not (len(value) == 1 and next(iter(value)) in KIND_OF):
            return self._bare(key, value)
        kind = value.get("type", value.get("@type"))
        if isinstance(kind, str) and kind not in VALUE_OF:
            if kind in GEOMETRIES and ("coordinates" in value or "geometries" in value):
                return {"type": "GeoProperty", "value": checks.geometry(value, key)}
            expanded = self.terms.compact(self.terms.expand(kind))
            if expanded in VALUE_OF:
                kind = expanded
            elif not _HINTS & value.keys() and not _may_be_kind(value):
                return self._bare(key, value)
            else:
                raise BadRequestData(
                    "no such kind of attribute",
                    field=f"{key}.type",
                    value=kind,
                    cure=_KINDS,
                )
        elif kind is not None and not isinstance(kind, str):
            raise BadRequestData(
                "not a kind of attribute",
                field=f"{key}.type",
                value=kind,
                cure=_KINDS,
            )
        if kind is None:
            kind = self._guessed(key, value)
            if kind is None:
                return self._bare(key, value)
        return self._told(key, kind, value)

    def fragment(self, key: str, value: Any) -> Attribute:
        """Part of an attribute, to be laid over one (clause 5.6.4); its kind only where that is told."""
        if not isinstance(value, Mapping):
            return {"value": self._value(key, "Property", value)}
        checks.depth(value)
        made: Attribute = {}
        kind = value.get("type", value.get("@type"))
        if kind is not None:
            if kind not in VALUE_OF:
                raise BadRequestData("no such kind of attribute", field="type", value=kind, cure=_KINDS)
            made["type"] = kind
        for name, one in value.items():
            if name in IGNORED or name in ("type", "@type"):
                continue
            if name in MEMBERS:
                of = kind or KIND_OF.get(name, "Property")
                if VALUE_OF[of] != name:
                    raise BadRequestData(
                        f"a {of} has no {name}", field=name, cure=f"its value is {VALUE_OF[of]}"
                    )
                if name in KIND_OF:
                    made["type"] = of
                made[name] = self._value(key, of, one)
            else:
                made.update(self.member(key, name, one))
        return made

    def fitted(self, key: str, fragment: Attribute, held: list[Attribute]) -> Attribute:
        """``value`` of a fragment that told no kind, read as that of the instance it is laid over."""
        before = next((one for one in held if one.get("datasetId") == fragment.get("datasetId")), None)
        if before is None or "type" in fragment or "value" not in fragment or before["type"] == "Property":
            return fragment
        kind = before["type"]
        if kind == "GeoProperty":
            return {**fragment, "value": self._value(key, kind, fragment["value"])}
        raise BadRequestData(f"a {kind} has no value", field=key, cure=f"its value is {VALUE_OF[kind]}")

    def _bare(self, key: str, value: Any) -> Attribute:
        if _is_geometry(value):
            return {"type": "GeoProperty", "value": checks.geometry(value, key)}
        return {"type": "Property", "value": self._value(key, "Property", value)}

    def _guessed(self, key: str, value: Mapping[str, Any]) -> str | None:
        """The kind of a concise attribute (4.5.2.3 and following); None: the object is a bare value."""
        named = [kind for member, kind in KIND_OF.items() if member in value]
        if "value" in value:
            named.append("GeoProperty" if _is_geometry(value["value"]) else "Property")
        if len(named) > 1:
            raise BadRequestData(
                "more than one value", field=key, value=sorted(value), cure="keep one of them"
            )
        if named:
            return named[0]
        if _HINTS & value.keys():
            raise BadRequestData("the attribute has no value", field=key, cure="give value, object, ...")
        return None

    def _told(self, key: str, kind: str, given: Mapping[str, Any]) -> Attribute:
        member = VALUE_OF[kind]
        made: Attribute = {"type": kind}
        if member not in given:
            raise BadRequestData(f"a {kind} has its {member}", field=key, cure=f"give {member}")
        made[member] = self._value(key, kind, given[member])
        for name, value in given.items():
            if name in ("type", "@type", member) or name in IGNORED:
                continue
            if name in MEMBERS or (name == "unitCode" and kind in UNITLESS):
                raise BadRequestData(
                    f"a {kind} has no {name}", field=f"{key}.{name}", cure=f"its value is {member}"
                )
            if value is None:
                raise BadRequestData(
                    "null is no value", field=f"{key}.{name}", cure=f"to remove it, send {NULL!r}"
                )
            made.update(self.member(key, name, value))
        return made

    def member(self, key: str, name: str, value: Any) -> dict[str, Any]:
        """A member beside the value: one of the plain ones, or a sub-attribute."""
        field = f"{key}.{name}"
        if name == "@context":
            raise BadRequestData(
                "a @context inside of an attribute", field=field, cure="put it into the document"
            )
        if name == "datasetId":
            if value == "@none":  # the default instance, as if nothing were said (clause 4.5.5.1)
                return {}
            if value == NULL:
                raise BadRequestData("a datasetId stays", field=field, value=value, cure="leave it out")
            return {name: checks.uri(value, field)}
        if self._nulls and value == NULL and name in PLAIN:
            return {name: NULL}
        if name == "observedAt":
            return {name: checks.time(value, field)}
        if name == "unitCode":
            if not isinstance(value, str) or not value:
                raise BadRequestData(
                    "not a unit code", field=field, value=value, cure="UN/CEFACT Rec. 20, for example CEL"
                )
            return {name: value}
        if name == "objectType":
            found = self.types(value)
            return {name: found if isinstance(value, list) else found[0]}
        iri = self.attribute_name(name)
        instances = self.instances(name, value)
        _once(iri, instances)
        return {iri: instances}

    def _value(self, key: str, kind: str, value: Any) -> Any:
        """What the value's member may hold, expanded where it names things."""
        if value is None and kind != "JsonProperty":
            raise BadRequestData("null is no value", field=key, cure=f"to remove it, send {NULL!r}")
        if value == NULL or (kind == "LanguageProperty" and value == NULL_WORDS):
            if not self._nulls:
                raise BadRequestData(
                    "there is nothing to remove yet", field=key, value=NULL, cure="leave it out"
                )
            return NULL
        if kind == "Relationship":
            return (
                [checks.uri(one, key) for one in value]
                if isinstance(value, list) and value
                else checks.uri(value, key)
            )
        if kind == "GeoProperty":
            return checks.geometry(value, key)
        if kind == "LanguageProperty":
            if not self._merging and isinstance(value, Mapping) and NULL in value.values():
                raise _null_inside(key)
            return _languages(key, value)
        if kind == "VocabProperty":
            given = value if isinstance(value, list) and value else [value]
            if not all(isinstance(one, str) and one for one in given):
                raise BadRequestData(
                    "not a name", field=f"{key}.vocab", value=value, cure="a string, or several"
                )
            found = [self.terms.expand(one) for one in given]
            return found if isinstance(value, list) else found[0]
        if kind == "ListProperty" and not isinstance(value, list):
            raise BadRequestData("not a list", field=f"{key}.valueList", value=value, cure="an array")
        if kind == "ListRelationship":
            if not isinstance(value, list):
                raise BadRequestData("not a list", field=f"{key}.objectList", value=value, cure="an array")
            return [checks.uri(one.get("object") if isinstance(one, dict) else one, key) for one in value]
        if kind == "Property" and not self._merging and _holds_null(value):
            raise _null_inside(key)
        return value

    def _datasets(self, key: str, given: Any) -> list[Attribute]:
        if not isinstance(given, dict) or not given:
            raise BadRequestData("no datasets in it", field=key, value=given, cure="an object by datasetId")
        made = []
        for dataset, value in given.items():
            one = self.instance(key, value)
            made.append(
                one if dataset == "@none" else {**one, "datasetId": checks.uri(dataset, f"{key}.dataset")}
            )
        return made


def _is_instance(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return value.get("type") in VALUE_OF or bool((MEMBERS | {"datasetId"}) & value.keys())


def _may_be_kind(value: Mapping[str, Any]) -> bool:
    """An object whose only member is its type says no more than a kind."""
    return value.keys() <= {"type", "@type"}


def _languages(key: str, value: Any) -> dict[str, Any]:
    fine = (
        isinstance(value, dict)
        and value
        and all(
            lang
            and (
                isinstance(words, str) or (isinstance(words, list) and all(isinstance(w, str) for w in words))
            )
            for lang, words in value.items()
        )
    )
    if not fine:
        raise BadRequestData(
            "not a language map", field=f"{key}.languageMap", value=value, cure='{"en": "...", "no": "..."}'
        )
    return dict(value)


def _holds_null(value: Any) -> bool:
    """Whether a member of an object, at any depth, is the null of clause 4.5.0."""
    if isinstance(value, dict):
        return any(one == NULL or _holds_null(one) for one in value.values())
    return isinstance(value, list) and any(_holds_null(one) for one in value)


def _null_inside(key: str) -> BadRequestData:
    return BadRequestData(
        "null inside of a value, which merging alone takes out",
        field=key,
        value=NULL,
        cure="leave the member out, or merge the entity",
    )


def _once(iri: str, instances: list[Attribute]) -> None:
    """No two instances of one dataset (clause 4.5.5)."""
    if len(instances) > 1:
        seen = [one.get("datasetId") for one in instances]
        if len(set(seen)) < len(seen):
            raise BadRequestData(
                "two instances of one dataset",
                field=iri,
                value=next(d for d in seen if seen.count(d) > 1),
                cure="a datasetId each; one may have none",
            )


def _is_geometry(value: Any) -> bool:
    """Whether a bare value means to be GeoJSON, a collection too: that is refused, not kept as an object."""
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        return False
    return value["type"] in GEOMETRIES and ("coordinates" in value or "geometries" in value)
