"""The live stream's endpoint: plain ASGI, since a stream of events is all it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from tocsin.api.endpoint import PREFIX, Contract
from tocsin.api.guard import admitted, services_of
from tocsin.api.schemas import LiveEnded
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Subject
from tocsin.kernel.errors import Forbidden, TocsinError, Unauthenticated

#: a revoked person's screen ends within 3 s: this, and a second of the sessions' memory, and a beat
_RECHECK_S = 1.0
#: a client that takes nothing for so long is gone
_STALLED_S = 30.0
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Live:
    """Server-sent events ``snapshot | change | gone | gap | beat | ended``; resumable by ``Last-Event-ID``.

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
                        checked = clock()
                        if (last := await _farewell(request, caller)) is not None:
                            await send({"type": "http.response.body", "body": last, "more_body": True})
                            break
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


async def _farewell(request: Request, caller: Subject) -> bytes | None:
    """None while the caller is let in, with the same eyes; else the last event.

    A session may have ended, a token been revoked, a role been taken; or the person sits in another room, and
    the stream is opened anew.
    """
    services = services_of(request)
    why: Literal["disabled", "session ended", "no role"]
    try:
        now = await admitted(request, services, Permission.SEE)
        return None if policy.audience(now) == policy.audience(caller) else b""
    except Unauthenticated:
        shut_out = caller.person is not None and await services.identity.people.shut_out(caller.person)
        why = "disabled" if shut_out else "session ended"
    except Forbidden:
        why = "no role"
    except TocsinError:
        return b""  # the house is in trouble: the screen comes back by itself
    return b"event: ended\ndata: " + msgspec.json.encode(LiveEnded(why, services.clock.now())) + b"\n\n"
