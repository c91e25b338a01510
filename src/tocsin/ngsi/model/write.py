"""From the expanded entity to what is shown (clauses 4.5.1-4.5.24, 4.5.16 GeoJSON, 4.21 projection)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.model.kinds import ENTITY_PLAIN, FORMER, PLAIN, VALUE_OF, Attribute, Entity

Format = Literal["normalized", "concise", "simplified"]
_SYSTEM = frozenset(("createdAt", "modifiedAt"))
#: kinds and members that no context names: they are shown as they are kept
_AS_STORED = frozenset(("Property", "GeoProperty", "Relationship", "JsonProperty", "ListProperty"))
_WRITTEN = frozenset(
    ("type", "value", "object", "json", "valueList", "observedAt", "unitCode", "datasetId", *_SYSTEM)
)


@dataclass(frozen=True, slots=True)
class Projection:
    """Which members are shown: ``id``, ``type``, ``scope`` and attribute IRIs; ``pick`` None: all of them.
    ``linked``: by the IRI of a relationship, of the entities that it leads to (clause 4.21).
    """

    pick: frozenset[str] | None = None
    omit: frozenset[str] = frozenset()
    linked: Mapping[str, Projection] = field(default_factory=dict, hash=False)

    def shows(self, name: str) -> bool:
        return name not in self.omit and (self.pick is None or name in self.pick)

    @property
    def levels(self) -> int:
        """How many relationships it follows."""
        return 1 + max(inner.levels for inner in self.linked.values()) if self.linked else 0


WHOLE = Projection()


@dataclass(frozen=True, slots=True)
class Shape:
    """How an entity is shown. ``pick``, ``omit``, ``linked``: as in ``Projection``."""

    terms: Terms
    format: Format = "normalized"
    sys_attrs: bool = False
    #: languages as of Accept-Language, best first; empty: the whole map
    lang: tuple[str, ...] = ()
    #: with ``dataset`` None: all; else those instances (``@none``: the default one)
    datasets: frozenset[str] | None = None
    attrs: frozenset[str] | None = None
    pick: frozenset[str] | None = None
    omit: frozenset[str] = frozenset()
    linked: Mapping[str, Projection] = field(default_factory=dict, hash=False)

    def along(self, iri: str) -> Shape:
        """Of what a relationship leads to: what is asked for of the entity itself is not asked for of it."""
        return self.of(self.linked.get(iri, WHOLE))

    def of(self, projection: Projection) -> Shape:
        return replace(
            self,
            attrs=None,
            datasets=None,
            pick=projection.pick,
            omit=projection.omit,
            linked=projection.linked,
        )

    def shows(self, name: str) -> bool:
        """A member ``id``, ``type``, ``scope`` or an attribute's IRI."""
        if name in self.omit or (self.pick is not None and name not in self.pick):
            return False
        return self.attrs is None or name in self.attrs or name in ENTITY_PLAIN


def show(entity: Entity, shape: Shape) -> dict[str, Any]:
    """The entity as a JSON document without ``@context``."""
    out: dict[str, Any] = {}
    compact = shape.terms.compact
    if shape.shows("id"):
        out["id"] = entity["id"]
    if shape.shows("type"):
        types = entity["type"]
        out["type"] = compact(types[0]) if len(types) == 1 else [compact(one) for one in types]
    if "scope" in entity and shape.shows("scope"):
        scopes = entity["scope"]
        out["scope"] = scopes[0] if len(scopes) == 1 else scopes
    if shape.sys_attrs:
        for name in ("createdAt", "modifiedAt"):
            if name in entity and shape.shows(name):
                out[name] = entity[name]
    narrowed = shape.pick is not None or shape.omit or shape.attrs is not None
    form = _FORMS[shape.format]
    for iri, instances in entity.items():
        if iri in ENTITY_PLAIN or (narrowed and not shape.shows(iri)):
            continue
        if shape.datasets is not None:
            instances = [one for one in instances if one.get("datasetId", "@none") in shape.datasets]
            if not instances:
                continue
        out[compact(iri)] = form(instances, shape)
    return out


def feature(
    shown: dict[str, Any], entity: Entity, geometry_property: str, dataset: str | None = None
) -> dict[str, Any]:
    """The document of an entity as a GeoJSON Feature (clause 4.5.16); ``geometry_property`` is an IRI."""
    shown = dict(shown)
    made: dict[str, Any] = {"id": shown.pop("id", entity["id"]), "type": "Feature"}
    held = entity.get(geometry_property, [])
    geometry = next(
        (one["value"] for one in held if one["type"] == "GeoProperty" and one.get("datasetId") == dataset),
        None,
    )
    made["geometry"] = geometry
    made["properties"] = shown
    return made


