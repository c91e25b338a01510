"""What a path of clause 4.9 leads to in an entity: the target values that a condition looks at.

An entity here is expanded and normalised: ``{"id", "type": [IRI], "scope": [...], "<IRI>": [instance, ...],
"createdAt", "modifiedAt"}``; an instance ``{"type", "value"|"object"|..., "datasetId"?, ..., "<IRI>":
[...]}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from tocsin.ngsi.query.names import MOMENTS, PLAIN, Expand
from tocsin.ngsi.query.tree import Path

Entity = Mapping[str, Any]


class Shape(Enum):
    """How a target takes part in comparisons."""

    #: one value; a list is one value too, which ``==`` looks into and no order applies to
    VALUE = 1
    #: the texts of a LanguageProperty: a condition holds for any of them, a negated one for all
    ANY = 2
    #: URIs of a Relationship: only ``==`` and ``!=`` apply
    LINK = 3


class Target(NamedTuple):
    shape: Shape
    value: Any


#: the member that holds an attribute's value, by its type (clause 4.5.1)
VALUE_MEMBER = {
    "Property": "value",
    "GeoProperty": "value",
    "Relationship": "object",
    "LanguageProperty": "languageMap",
    "VocabProperty": "vocab",
    "JsonProperty": "json",
    "ListProperty": "valueList",
    "ListRelationship": "objectList",
}
_LINKS = ("Relationship", "ListRelationship")
_ABSENT: Any = object()

Targets = Callable[[Entity], Iterator[Target]]


def targets_of(path: Path, expand: Expand, raw_members: bool = False) -> Targets:
    """The reader of ``path``: gives one target for each instance that has it, none where nothing has.

    ``raw_members``: the names in brackets are not tried expanded (``jsonKeys``).
    """
    *through, last = [_step(name, expand) for name in path.names]
    trail = tuple((m,) if raw_members or m == "*" else _spellings(m, expand) for m in path.trail)

    def direct(entity: Entity) -> Iterator[Target]:
        for instance in _instances(entity, last):
            target = _target(instance, ())
            if target is not None:
                yield target

    def targets(entity: Entity) -> Iterator[Target]:
        holders: list[Entity] = [entity]
        for step in through:
            holders = [inner for holder in holders for inner in _instances(holder, step)]
        for holder in holders:
            if last in MOMENTS or last in PLAIN:
                if not trail and last in holder:
                    yield Target(Shape.VALUE, holder[last])
                continue
            for instance in _instances(holder, last):
                target = _target(instance, trail)
                if target is not None:
                    yield target

    simple = not through and not trail and last not in MOMENTS and last not in PLAIN
    return direct if simple else targets


def attribute_of(path: Path, expand: Expand) -> str | None:
    """The IRI of the attribute that a matching entity must have; None for a member of the entity itself."""
    step = _step(path.names[0], expand)
    return None if step in MOMENTS or step in PLAIN else step


def scalars_of(instance: Entity) -> list[Any]:
    """What an index keeps of an attribute's instance, for ``Hints.comparisons``: its value, the elements of
    a list, the texts of all languages, the URIs of objects; of a JSON object nothing.
    """
    target = _target(instance, ())
    if target is None:
        return []
    values = target.value if type(target.value) is list else [target.value]
    return [value for value in values if type(value) in (str, int, float, bool)]


def _step(name: str, expand: Expand) -> str:
    return name if name in MOMENTS or name in PLAIN else expand(name)


def _spellings(member: str, expand: Expand) -> tuple[str, ...]:
    long = expand(member)
    return (member,) if long == member else (member, long)


def _instances(holder: Entity, name: str) -> list[Entity]:
    found = holder.get(name)
    return found if type(found) is list else []


def _target(instance: Entity, trail: tuple[tuple[str, ...], ...]) -> Target | None:
    kind = instance.get("type", "Property")
    value = instance.get(VALUE_MEMBER.get(kind, "value"), _ABSENT)
    if value is _ABSENT:
        return None
    if kind == "LanguageProperty":
        return _language(value, trail)
    for spellings in trail:
        value = _member(value, spellings)
        if value is _ABSENT:
            return None
    if kind in _LINKS and type(value) is list:
        value = [v.get("object") if isinstance(v, Mapping) else v for v in value]
    elif type(value) is dict and "@value" in value:
        value = value["@value"]
    elif type(value) is list and any(type(v) is dict and "@value" in v for v in value):
        value = [v["@value"] if type(v) is dict and "@value" in v else v for v in value]
    return Target(Shape.LINK if kind in _LINKS else Shape.VALUE, value)


def _language(value: Any, trail: tuple[tuple[str, ...], ...]) -> Target | None:
    if not isinstance(value, Mapping):
        return None
    if not trail or trail[0] == ("*",):
        chosen = list(value.values())
    else:
        tag = trail[0][0].lower()  # language tags have no case (RFC 5646, 2.1.1)
        chosen = [texts for key, texts in value.items() if key.lower() == tag]
    if len(trail) > 1 or not chosen:
        return None
    return Target(Shape.ANY, [t for texts in chosen for t in (texts if type(texts) is list else [texts])])


def _member(value: Any, spellings: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        for name in spellings:
            if name in value:
                return value[name]
    return _ABSENT
