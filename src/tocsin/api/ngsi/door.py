"""Where calls of NGSI-LD part from all others: its own table of operations, its own words for refusals.

It stands before the framework's router, which looks at two hundred paths one after the other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

import msgspec
import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin.api import problems
from tocsin.api.endpoint import Contract
from tocsin.api.guard import admitted
from tocsin.api.ngsi import (
    batch,
    contexts,
    discovery,
    entities,
    identity,
    parameters,
    querying,
    registrations,
    subscriptions,
    temporal,
    temporal_provision,
)
from tocsin.api.ngsi.call import Asked, Call
from tocsin.api.ngsi.negotiation import JSON, answer_media
from tocsin.api.refused import note
from tocsin.api.services import Services
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import Conflict, Invalid, NotFound, TocsinError
from tocsin.ngsi import tenant
from tocsin.ngsi.problems import (
    AlreadyExists,
    BadRequestData,
    OperationNotSupported,
    Problem,
    ResourceNotFound,
)

_log = structlog.get_logger(__name__)
PREFIX = "/ngsi-ld/v1"
_BELOW = PREFIX + "/"
Handler = Callable[[Call], Awaitable[Response]]
#: answered as GeoJSON too (clause 6.3.15); answered as what they are, whatever is asked for
_GEO = frozenset((entities.retrieve_entity, querying.query_entities))
_DOCUMENTS = frozenset(("jsonldContexts", "jsonldContexts/*"))
_WITH_BODY = frozenset(("POST", "PATCH", "PUT"))
_SEE, _WRITE, _OPEN = Permission.SEE, Permission.INGEST, Permission.PUBLIC


@dataclass(frozen=True, slots=True)
class Operation:
    """``path``: below the prefix, ``*`` for what a call fills in."""

    method: str
    path: str
    needs: Permission
    handler: Handler

    @property
    def name(self) -> str:
        return getattr(self.handler, "__name__", "")


OPERATIONS = (
    Operation("POST", "entities", _WRITE, entities.create_entity),
    Operation("GET", "entities", _SEE, querying.query_entities),
    Operation("GET", "entities/*", _SEE, entities.retrieve_entity),
    Operation("DELETE", "entities/*", _WRITE, entities.delete_entity),
    Operation("PATCH", "entities/*", _WRITE, entities.merge_entity),
    Operation("PUT", "entities/*", _WRITE, entities.replace_entity),
    Operation("POST", "entities/*/attrs", _WRITE, entities.append_attributes),
    Operation("PATCH", "entities/*/attrs", _WRITE, entities.update_attributes),
    Operation("PATCH", "entities/*/attrs/*", _WRITE, entities.update_attribute),
    Operation("PUT", "entities/*/attrs/*", _WRITE, entities.replace_attribute),
    Operation("DELETE", "entities/*/attrs/*", _WRITE, entities.delete_attribute),
    Operation("POST", "entityOperations/create", _WRITE, batch.batch_create),
    Operation("POST", "entityOperations/upsert", _WRITE, batch.batch_upsert),
    Operation("POST", "entityOperations/update", _WRITE, batch.batch_update),
    Operation("POST", "entityOperations/merge", _WRITE, batch.batch_merge),
    Operation("POST", "entityOperations/delete", _WRITE, batch.batch_delete),
    Operation("POST", "entityOperations/query", _SEE, querying.post_query),
    Operation("GET", "types", _SEE, discovery.list_types),
    Operation("GET", "types/*", _SEE, discovery.get_type),
    Operation("GET", "attributes", _SEE, discovery.list_attributes),
    Operation("GET", "attributes/*", _SEE, discovery.get_attribute),
    Operation("POST", "temporal/entities", _WRITE, temporal_provision.create_temporal),
    Operation("GET", "temporal/entities", _SEE, temporal.query_temporal),
    Operation("GET", "temporal/entities/*", _SEE, temporal.retrieve_temporal),
    Operation("DELETE", "temporal/entities/*", _WRITE, temporal_provision.delete_temporal),
    Operation("POST", "temporal/entities/*/attrs", _WRITE, temporal_provision.append_temporal),
    Operation("DELETE", "temporal/entities/*/attrs/*", _WRITE, temporal_provision.delete_temporal_attribute),
    Operation("PATCH", "temporal/entities/*/attrs/*/*", _WRITE, temporal_provision.update_instance),
    Operation("DELETE", "temporal/entities/*/attrs/*/*", _WRITE, temporal_provision.delete_instance),
    Operation("POST", "temporal/entityOperations/query", _SEE, temporal.post_temporal_query),
    Operation("POST", "csourceRegistrations", _WRITE, registrations.create_registration),
    Operation("GET", "csourceRegistrations", _SEE, registrations.query_registrations),
    Operation("GET", "csourceRegistrations/*", _SEE, registrations.retrieve_registration),
    Operation("PATCH", "csourceRegistrations/*", _WRITE, registrations.update_registration),
    Operation("DELETE", "csourceRegistrations/*", _WRITE, registrations.delete_registration),
    Operation("POST", "subscriptions", _WRITE, subscriptions.create_subscription),
    Operation("GET", "subscriptions", _SEE, subscriptions.query_subscriptions),
    Operation("GET", "subscriptions/*", _SEE, subscriptions.retrieve_subscription),
    Operation("PATCH", "subscriptions/*", _WRITE, subscriptions.update_subscription),
    Operation("DELETE", "subscriptions/*", _WRITE, subscriptions.delete_subscription),
    Operation("POST", "csourceSubscriptions", _WRITE, subscriptions.create_source_subscription),
    Operation("GET", "csourceSubscriptions", _SEE, subscriptions.query_source_subscriptions),
    Operation("GET", "csourceSubscriptions/*", _SEE, subscriptions.retrieve_source_subscription),
    Operation("PATCH", "csourceSubscriptions/*", _WRITE, subscriptions.update_source_subscription),
    Operation("DELETE", "csourceSubscriptions/*", _WRITE, subscriptions.delete_source_subscription),
    Operation("POST", "jsonldContexts", _WRITE, contexts.add_context),
    Operation("GET", "jsonldContexts", _SEE, contexts.list_contexts),
    Operation("GET", "info/sourceIdentity", _SEE, identity.source_identity),
    # whoever gets an answer that names a context must be able to read that context
    Operation("GET", "jsonldContexts/*", _OPEN, contexts.get_context),
    Operation("DELETE", "jsonldContexts/*", _WRITE, contexts.delete_context),
)


class NoSuchMethod(OperationNotSupported):
    status = 405


class NgsiLd:
    """Answers what lies below ``PREFIX``; hands on the rest."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app, self._services = app, services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_BELOW):
            await self._app(scope, receive, send)
            return
        request = Asked(scope, receive)
        try:
            answer = await self._answered(request)
        except TocsinError as error:
            await note(request, self._services, error)
            answer = _refusal(error)
        except ClientDisconnect:
            answer = Response(status_code=499)
        except Exception:  # noqa: BLE001 - as problems.Defects, which only stands before the framework
            _log.exception("request_failed", method=scope["method"], path=scope["path"])
            answer = problems.defect()
        await answer(scope, receive, send)

    async def _answered(self, request: Asked) -> Response:
        scope = request.scope
        # an id may hold a slash, escaped: only the path as it was sent tells it from one that parts
        sent: bytes = scope.get("raw_path") or scope["path"].encode()
        parts = sent.partition(b"?")[0].decode("ascii", "replace").removeprefix(_BELOW).split("/")
        if parts == ["entities", ""] and request.method in ("PATCH", "PUT"):
            raise BadRequestData("the id is missing", field="id", cure="put it behind the slash")
        if len(parts) > 1 and not parts[-1]:  # as the resource tree of older versions writes collections
            parts.pop()
        matching = _matching(_pattern(parts), parts[-1])
        if not matching:
            raise ResourceNotFound("there is nothing at this address", field="path", value=scope["path"])
        operation = matching.get(request.method)
        if operation is None:
            refusal = _refusal(
                NoSuchMethod("not a method of this address", field="method", value=request.method)
            )
            refusal.headers["allow"] = ", ".join(sorted(matching))
            return refusal
        scope["endpoint"] = _endpoint(operation)
        filled = [unquote(p) for p, q in zip(parts, operation.path.split("/"), strict=True) if q == "*"]
        scope["path_params"] = {str(i): part for i, part in enumerate(filled)}
        await admitted(request, self._services, operation.needs)
        headers = request.headers
        if request.method in _WITH_BODY and "content-length" not in headers:
            return Response(status_code=411)  # and no word of why (clause 6.3.4)
        broker = self._services.ngsi
        if broker is None:
            raise ResourceNotFound(
                "this installation has no NGSI-LD interface", field="path", value=scope["path"]
            )
        named = headers.get("ngsild-tenant")
        tenant.check(broker.tenant, named)
        if request.method == "GET" and operation.path not in _DOCUMENTS:
            answer_media(headers, geo=operation.handler in _GEO)
        if scope["query_string"]:
            parameters.check(operation.name, request.query_params)
        answer = await operation.handler(Call(request, self._services, broker, filled))
        if named:
            answer.headers.update(tenant.headers(broker.tenant))
        return answer


