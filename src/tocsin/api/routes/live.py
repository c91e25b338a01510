"""The live stream's endpoint: plain ASGI, since a stream of events is all it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from tocsin.api.endpoint import PREFIX, Contract
from tocsin.api.guard import admitted, services_of
from tocsin.identity import policy
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import TocsinError

#: a revoked person's screen ends within 3 s: this, and up to a beat until there is something to send
_RECHECK_S = 2.0
#: a client that takes nothing for so long is gone
_STALLED_S = 30.0
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Live:
    """Server-sent events ``snapshot | change | gone | gap | beat``; resumable by ``Last-Event-ID``.

    A screen that did nothing but watch keeps its session: watching is using it.
    """

    __contract__ = Contract(
        name="live",
        method="GET",
        path=PREFIX + "/live",
        needs=Permission.SEE,
        status=200,
        answers=str,
        takes=None,
        tag="live",
        media="text/event-stream",
        query=(("last_event_id", "as the header Last-Event-ID, for a client that cannot set it"),),
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        services = services_of(request)
        caller = await admitted(request, services, Permission.SEE)
        last_id = request.headers.get("last-event-id") or request.query_params.get("last_event_id")
        audience = policy.audience(caller)
        gone = asyncio.create_task(_left(receive))
        clock = asyncio.get_running_loop().time
        checked = clock()
        try:
            async with contextlib.aclosing(services.live.stream(last_id, audience)) as events:
                first = await anext(events)
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                async for event in _with(first, events):
                    if gone.done():
                        break
                    if clock() - checked >= _RECHECK_S:
                        if not await _still(request, audience):
                            break
                        checked = clock()
                    async with asyncio.timeout(_STALLED_S):
                        await send({"type": "http.response.body", "body": event, "more_body": True})
        except TimeoutError:
            return
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _with(first: bytes, events: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    yield first
    async for event in events:
        yield event


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _still(request: Request, audience: policy.Audience) -> bool:
    """Is the caller still let in, with the same eyes?

    A session may have ended, a token been revoked, a role been taken, or the person sits in another room.
    """
    try:
        caller = await admitted(request, services_of(request), Permission.SEE)
    except TocsinError:
        return False
    return policy.audience(caller) == audience
