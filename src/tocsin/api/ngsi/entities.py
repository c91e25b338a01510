"""``/entities/{id}`` and below: provision of one entity, and its retrieval (clauses 6.5 to 6.7)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from tocsin.api.commands.unit import tell
from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.joining import collected, documents, join_of
from tocsin.api.ngsi.negotiation import answer_media
from tocsin.api.ngsi.shaping import FORMATS, format_of, place_of, shape_of
from tocsin.ngsi.jsonld import Terms
from tocsin.ngsi.model import change, checks
from tocsin.ngsi.model.coerce import coerced
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.model.read import Reader
from tocsin.ngsi.problems import AlreadyExists, BadRequestData, ResourceNotFound
from tocsin.ngsi.query.selection import Alternatives, read_types
from tocsin.ngsi.store.writer import Desk

BASE = "/ngsi-ld/v1/entities/"


async def create_entity(call: Call) -> Response:
    """Clause 5.6.1."""
    document, terms = await call.document(filled=True)
    given = Reader(terms, simplified=_simplified(call)).entity(document)

    def work(desk: Desk) -> None:
        create(desk, given)

    await call.broker.writer.apply([given["id"]], work)
    return Response(status_code=201, headers={"location": BASE + quote(given["id"], safe=":")})


async def retrieve_entity(call: Call) -> Response:
    """Clause 5.7.1."""
    media = answer_media(call.request.headers, geo=True)
    terms = await call.terms()
    shape = shape_of(call, terms)
    join = join_of(call.params, shape)
    place = place_of(call, media, terms)
    entity = await call.broker.reader.get(checks.uri(call.parts[0], "id"))
    types = _types(call, terms)
    if entity is None or (types is not None and not any(one.issubset(entity["type"]) for one in types)):
        raise missing(call.parts[0])
    if shape.attrs is not None and not shape.attrs & entity.keys():
        raise ResourceNotFound(
            "the entity has none of these attributes", field="attrs", value=call.params["attrs"]
        )
    shown = await documents(call, [entity], shape, join, place)
    if not shown[0]:
        raise ResourceNotFound("nothing of it is left to show", field="pick", cure="pick more, or omit less")
    if join is None or join.how != "flat":
        return await call.answer(shown[0], media=media)
    return await call.answer(collected(shown, place), media=media)


async def delete_entity(call: Call) -> Response:
    """Clause 5.6.6."""
    entity = checks.uri(call.parts[0], "id")
    types = _types(call, await call.terms()) if "type" in call.params else None

    def work(desk: Desk) -> None:
        there(desk, entity, types)
        desk.drop(entity)

    await call.broker.writer.apply([entity], work)
    await tell(call.services, call.caller, "entity.delete", kind="entity", object_id=entity)
    return Response(status_code=204)


async def merge_entity(call: Call) -> Response:
    """Clause 5.6.17."""
    document, terms = await call.document(filled=True)
    given = Reader(terms, simplified=_simplified(call), merging=True).entity(document, whole=False)
    observed = call.params.get("observedAt")
    observed_at = checks.time(observed, "observedAt") if observed is not None else None
    lang = call.params.get("lang")

    def work(desk: Desk, old: Entity) -> None:
        fitting = coerced(old, given, lang) if _simplified(call) or lang else given
        desk.put(change.merged(old, fitting, desk.now, observed_at=observed_at))

    return await _changed(call, terms, given, work)


async def replace_entity(call: Call) -> Response:
    """Clause 5.6.18."""
    document, terms = await call.document(filled=True)
    given = Reader(terms, simplified=_simplified(call)).entity(document, whole=False)
    return await _changed(
        call, terms, given, lambda desk, old: desk.put(change.replaced(old, given, desk.now))
    )


async def append_attributes(call: Call) -> Response:
    """Clause 5.6.3."""
    options = call.options((*FORMATS, "noOverwrite"))
    document, terms = await call.document(filled=True)
    given = Reader(terms, simplified=format_of(call, options) == "simplified").entity(document, whole=False)
    result: dict[str, Any] = {}

    def work(desk: Desk, old: Entity) -> None:
        made, updated, refused = change.appended(old, given, desk.now, overwrite="noOverwrite" not in options)
        desk.put(made)
        result.update(_told(updated, refused))

    return await _changed(call, terms, given, work, result)


async def update_attributes(call: Call) -> Response:
    """Clause 5.6.2."""
    document, terms = await call.document(filled=True)
    given = Reader(terms, simplified=_simplified(call), nulls=True).entity(document, whole=False)
    result: dict[str, Any] = {}

    def work(desk: Desk, old: Entity) -> None:
        made, updated, refused = change.updated(old, given, desk.now)
        desk.put(made)
        result.update(_told(updated, refused))

    return await _changed(call, terms, given, work, result)


async def update_attribute(call: Call) -> Response:
    """Clause 5.6.4."""
    given, terms = await _attribute_body(call)
    reader = Reader(terms, nulls=True)
    iri = _attribute_name(call, reader)
    fragment = reader.fragment(call.parts[1], given)

    def work(desk: Desk, old: Entity) -> None:
        dataset = fragment.get("datasetId")
        desk.put(
            change.partly_updated(
                old, iri, reader.fitted(call.parts[1], fragment, old.get(iri, [])), desk.now, dataset
            )
        )

    return await _changed(call, terms, {}, work)


async def replace_attribute(call: Call) -> Response:
    """Clause 5.6.19."""
    given, terms = await _attribute_body(call)
    reader = Reader(terms)
    iri = _attribute_name(call, reader)
    instances = reader.instances(call.parts[1], given)
    if len(instances) != 1:
        raise BadRequestData("more than one instance", field="body", cure="one at a time")

    def work(desk: Desk, old: Entity) -> None:
        desk.put(change.attribute_replaced(old, iri, instances[0], desk.now))

    return await _changed(call, terms, {}, work)


async def delete_attribute(call: Call) -> Response:
    """Clause 5.6.5."""
    terms = await call.terms()
    name = checks.name(call.parts[1], "attrId")
    iri = terms.expand(name)
    every, dataset = call.flag("deleteAll"), call.params.get("datasetId")
    if dataset is not None:
        checks.uri(dataset, "datasetId")

    def work(desk: Desk, old: Entity) -> None:
        if name == "scope" and "scope" in old:
            desk.put({k: v for k, v in {**old, "modifiedAt": desk.now}.items() if k != "scope"})
            return
        desk.put(change.without(old, iri, desk.now, dataset, every=every))

    return await _changed(call, terms, {}, work)


def create(desk: Desk, given: Entity) -> None:
    """Raises ``AlreadyExists``."""
    if desk.get(given["id"]) is not None:
        raise AlreadyExists(
            "an entity of this id exists",
            field="id",
            value=given["id"],
            cure="update it, or choose another id",
        )
    desk.put(change.created(given, desk.now))


def there(desk: Desk, entity: str, types: Alternatives | None = None) -> Entity:
    """The entity, which must be of ``types`` if such are given. Raises ``ResourceNotFound``."""
    found = desk.get(entity)
    if found is None or (types is not None and not any(one.issubset(found["type"]) for one in types)):
        raise missing(entity)
    return found


def missing(entity: str) -> ResourceNotFound:
    return ResourceNotFound("there is no such entity", field="id", value=entity)


async def _changed(
    call: Call, terms: Terms, given: Entity, work: Any, result: dict[str, Any] | None = None
) -> Response:
    """Change the entity of the path; 207 with what was left undone where something was (clause 5.2.18)."""
    entity = checks.uri(call.parts[0], "id")
    if given.get("id", entity) != entity:
        raise BadRequestData(
            "the id of the body is another", field="id", value=given["id"], cure="leave it out"
        )

    types = _types(call, terms)

    def whole(desk: Desk) -> None:
        work(desk, there(desk, entity, types))

    await call.broker.writer.apply([entity], whole)
    if result and result["notUpdated"]:
        return call.told(result, 207)
    return Response(status_code=204)


async def _attribute_body(call: Call) -> tuple[Any, Any]:
    """An attribute alone, which in the concise form may be a bare value."""
    given, media = await call.body()
    if isinstance(given, dict):
        terms = await call.context_of(given, media)
        if not given:
            raise BadRequestData("nothing of an attribute", field="body", cure="say what changes")
        return given, terms
    if media == "ld":
        raise BadRequestData("the @context is missing", field="@context", cure="send an object with it")
    return given, await call.terms()


def _simplified(call: Call) -> bool:
    return format_of(call, call.options(tuple(FORMATS))) == "simplified"


def _types(call: Call, terms: Terms) -> Alternatives | None:
    """What the entity must be of, by the parameter ``type`` (clause 4.17); None: of any type."""
    given = call.params.get("type")
    return None if given is None else read_types(given, terms.expand)


def _attribute_name(call: Call, reader: Reader) -> str:
    """The IRI of the attribute that the path names (clauses 5.6.4, 5.6.19). Raises ``BadRequestData``."""
    name = call.parts[1]
    if name == "scope":
        raise BadRequestData(
            "the scope is no attribute",
            field="attrId",
            value=name,
            cure="PATCH the entity's attrs, or delete it",
        )
    return reader.attribute_name(name)


def _told(updated: list[str], refused: change.Refused) -> dict[str, Any]:
    """An UpdateResult, which names attributes by their IRIs (clauses 5.2.18, 5.2.19)."""
    return {
        "updated": updated,
        "notUpdated": [{"attributeName": iri, "reason": reason} for iri, reason in refused],
    }