@cache
def _table() -> dict[str, dict[str, Operation]]:
    table: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        table.setdefault(operation.path, {})[operation.method] = operation
    return table


def _pattern(parts: Sequence[str]) -> tuple[str, ...]:
    """The path with ``*`` for what a call fills in: every second part, and the last but the first of a deep
    one (an instance of an attribute).
    """
    head = 2 if parts[0] == "temporal" else 1
    made = [p if i < head or (i - head) % 2 else "*" for i, p in enumerate(parts)]
    return (*made[:-1], "*") if len(parts) - head > 3 else tuple(made)


def _matching(pattern: tuple[str, ...], last: str) -> dict[str, Operation]:
    """The operations at a path, by method: the path itself where it has no ``*``, else its pattern."""
    table = _table()
    plain = "/".join((*pattern[:-1], last))
    return table.get(plain) or table.get("/".join(pattern)) or {}


@cache
def _endpoint(operation: Operation) -> Any:
    """What the record of refusals asks for the name of a call."""

    async def endpoint() -> None: ...

    endpoint.__contract__ = Contract(  # type: ignore[attr-defined]
        name=operation.name,
        method=operation.method,
        path=f"{PREFIX}/{operation.path}",
        needs=operation.needs,
        status=200,
        answers=None,
        takes=None,
        tag="entities",
    )
    return endpoint


def _refusal(error: TocsinError) -> Response:
    """As clause 5.5.3 has it; who may not come in, or comes too often, hears it as everywhere else."""
    if isinstance(error, Invalid):
        error = BadRequestData(error.message, field=error.field, value=error.value, cure=error.cure)
    elif isinstance(error, NotFound):
        error = ResourceNotFound(error.message, field=error.field, value=error.value, cure=error.cure)
    elif isinstance(error, Conflict):
        error = AlreadyExists(error.message, field=error.field, value=error.value, cure=error.cure)
    if not isinstance(error, Problem):
        return problems.of_error(error)
    return Response(msgspec.json.encode(error.document()), error.status, media_type=JSON)
