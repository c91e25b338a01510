"""Temporal representations: normalised and concise (4.5.7), simplified (4.5.9), aggregated (4.5.19)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from tocsin.lake.temporal.records import Aggregate
from tocsin.ngsi.model.kinds import ENTITY_PLAIN, VALUE_OF, Attribute, Entity
from tocsin.ngsi.model.write import Shape, instance, simple
from tocsin.ngsi.temporal.build import iri_of_row, number, types_of
from tocsin.ngsi.temporal.detail import unpacked
from tocsin.ngsi.temporal.params import told_time

Form = Literal["normalized", "concise", "temporalValues", "aggregatedValues"]
#: members of an instance that only its evolution has
_OWN = ("instanceId", "deletedAt")
_SEVERAL = {
    "Property": "values",
    "Relationship": "objects",
    "GeoProperty": "values",
    "LanguageProperty": "languageMaps",
    "VocabProperty": "vocabs",
    "JsonProperty": "jsons",
    "ListProperty": "valueLists",
    "ListRelationship": "objectLists",
}
#: their values stand for themselves, without the member that names them
_BARE = frozenset(("ListProperty", "ListRelationship"))


def evolution(
    entity: Entity, shape: Shape, form: Form, time: str, kinds: Mapping[str, str]
) -> dict[str, Any]:
    """A temporal entity (``build.entities``) as a JSON document; ``time``: the timeproperty; ``kinds``: those
    of attributes without instances.
    """
    out = _head(entity, shape)
    for iri, held in entity.items():
        if iri in ENTITY_PLAIN or not shape.shows(iri):
            continue
        shown = [one for one in held if _wanted(one, shape)]
        if held and not shown:
            continue
        name = shape.terms.compact(iri)
        if form == "temporalValues":
            out[name] = (
                _values(shown, shape, time) if shown else {"type": kinds[iri], _SEVERAL[kinds[iri]]: []}
            )
        else:
            out[name] = [_told(one, shape, typed=form == "normalized") for one in shown]
    return out


def aggregated(rows: Iterable[Aggregate], shape: Shape, methods: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Documents by entity id."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        dataset = row.attribute.partition("<")[2].removesuffix(">") or None
        iri = iri_of_row(row.attribute, row.detail)
        if not shape.shows(iri) or not _wanted({"datasetId": dataset} if dataset else {}, shape):
            continue
        entity = {"id": row.entity, "type": types_of(row.type, row.detail)}
        out = found.setdefault(row.entity, _head(entity, shape))
        kind = "Property"
        if row.detail and (whole := unpacked(row.detail)[1].instance):
            kind = whole["type"]
        name = shape.terms.compact(iri)
        series = {"type": kind, **({"datasetId": dataset} if dataset else {})}
        held = out.setdefault(name, [])
        made = next((one for one in held if one.get("datasetId") == dataset), None)
        if made is None:
            made = {**series, **{method: [] for method in methods}}
            held.append(made)
        start, end = told_time(row.start), told_time(row.end)
        for method in methods:
            value = _of(row, method)
            if value is not None:
                made[method].append([value, start, end])
    for out in found.values():
        for name, held in out.items():
            if isinstance(held, list) and name not in ("type", "scope") and len(held) == 1:
                out[name] = held[0]
    return found


def _of(row: Aggregate, method: str) -> Any:
    """None: the method says nothing of such values (4.5.19, table 4.5.19.1-1)."""
    if method == "totalCount":
        return row.count
    if method == "distinctCount":
        return row.distinct
    if method in ("min", "max"):
        numeric, words = (row.least, row.low) if method == "min" else (row.most, row.high)
        return number(numeric) if numeric is not None else words
    if method == "stddev":
        # of one value there is no deviation from it
        return None if not row.numbers else number(row.deviation) if row.deviation is not None else 0
    return number({"sum": row.total, "avg": row.mean, "sumsq": row.squares}[method])


def _head(entity: Entity, shape: Shape) -> dict[str, Any]:
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
    return out


def _wanted(one: Attribute, shape: Shape) -> bool:
    return shape.datasets is None or one.get("datasetId", "@none") in shape.datasets


def _told(one: Attribute, shape: Shape, *, typed: bool) -> dict[str, Any]:
    bare = {name: held for name, held in one.items() if name not in _OWN}
    gone = "deletedAt" in one
    out = instance(bare, _unspoken(shape) if gone else shape, typed=typed)
    for name in _OWN:
        if name in one:
            out[name] = one[name]
    return out


def _values(held: Sequence[Attribute], shape: Shape, time: str) -> Any:
    made: dict[str | None, dict[str, Any]] = {}
    for one in held:
        dataset = one.get("datasetId")
        spoken = one["type"] == "LanguageProperty" and bool(shape.lang) and "deletedAt" not in one
        kind = "Property" if spoken else one["type"]
        member = _SEVERAL[kind]
        series = made.setdefault(dataset, {"type": kind})
        if dataset is not None:
            series["datasetId"] = dataset
        at = one.get(time) or one.get("observedAt") or one.get("modifiedAt")
        value = simple(one, _unspoken(shape) if "deletedAt" in one else shape)
        if kind in _BARE:
            value = value[VALUE_OF[kind]]
        series.setdefault(member, []).append([value, at])
    shown = list(made.values())
    return shown[0] if len(shown) == 1 else shown


def _unspoken(shape: Shape) -> Shape:
    """Without a choice of language: a deletion has none."""
    return dataclasses.replace(shape, lang=()) if shape.lang else shape
