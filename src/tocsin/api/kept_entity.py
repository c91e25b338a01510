"""A kept result as an NGSI-LD entity (normalised form, core context)."""

from __future__ import annotations

from typing import Any

from tocsin.kernel.clock import iso
from tocsin.lake.analysis.records import Analysed
from tocsin.lake.kept.records import Kept
from tocsin.lake.kept.service import TYPES


def entity_of(kept: Kept, result: Analysed) -> dict[str, Any]:
    """``advice``, ``learned``: nothing here is a measurement. Tables are Properties whose value is an object
    of columns; figures of their own are Properties, so that the lake holds them as numbers."""
    made: dict[str, Any] = {"id": kept.entity, "type": TYPES[result.kind], "name": _property(kept.name)}
    for name, one in zip(("ofEntity", "withEntity"), result.series, strict=False):
        made[name] = {"type": "Relationship", "object": one.entity}
    for name, one in zip(("ofAttribute", "withAttribute"), result.series, strict=False):
        made[name] = _property(one.attribute)
    first = result.series[0]
    told = first.told
    made |= {
        "advice": _property(result.learned),
        "learned": _property(result.learned),
        "method": _property(told.method),
        "methodVersion": _property(told.version),
        "rows": _property(told.rows),
        "stepSeconds": _property(result.step_s),
    }
    if told.coverage is not None:
        made["coverage"] = _property(told.coverage)
    if told.start is not None and told.end is not None:
        made["dataStart"], made["dataEnd"] = _time(iso(told.start)), _time(iso(told.end))
    if result.notes:
        made["notes"] = _property([note.code for note in result.notes])
    return made | _own(result, first.unit)


def _own(result: Analysed, unit: str | None) -> dict[str, Any]:
    if result.forecast is not None:
        tested = result.forecast.tested
        curves = {name: column for name, column in result.columns.items() if name != "until"}
        figures = {
            "next": result.columns["p50"][0],
            "betterBy": tested.better_by,
            "mase": tested.model.mase,
            "held80": tested.model.coverage.get("0.8"),
        }
        made = {"forecast": _property(curves, unit), "validTo": _time(result.columns["until"][-1])}
        return made | {name: _property(value) for name, value in figures.items() if value is not None}
    if result.relation is not None:
        said = result.relation
        figures = {
            "lagSeconds": said.lag_s,
            "spearman": said.spearman,
            "independentPairs": said.free,
            "byChance": said.by_chance,
            "lift": said.lift,
        }
        return {name: _property(value) for name, value in figures.items() if value is not None}
    return {"table": _property(result.columns, unit)}


def _property(value: Any, unit: str | None = None) -> dict[str, Any]:
    made = {"type": "Property", "value": value}
    return made | {"unitCode": unit} if unit else made


def _time(value: str) -> dict[str, Any]:
    return _property({"@type": "DateTime", "@value": value})
