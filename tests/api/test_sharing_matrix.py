"""role x organisation x sharing x endpoint and live stream, by a hand-written table; again after un-share.

-  closed: not one endpoint answers with it, no list holds it, the live stream never names it
s  sees it                    w  works on it too                 o  owns it: may share and end it
x  may act on it, yet not look (a token that was given no reading)
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from httpx import AsyncClient, Response
from starlette.requests import Request
from tests.api.door import Screen
from tests.api.house import House
from tests.api.rooms import at_seat, furnish, program, share
from tests.api.test_decisions import city, raise_alert

from tocsin.api.guard import admitted
from tocsin.identity import policy
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import Forbidden

#                     own   named it   all   city group   (owned by the police)
MATRIX = {
    ("police", "operator"): "oooo",
    ("police", "supervisor"): "oooo",
    ("police", "cyber"): "oooo",
    ("police", "CBRN"): "oooo",
    ("police", "decision maker"): "oooo",
    ("police", "analyst"): "ssss",
    ("police", "planner"): "ssss",
    ("police", "ethics officer"): "ssss",
    ("police", "administrator"): "ssss",
    ("police", "field responder"): "----",
    ("it", "operator"): "-wss",
    ("it", "analyst"): "-sss",
    ("it", "administrator"): "-sss",
    ("it", "ethics officer"): "-sss",
    ("it", "field responder"): "----",
    ("fire", "operator"): "--ss",
    ("fire", "administrator"): "--ss",
    ("fire", "ethics officer"): "--ss",
    ("hospital", "operator"): "---s",
    ("hospital", "administrator"): "---s",
}
TOKENS = {
    ("police", "read"): "ssss",
    ("police", "read act"): "oooo",
    ("it", "read"): "-sss",
    ("it", "read act"): "-wss",
    ("it", "act"): "-x--",
    ("it", "ingest"): "----",
    ("hospital", "read act"): "---s",
}
#: who does the step of an operator: the role, or a supervisor in its stead; a program holds no role
DUTIES = {
    ("police", "operator"): "yyyy",
    ("police", "supervisor"): "yyyy",
    ("it", "operator"): "-y--",
}
STATES = (("own room", ()), ("named rooms", ("it",)), ("all rooms", ()), ("city group", ()))
CANARY = "canary-7f3a"
LISTS = tuple(f"/api/v1/{kind}{query}" for kind in ("alerts", "incidents") for query in ("", "?state=all"))


def may(cell: str, what: str, duty: bool) -> bool:
    return duty if what == "duty" else cell in {"see": "swo", "work": "wox", "own": "o"}[what]


Probe = Callable[[AsyncClient], Awaitable[Response]]


def probes(alert: str, incident: str, task: str) -> list[tuple[str, str, Probe]]:
    """(name, what it takes, call). Acts name a version that is over: who may gets 409, who may not 403."""
    a, i, t = f"/api/v1/alerts/{alert}", f"/api/v1/incidents/{incident}", f"/tasks/{task}"
    found: list[tuple[str, str, Probe]] = [
        ("alert", "see", lambda c: c.get(a)),
        ("alert events", "see", lambda c: c.get(f"{a}/events")),
        ("incident", "see", lambda c: c.get(i)),
        ("fitting procedures", "see", lambda c: c.get(f"{i}/procedures")),
    ]
    posts = [
        ("acknowledge", "work", f"{a}/acknowledge", {"version": 1}),
        ("note", "work", f"{i}/notes", {"words": "stale on purpose", "version": 1}),
        ("start procedure", "work", f"{i}/procedure", {"procedure": "sensor-fault", "version": 1}),
        ("start task", "duty", f"{i}{t}/start", {"version": 1}),
        ("tick task", "duty", f"{i}{t}/tick", {"item": 0, "version": 1}),
        ("finish task", "duty", f"{i}{t}/done", {"version": 1, "reason": "x"}),
        ("add alert", "work", f"{i}/alerts", {"alerts": [alert], "version": 1}),
        ("share alert", "own", f"{a}/share", {"level": "own room", "version": 99}),
        ("hand over alert", "own", f"{a}/hand-over", {"to": "fire", "reason": "x", "version": 99}),
        ("share incident", "own", f"{i}/share", {"level": "own room", "version": 1}),
        ("hand over incident", "own", f"{i}/hand-over", {"to": "fire", "reason": "x", "version": 1}),
        ("share task", "own", f"{i}{t}/share", {"level": "own room", "version": 1}),
        ("close incident", "own", f"{i}/close", {"outcome": "handled", "words": "x", "version": 1}),
        ("link", "work", f"{i}/links", {"incident": incident, "version": 1}),
        ("split", "own", f"{i}/split", {"title": "x", "alerts": [alert], "reason": "x", "version": 1}),
    ]
    for name, what, path, given in posts:
        found.append((name, what, lambda c, path=path, given=given: c.post(path, json=given)))  # type: ignore[misc]
    return found


async def wrong_cells(
    client: AsyncClient, who: str, cell: str, alert: str, incident: str, task: str, duty: bool
) -> list[str]:
    wrong = []
    for name, what, call in probes(alert, incident, task):
        answer = await call(client)
        if answer.status_code not in ((200, 409) if may(cell, what, duty) else (403,)):
            wrong.append(f"{who} {name}: {answer.status_code} for '{cell}'")
        if not may(cell, "see", False) and CANARY in answer.text:
            wrong.append(f"{who} {name}: shows what is closed")
    for path in LISTS:
        answer = await client.get(path)
        if (CANARY in answer.text) is not may(cell, "see", False):
            wrong.append(f"{who} {path}: {'shows' if CANARY in answer.text else 'hides'} it for '{cell}'")
    return wrong


async def live_text(door: House, client: AsyncClient) -> str:
    """What a new screen of this caller is given; nothing where there is no stream for them."""
    services = door.services
    headers = [(k.encode(), v.encode()) for k, v in client.headers.items()]
    cookie = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
    scope = {"type": "http", "headers": [*headers, (b"cookie", cookie.encode())], "method": "GET"}
    try:
        caller = await admitted(Request(scope), services, Permission.SEE)
    except Forbidden:
        return ""
    async with contextlib.aclosing(services.live.stream(None, policy.audience(caller))) as frames:
        first = await Screen(frames).next("snapshot")
        return repr(first.data)


async def test_matrix(door: House) -> None:
    await furnish(door)
    async with contextlib.AsyncExitStack() as stack:
        _, screen = await stack.enter_async_context(city(door))
        raised = await raise_alert(door, screen, 1, headline=f"Headline {CANARY}", words=f"Words {CANARY}")
        alert = raised["id"]
        owner = await stack.enter_async_context(at_seat(door, "police", "operator"))
        assert (await owner.post(f"/api/v1/alerts/{alert}/take-over")).status_code == 200
        opened = await owner.post("/api/v1/incidents", json={"title": f"T {CANARY}", "alerts": [alert]})
        incident = opened.json()["id"]
        path = f"/api/v1/incidents/{incident}"
        started = await owner.post(f"{path}/procedure", json={"procedure": "crowd-surge"})
        assert started.status_code == 200, started.text
        task = next(
            t["id"]
            for t in started.json()["tasks"]
            if t["state"] == "open" and t["checklist"] and t["role"] == "operator"
        )

        clients: dict[tuple[str, str], AsyncClient] = {}
        for room, role in MATRIX:
            if (room, role) == ("police", "operator"):
                clients[room, role] = owner
                continue
            clients[room, role] = await stack.enter_async_context(at_seat(door, room, role))
        for room, scopes in TOKENS:
            headers = await program(door, room, *scopes.split())
            clients[room, scopes] = await stack.enter_async_context(door.client(headers=headers))

        wrong: list[str] = []
        cells = 0
        # opened step by step, then un-shared step by step
        again = [*enumerate(STATES), *reversed(list(enumerate(STATES)))]
        for column, (level, rooms) in again:
            for thing in (alert, incident):
                await share(owner, thing, level, *rooms)
            for (room, role), row in {**MATRIX, **TOKENS}.items():
                who = f"[{level}] {role} of {room}"
                duty = DUTIES.get((room, role), "----")[column] == "y"
                wrong += await wrong_cells(clients[room, role], who, row[column], alert, incident, task, duty)
                shown = CANARY in await live_text(door, clients[room, role])
                if shown is not may(row[column], "see", False):
                    wrong.append(f"{who} live: {'shows' if shown else 'hides'} it")
                cells += 1
        assert not wrong, f"{len(wrong)} of {cells} cells:\n" + "\n".join(wrong[:40])
        assert cells == 8 * (len(MATRIX) + len(TOKENS))