def _normalized(instances: list[Attribute], shape: Shape) -> Any:
    shown = [_one(one, shape, typed=True) for one in instances]
    return shown[0] if len(shown) == 1 else shown


def _concise(instances: list[Attribute], shape: Shape) -> Any:
    # of several, each is an object: an array of bare values would be one value
    return (
        _brief(instances[0], shape)
        if len(instances) == 1
        else [_one(one, shape, typed=False) for one in instances]
    )


def _simplified(instances: list[Attribute], shape: Shape) -> Any:
    if len(instances) == 1:
        return _simple(instances[0], shape)
    return {"dataset": {one.get("datasetId", "@none"): _simple(one, shape) for one in instances}}


def instance(given: Attribute, shape: Shape, *, typed: bool) -> dict[str, Any]:
    """One instance as an object, its kind told or (``typed`` False) to be seen by its members."""
    return _one(given, shape, typed=typed)


def simple(given: Attribute, shape: Shape) -> Any:
    """The value of one instance as the simplified representation has it."""
    return _simple(given, shape)


def _one(given: Attribute, shape: Shape, *, typed: bool) -> dict[str, Any]:
    kind = given["type"]
    if typed and kind in _AS_STORED and given.keys() <= _WRITTEN:
        return dict(given) if shape.sys_attrs else {k: v for k, v in given.items() if k not in _SYSTEM}
    member = VALUE_OF[kind]
    out: dict[str, Any] = {}
    value = _value(given, shape)
    if kind == "LanguageProperty" and shape.lang:
        words, lang = in_language(value, shape.lang)
        if typed:
            out["type"] = "Property"
        out["value"] = words
        out["lang"] = lang
    else:
        if typed:
            out["type"] = kind
            if kind == "ListRelationship" and isinstance(value, list):
                value = [{"object": one} for one in value]  # clause 4.5.22.2
        out[member] = value
    compact = shape.terms.compact
    for name, held in given.items():
        if name == "type" or name == member:
            continue
        if name in PLAIN or name in FORMER:
            if name == "objectType":
                out[name] = [compact(t) for t in held] if isinstance(held, list) else compact(held)
            elif shape.sys_attrs or name not in ("createdAt", "modifiedAt"):
                out[name] = held
        else:
            form = _normalized if typed else _concise
            out[compact(name)] = form(held, shape)
    return out


def _brief(given: Attribute, shape: Shape) -> Any:
    made = _one(given, shape, typed=False)
    if len(made) == 1 and "value" in made:
        value = made["value"]
        # a bare object, or an array of them, could be read back as an attribute or its instances
        objects = isinstance(value, Mapping) or (
            isinstance(value, list) and any(isinstance(one, Mapping) for one in value)
        )
        if not objects or given["type"] == "GeoProperty":
            return value
    return made


def _simple(given: Attribute, shape: Shape) -> Any:
    kind = given["type"]
    value = _value(given, shape)
    if kind == "LanguageProperty":
        return in_language(value, shape.lang)[0] if shape.lang else {"languageMap": value}
    if kind in ("VocabProperty", "JsonProperty", "ListProperty", "ListRelationship"):
        return {VALUE_OF[kind]: value}
    return value


def _value(given: Attribute, shape: Shape) -> Any:
    kind = given["type"]
    value = given[VALUE_OF[kind]]
    if kind == "VocabProperty":
        compact = shape.terms.compact
        return [compact(one) for one in value] if isinstance(value, list) else compact(value)
    return value


def in_language(given: Mapping[str, Any], wanted: tuple[str, ...]) -> tuple[Any, str]:
    """The words in the language that is liked best, and which that is (clause 4.5.18, RFC 4647 look-up)."""
    folded = {lang.lower(): lang for lang in given}
    for one in wanted:
        tag = one.lower()
        if tag == "*":
            break
        while tag:
            if tag in folded:
                return given[folded[tag]], folded[tag]
            for low, lang in folded.items():
                if low.startswith(tag + "-"):
                    return given[lang], lang
            tag = tag.rpartition("-")[0]
    for lang in ("@none", "en", *given):
        if lang in given:
            return given[lang], lang
    return "", "@none"


def languages(header: str) -> tuple[str, ...]:
    """Language tags of a ``lang`` parameter, best first (RFC 9110, section 12.5.4)."""
    ranked = []
    for place, part in enumerate(header.split(",")):
        tag, *rest = part.strip().split(";")
        weight = 1.0
        for one in rest:
            key, _, value = one.partition("=")
            if key.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        if tag.strip() and weight > 0:
            ranked.append((-weight, place, tag.strip()))
    return tuple(tag for _, _, tag in sorted(ranked))


_FORMS: Mapping[Format, Callable[[list[Attribute], Shape], Any]] = {
    "normalized": _normalized,
    "concise": _concise,
    "simplified": _simplified,
}
