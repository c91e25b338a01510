"""``join``, ``joinLevel`` and ``containedBy`` of retrievals and queries (clauses 4.5.23, 6.3.20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.negotiation import Media
from tocsin.ngsi.linked import Join, inlined, linked, read
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.model.write import Projection, Shape, show
from tocsin.ngsi.problems import BadRequestData


def join_of(given: Mapping[str, Any], media: Media, shape: Shape) -> Join | None:
    """Raises ``BadRequestData``, also where ``shape`` reaches further; ``TooComplexQuery``."""
    join = read(given)
    deep = Projection(linked=shape.linked).levels
    if deep > (join.levels if join is not None else 0):
        raise BadRequestData(
            f"a projection follows {deep} relationships, {join.levels if join else 0} are joined",
            field="pick",
            cure=f"join=inline (or flat) and joinLevel={deep}",
        )
    if join is not None and media == "geo":
        raise BadRequestData(
            "a Feature has no entities beside it", field="join", cure="ask for JSON or JSON-LD"
        )
    return join


async def documents(call: Call, entities: Sequence[Entity], shape: Shape, join: Join | None) -> list[Any]:
    """Of entities and those that they lead to: within them, or behind them, each once."""
    if join is None:
        return [show(one, shape) for one in entities]
    others, views = await linked(entities, join, call.broker.reader.get, shape)
    if join.how == "inline":
        every = {**others, **{one["id"]: one for one in entities}}
        return [inlined(one, every, join, shape) for one in entities]
    beside = (show(one, shape.of(views[name])) for name, one in others.items())
    return [*(show(one, shape) for one in entities), *beside]
