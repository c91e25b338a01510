"""``/jsonldContexts``: contexts kept here for others (clauses 5.13 and 6.29 to 6.30)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.responses import Response

from tocsin.api.commands.unit import tell
from tocsin.api.ngsi.call import Call
from tocsin.api.ngsi.negotiation import JSON
from tocsin.kernel.clock import iso
from tocsin.ngsi.contexts.hosting import CACHED, HOSTED, IMPLICIT, PATH
from tocsin.ngsi.contexts.repository import HostedContext
from tocsin.ngsi.jsonld.core import CORE_URLS
from tocsin.ngsi.jsonld.loading import Held
from tocsin.ngsi.problems import BadRequestData, OperationNotSupported, ResourceNotFound

_KINDS = (HOSTED, IMPLICIT, CACHED)


async def add_context(call: Call) -> Response:
    """Clause 5.13.2."""
    given, _ = await call.body()
    made = await call.broker.hosting.add(given)
    await tell(call.services, call.caller, "context.add", kind="context", object_id=made.id)
    return Response(status_code=201, headers={"location": PATH + made.id})


async def list_contexts(call: Call) -> Response:
    """Clause 5.13.3."""
    kind, details = call.params.get("kind"), call.flag("details")
    if kind is not None and kind not in _KINDS:
        raise BadRequestData("no such kind", field="kind", value=kind, cure="one of " + ", ".join(_KINDS))
    hosted = [one for one in await call.broker.hosting.all() if kind in (None, one.kind)]
    cached = call.broker.contexts.cached() if kind in (None, CACHED) else []
    told: list[Any] = [_of_hosted(call, one) if details else call.hosted_url(one.id) for one in hosted]
    told += [_of_cached(held) if details else held.url for held in cached]
    return _json(told)


async def get_context(call: Call) -> Response:
    """Clause 5.13.4."""
    details = call.flag("details")
    hosted = await call.broker.hosting.get(_local(call.parts[0]))
    if hosted is not None:
        return _json(_of_hosted(call, hosted)) if details else Response(hosted.body, media_type=JSON)
    held = call.broker.contexts.held(call.parts[0])
    if held is None:
        raise _missing(call.parts[0])
    if details:
        answer = _json(_of_cached(held))
        call.broker.contexts.used(held.url)
        return answer
    raise OperationNotSupported(
        "a cached context is had from its own URL", field="contextId", value=call.parts[0]
    )


async def delete_context(call: Call) -> Response:
    """Clause 5.13.5."""
    reload, context_id = call.flag("reload"), _local(call.parts[0])
    hosted = await call.broker.hosting.get(context_id)
    if hosted is not None:
        if reload:
            raise BadRequestData("only a cached context is loaded anew", field="reload", cure="leave it out")
        await call.broker.hosting.drop(context_id)
        call.broker.contexts.forget()
        await tell(call.services, call.caller, "context.delete", kind="context", object_id=context_id)
        return Response(status_code=204)
    if call.broker.contexts.held(call.parts[0]) is None:
        if reload:
            raise BadRequestData(
                "there is nothing to load anew",
                field="contextId",
                value=call.parts[0],
                cure="name a cached one",
            )
        raise _missing(call.parts[0])
    if call.parts[0] in CORE_URLS:
        if not reload:
            raise BadRequestData(
                "the core @context stays", field="contextId", value=call.parts[0], cure="leave it"
            )
    elif reload:
        await call.broker.contexts.reload(call.parts[0])
    else:
        call.broker.contexts.forget(call.parts[0])
    return Response(status_code=204)


def _local(given: str) -> str:
    """The id, of an id or of the URL under which it is kept here."""
    return given.rpartition(PATH)[2]


def _of_hosted(call: Call, one: HostedContext) -> dict[str, Any]:
    return {
        "URL": call.hosted_url(one.id),
        "localId": one.id,
        "kind": one.kind,
        "createdAt": iso(one.created_at),
    }


def _of_cached(held: Held) -> dict[str, Any]:
    def at(seconds: float) -> str:
        return iso(datetime.fromtimestamp(seconds, UTC))

    return {
        "URL": held.url,
        "localId": held.url,
        "kind": CACHED,
        "createdAt": at(held.wall),
        "lastUsage": at(held.used),
        "numberOfHits": held.hits,
    }


def _missing(context_id: str) -> ResourceNotFound:
    return ResourceNotFound("there is no such context", field="contextId", value=context_id)


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type=JSON)
