"""``/entityOperations``: many entities at once, each on its own (clauses 5.6.7-5.6.10, 5.6.20, 6.14-6.18)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.responses import Response

from tocsin.api.commands.unit import tell
from tocsin.api.ngsi.call import Call, json_read
from tocsin.api.ngsi.entities import create, there
from tocsin.api.ngsi.negotiation import body_media, linked_context
from tocsin.api.ngsi.shaping import FORMATS, format_of
from tocsin.kernel.errors import Invalid, TocsinError
from tocsin.ngsi.jsonld import Terms
from tocsin.ngsi.model import change, checks
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.model.several import Manner, listed, named, refusal
from tocsin.ngsi.problems import AlreadyExists, BadRequestData, Problem
from tocsin.ngsi.store.writer import Desk

_DECODE = msgspec.json.Decoder().decode


@dataclass(slots=True)
class _Result:
    """Of a BatchOperationResult (clause 5.2.16)."""

    success: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, entity: Any, error: Problem) -> None:
        self.errors.append(refusal(entity, error.document()))

    def answer(self, call: Call, status: int, listed: Sequence[str] | None) -> Response:
        if self.errors:
            return call.told({"success": self.success, "errors": self.errors}, 207)
        if listed is None:
            return Response(status_code=status)
        return call.told(listed, status)


async def batch_create(call: Call) -> Response:
    """Clause 5.6.7."""
    result = await _each(call, whole=True, work=create)
    return result.answer(call, 201, result.success)


async def batch_upsert(call: Call) -> Response:
    """Clause 5.6.8."""
    options = call.options((*FORMATS, "replace", "update"))
    result = _Result()

    def work(desk: Desk, given: Entity) -> None:
        old = desk.get(given["id"])
        if old is None:
            desk.put(change.created(given, desk.now))
            result.created.append(given["id"])
        elif "update" in options:
            desk.put(change.appended(old, given, desk.now)[0])
        else:
            desk.put(change.replaced(old, given, desk.now))

    await _each(call, whole=True, work=work, result=result)
    return result.answer(call, 201 if result.created else 204, result.created or None)


async def batch_update(call: Call) -> Response:
    """Clause 5.6.9."""
    overwrite = "noOverwrite" not in call.options((*FORMATS, "noOverwrite"))

    def work(desk: Desk, given: Entity) -> None:
        made, _, refused = change.appended(there(desk, given["id"]), given, desk.now, overwrite=overwrite)
        desk.put(made)
        if refused:
            raise AlreadyExists(
                "attributes that are there already were left as they are",
                field="attributeName",
                value=[iri for iri, _ in refused],
                cure="leave noOverwrite out",
            )

    result = await _each(call, whole=False, work=work)
    return result.answer(call, 204, None)


async def batch_merge(call: Call) -> Response:
    """Clause 5.6.20."""

    def work(desk: Desk, given: Entity) -> None:
        desk.put(change.merged(there(desk, given["id"]), given, desk.now))

    result = await _each(call, whole=False, work=work, merging=True)
    return result.answer(call, 204, None)


async def batch_delete(call: Call) -> Response:
    """Clause 5.6.10."""
    given, media = await call.body()
    if media == "ld":  # an array of ids has no place for one; a Link header says nothing that is needed
        linked_context(call.request.headers)
    result, ids = _Result(), []
    for entity in listed(given):
        try:
            ids.append(checks.uri(entity, "id"))
        except Problem as error:
            result.refuse(entity, error)

    def work(desk: Desk) -> None:
        for entity in ids:
            try:
                there(desk, entity)
            except Problem as error:
                result.refuse(entity, error)
            else:
                desk.drop(entity)
                result.success.append(entity)

    await call.broker.writer.apply(ids, work)
    if result.success:
        told = f"{len(result.success)} entities" if len(result.success) > 1 else result.success[0]
        await tell(call.services, call.caller, "entity.delete", kind="entity", object_id=told)
    return result.answer(call, 204, None)


async def _each(
    call: Call,
    *,
    whole: bool,
    work: Callable[[Desk, Entity], None],
    merging: bool = False,
    result: _Result | None = None,
) -> _Result:
    """Read every entity and do ``work`` for it, all in one transaction; what cannot be done is told."""
    result = result or _Result()
    simplified = (
        format_of(call, [o for o in call.params.get("options", "").split(",") if o in FORMATS])
        == "simplified"
    )
    read, refused = await _read(call, whole=whole, merging=merging, simplified=simplified)
    result.errors += refused

    def transaction(desk: Desk) -> None:
        for entity in read:
            try:
                work(desk, entity)
            except TocsinError as error:
                if not isinstance(error, Problem):
                    if not isinstance(error, Invalid):
                        raise
                    error = BadRequestData(error.message, field=error.field, cure=error.cure)
                result.refuse(entity["id"], error)
            else:
                result.success.append(entity["id"])

    if read:
        await call.broker.writer.apply({entity["id"] for entity in read}, transaction)
    return result


async def _read(
    call: Call, *, whole: bool, merging: bool, simplified: bool
) -> tuple[list[Entity], list[dict[str, Any]]]:
    """The entities of the body, and why others of it cannot be read."""
    headers = call.request.headers
    inline = body_media(headers, call.request.method) == "ld"
    link = call.linked("ld" if inline else "json")
    body = await call.request.body()
    with json_read():
        contexts = named(_DECODE(body)) if inline else {"": link}
        manner = Manner(inline=inline, whole=whole, merging=merging, simplified=simplified)
        known = {name: await _meaning(call, one) for name, one in contexts.items()}
        return await call.broker.workers.read(body, manner, known)


async def _meaning(call: Call, context: Any) -> Terms | dict[str, Any]:
    """Of a context, or the error that it comes to."""
    try:
        return await call.broker.contexts.resolve(context)
    except Problem as error:
        return error.document()
