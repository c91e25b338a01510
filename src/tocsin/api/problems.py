"""Every refusal as problem+json (RFC 9457), the framework's too. A defect tells the client nothing."""

from __future__ import annotations

import msgspec
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.api.guard import services_of
from tocsin.api.refused import note
from tocsin.api.schemas import Problem
from tocsin.kernel.errors import TocsinError, TooMany

_log = structlog.get_logger(__name__)
TYPE = "urn:tocsin:problem:"
_WORDS = {
    404: ("not-found", "There is nothing at this address", "see /api/v1/openapi.json for what there is"),
    405: ("method-not-allowed", "This address does not take this method", "see /api/v1/openapi.json"),
}


def problem(made: Problem, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(made), made.status, headers, "application/problem+json")


def of_error(error: TocsinError) -> Response:
    """The refusal of a stage as it goes to the client."""
    headers = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="tocsin"'
    made = Problem(
        type=TYPE + error.kind,
        title=error.kind.replace("-", " ").capitalize(),
        status=error.status,
        detail=error.message,
        field=error.field,
        value=error.value,
        cure=error.cure,
    )
    return problem(made, headers)


def install(app: FastAPI) -> None:
    """Handlers for every kind of refusal there is."""

    @app.exception_handler(TocsinError)
    async def refused(request: Request, error: TocsinError) -> Response:
        await note(request, services_of(request), error)
        return of_error(error)

    @app.exception_handler(HTTPException)
    async def framework(_request: Request, error: HTTPException) -> Response:
        kind, words, cure = _WORDS.get(error.status_code, ("refused", str(error.detail), ""))
        made = Problem(TYPE + kind, words, error.status_code, words, cure=cure or None)
        return problem(made, dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def parameter(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        made = Problem(
            type=TYPE + "invalid",
            title="Invalid",
            status=422,
            detail=str(first.get("msg", "a parameter is wrong")),
            field=".".join(str(part) for part in first.get("loc", ())[1:]) or None,
            value=str(first["input"])[:200] if first.get("input") is not None else None,
            cure="see /api/v1/openapi.json for this parameter",
        )
        return problem(made)

    @app.exception_handler(ClientDisconnect)
    async def left(_request: Request, _error: ClientDisconnect) -> Response:
        return Response(status_code=499)


class Defects:
    """Whatever else is raised: logged here, with its trace; the client learns that it happened."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            # the edge of the door: one call's defect must not take the others' connection with it
            _log.exception("request_failed", method=scope.get("method"), path=scope.get("path"))
            if started:
                raise
            await defect()(scope, receive, send)


def defect() -> Response:
    """To whoever called, whatever it was: what it was stands in the log."""
    return problem(
        Problem(
            type=TYPE + "defect",
            title="Internal error",
            status=500,
            detail="something is wrong inside; nothing of this call was kept half done",
            cure="look into the log of the door at this time",
        )
    )
