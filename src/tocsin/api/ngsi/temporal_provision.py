"""``/temporal/entities`` written: history appended and taken out (clauses 5.6.11 to 5.6.16, 6.18 to 6.22)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from tocsin.api.commands.unit import tell
from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.temporal import history_of
from tocsin.kernel.errors import Unavailable
from tocsin.lake.rows import attribute_of
from tocsin.lake.temporal.records import DropAsked, Instance, Window
from tocsin.ngsi.model import change, checks
from tocsin.ngsi.model.kinds import ENTITY_PLAIN, Attribute, Entity
from tocsin.ngsi.model.read import Reader
from tocsin.ngsi.problems import BadRequestData, ResourceNotFound
from tocsin.ngsi.store.writer import Desk
from tocsin.ngsi.temporal.append import append, told_past
from tocsin.ngsi.temporal.build import INSTANCE, entities, iri_of_row, observation_of
from tocsin.ngsi.temporal.evolution import named

BASE = "/ngsi-ld/v1/temporal/entities/"
#: instances of one request
_MOST = 10_000


async def create_temporal(call: Call) -> Response:
    """Clause 5.6.11: 201 for an entity without a history, 204 where there was one."""
    document, terms = await call.document(filled=True)
    given = Reader(terms, temporal=True).entity(document)
    _bounded(given)
    there = await call.broker.reader.get(given["id"]) is not None or await _has_history(call, given["id"])
    await call.broker.writer.apply([given["id"]], lambda desk: append(desk, given))
    if there:
        return Response(status_code=204)
    return Response(status_code=201, headers={"location": BASE + quote(given["id"], safe=":")})


async def append_temporal(call: Call) -> Response:
    """Clause 5.6.12."""
    document, terms = await call.document(filled=True)
    given = Reader(terms, temporal=True).entity(document, whole=False)
    entity = checks.uri(call.parts[0], "id")
    if given.get("id", entity) != entity:
        raise BadRequestData("not the id of the path", field="id", value=given["id"], cure="leave it out")
    _bounded(given)
    now = await call.broker.reader.get(entity)
    if now is None:
        now = (await _rows(call, entity, None))[0]
    whole = {**given, "id": entity, "type": given.get("type", now["type"])}
    await call.broker.writer.apply([entity], lambda desk: append(desk, whole))
    return Response(status_code=204)


async def delete_temporal(call: Call) -> Response:
    """Clause 5.6.16."""
    entity = checks.uri(call.parts[0], "id")
    history = history_of(call)
    await history.drop(DropAsked(entity, upto=await history.upto()))
    return await _taken_out(call, entity)


async def delete_temporal_attribute(call: Call) -> Response:
    """Clause 5.6.13: one dataset, the default one, or (``deleteAll``) every one."""
    terms = await call.terms()
    entity = checks.uri(call.parts[0], "id")
    iri = terms.expand(checks.name(call.parts[1], "attrId"))
    every, dataset = call.flag("deleteAll"), call.params.get("datasetId")
    if dataset is not None and dataset != "@none":
        checks.uri(dataset, "datasetId")
    _, rows = await _rows(call, entity, iri)
    history = history_of(call)
    asked = DropAsked(
        entity,
        sorted({attribute_of(row.attribute) for row in rows}),
        None if every else "" if dataset in (None, "@none") else dataset,
        upto=await history.upto(),
    )
    await history.drop(asked)
    return await _taken_out(call, f"{entity} {iri}")


async def update_instance(call: Call) -> Response:
    """Clause 5.6.14. The changed one is told first, then the old one goes: nothing is lost in between."""
    document, terms = await call.document()
    entity = checks.uri(call.parts[0], "id")
    reader = Reader(terms)
    iri = reader.attribute_name(call.parts[1])
    given = _fragment(document, call.parts[1])
    old, rows = await _rows(call, entity, iri, checks.uri(call.parts[2], "instanceId"))
    before = old[iri][-1]
    stays = {name: held for name, held in before.items() if name not in ("instanceId", "deletedAt")}
    fitted = reader.fitted(call.parts[1], reader.fragment(call.parts[1], given), [stays])
    if fitted.get("type", stays["type"]) != stays["type"]:
        raise BadRequestData(
            "an instance stays of its kind",
            field="type",
            value=fitted["type"],
            cure=f"it is a {stays['type']}",
        )
    if "datasetId" in fitted and fitted["datasetId"] != stays.get("datasetId"):
        raise BadRequestData(
            "an instance stays of its dataset",
            field="datasetId",
            value=fitted["datasetId"],
            cure="leave it out",
        )
    took, _ = observation_of(call.parts[2])

    def work(desk: Desk) -> None:
        after: Attribute = {**stays, **fitted}
        desk.tell(told_past(desk, old, {iri: [after]}, took=took))

    await call.broker.writer.apply([entity], work)
    history = history_of(call)
    upto = await history.upto()
    for observation in {row.observation for row in rows}:
        await history.drop(
            DropAsked(entity, observation=observation, and_after=False, series=_series(rows), upto=upto)
        )
    return Response(status_code=204)


async def delete_instance(call: Call) -> Response:
    """Clause 5.6.15."""
    terms = await call.terms()
    entity = checks.uri(call.parts[0], "id")
    iri = terms.expand(checks.name(call.parts[1], "attrId"))
    _, rows = await _rows(call, entity, iri, checks.uri(call.parts[2], "instanceId"))
    history = history_of(call)
    observation, _ = observation_of(call.parts[2])
    upto = await history.upto()
    await history.drop(DropAsked(entity, observation=observation, series=_series(rows), upto=upto))
    return await _taken_out(call, f"{entity} {call.parts[2].removeprefix(INSTANCE)}")


async def _rows(
    call: Call, entity: str, iri: str | None, instance: str | None = None
) -> tuple[Entity, list[Instance]]:
    """The entity as these rows tell it, and the rows. Raises ``ResourceNotFound`` where there is none."""
    history = history_of(call)
    window = Window(ids=[entity], names=named({iri}) if iri else None, upto=await history.upto())
    if instance is not None:
        window = msgspec.structs.replace(window, observation=observation_of(instance)[0])
    # series are called alike from the first row on: where there are more, the oldest name them
    rows = [
        row
        for row in (await history.instances(window)).rows
        if (iri is None or iri_of_row(row.attribute, row.detail) == iri)
        and (instance is None or _is(row, instance))
    ]
    if not rows:
        field, value = ("instanceId", instance) if instance else ("attrId", iri) if iri else ("id", entity)
        raise ResourceNotFound("there is no history of it", field=field, value=value)
    return entities(rows)[entity], rows


def _is(row: Instance, instance: str) -> bool:
    (held,) = (held for iri, held in entities([row])[row.entity].items() if iri not in ENTITY_PLAIN)
    return bool(held[0]["instanceId"] == instance)


def _series(rows: list[Instance]) -> list[str]:
    return sorted({row.attribute for row in rows})


def _fragment(document: dict[str, Any], name: str) -> Any:
    """An attribute fragment as it is, or in an entity fragment under its name."""
    given = document.get(name)
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    return given if isinstance(given, dict) else document


def _bounded(given: Entity) -> None:
    count = sum(len(instances) for _, instances in change.attributes(given))
    if count > _MOST:
        raise BadRequestData(
            f"{count} instances at once", field="body", cure=f"at most {_MOST}; send several"
        )


async def _has_history(call: Call, entity: str) -> bool:
    """False also where the lake is away: writing goes on without it."""
    if call.broker.evolution is None:
        return False
    try:
        return await call.broker.evolution.known(entity, 0)
    except Unavailable:
        return False


async def _taken_out(call: Call, what: str) -> Response:
    await tell(call.services, call.caller, "history.delete", kind="entity", object_id=what)
    return Response(status_code=204)
