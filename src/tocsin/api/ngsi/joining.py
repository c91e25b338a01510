"""``join``, ``joinLevel`` and ``containedBy`` of retrievals and queries (clauses 4.5.23, 6.3.20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.negotiation import Media
from tocsin.ngsi.linked import Join, inlined, linked, read
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.model.write import Shape, show
from tocsin.ngsi.problems import BadRequestData


def join_of(given: Mapping[str, Any], media: Media) -> Join | None:
    """Raises ``BadRequestData``, ``TooComplexQuery``."""
    join = read(given)
    if join is not None and media == "geo":
        raise BadRequestData(
            "a Feature has no entities beside it", field="join", cure="ask for JSON or JSON-LD"
        )
    return join


async def documents(call: Call, entities: Sequence[Entity], shape: Shape, join: Join | None) -> list[Any]:
    """Of entities and those that they lead to: within them, or behind them, each once."""
    if join is None:
        return [show(one, shape) for one in entities]
    others = await linked(entities, join, call.broker.reader.get)
    if join.how == "inline":
        every = {**others, **{one["id"]: one for one in entities}}
        return [inlined(one, every, join, shape) for one in entities]
    plain = Shape(shape.terms, format=shape.format, sys_attrs=shape.sys_attrs, lang=shape.lang)
    return [*(show(one, shape) for one in entities), *(show(one, plain) for one in others.values())]
