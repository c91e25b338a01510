"""``join``, ``joinLevel`` and ``containedBy`` of retrievals and queries (clauses 4.5.23, 6.3.20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tocsin.api.ngsi.call import Call
from tocsin.ngsi.linked import Join, inlined, linked, read
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.model.write import Projection, Shape, feature, show
from tocsin.ngsi.problems import BadRequestData


def join_of(given: Mapping[str, Any], shape: Shape) -> Join | None:
    """Raises ``BadRequestData``, also where ``shape`` reaches further; ``TooComplexQuery``."""
    join = read(given)
    deep = Projection(linked=shape.linked).levels
    if deep > (join.levels if join is not None else 0):
        raise BadRequestData(
            f"a projection follows {deep} relationships, {join.levels if join else 0} are joined",
            field="pick",
            cure=f"join=inline (or flat) and joinLevel={deep}",
        )
    return join


async def documents(
    call: Call, entities: Sequence[Entity], shape: Shape, join: Join | None, place: str | None = None
) -> list[dict[str, Any]]:
    """Of entities and those that they lead to: within them, or behind them, each once. Features where
    ``place`` (IRI of their geometry) is given.
    """
    shown = [(one, show(one, shape)) for one in entities] if join is None or join.how == "flat" else []
    if join is not None:
        others, views = await linked(entities, join, call.broker.reader.get, shape)
        if join.how == "inline":
            every = {**others, **{one["id"]: one for one in entities}}
            shown = [(one, inlined(one, every, join, shape)) for one in entities]
        else:
            shown += [(one, show(one, shape.of(views[name]))) for name, one in others.items()]
    if place is None:
        return [document for _, document in shown]
    dataset = call.params.get("datasetId")
    return [feature(document, one, place, dataset) for one, document in shown]


def collected(shown: list[dict[str, Any]], place: str | None) -> Any:
    """Several documents as one answer: an array, or of Features a FeatureCollection (clause 5.2.30)."""
    return shown if place is None else {"type": "FeatureCollection", "features": shown}
