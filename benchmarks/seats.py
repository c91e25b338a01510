"""Control rooms full of people for a benchmark: accounts, sessions, and a screen for each, searched."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tocsin.app.preparing import identity
from tocsin.identity import policy
from tocsin.kernel.sharing import Sharing

#: organisation -> is it a partner of the city, not a control room
ROOMS = {"police": False, "it": False, "emergency": False, "cbrn": False, "city-hall": True}
#: ten seats a room, in every role that may look at the picture
SEATS = (
    "operator", "operator", "operator", "supervisor", "analyst",
    "cyber", "planner", "CBRN", "decision maker", "ethics officer",
)  # fmt: skip
CANARY = re.compile(rb"cny[0-9a-f]{12}|AL-\d{4,}|INC-\d{3,}")
_LONGEST = 32


@dataclass(slots=True)
class Person:
    """Somebody signed in: ``cookie`` and ``csrf`` are of a real session."""

    name: str
    room: str
    role: str
    cookie: str = ""
    csrf: str = ""

    def sees(self, sharing: Sharing) -> bool:
        """What the rule of sharing says of this seat; the same words as in the guide, asked of the policy."""
        seat = policy.Seat(self.room, ROOMS[self.room])
        return policy.relation(seat, sharing) >= policy.Relation.SEES

    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "X-CSRF-Token": self.csrf, "Content-Type": "application/json"}


async def open_rooms(state: Path) -> dict[str, tuple[str, Person]]:
    """Five organisations with ten people each, in a running instance: name -> (password, person)."""
    people = {}
    with identity(state) as known:
        for room, partner in ROOMS.items():
            await known.organisations.add(room, room.title(), by="benchmark", partner=partner)
            for number, role in enumerate(SEATS):
                name = f"{room}-{number}"
                password = await asyncio.to_thread(known.people.add_now, name, room, role, by="benchmark")
                people[name] = (password, Person(name, room, role))
    return people


def sign_in(port: int, person: Person, password: str, address: str) -> None:
    """``address``: of this machine, one a person, for attempts to sign in are limited by address."""
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(address, 0))
    try:
        body = json.dumps({"user": person.name, "password": password, "organisation": person.room})
        door.request("POST", "/api/v1/session", body, {"Content-Type": "application/json"})
        answer = door.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{person.name} could not sign in: {answer.status} {said.decode()[:300]}")
        person.cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
        person.csrf = json.loads(said)["csrf"]
    finally:
        door.close()


#: a canary seen on a screen: who, which, when (monotonic)
Seen = Callable[["Screen", bytes, float], None]


class Screen(asyncio.Protocol):
    """One live stream. Every byte of it is searched for canaries; nothing else is decoded."""

    def __init__(self, person: Person, port: int, seen: Seen, last_id: str = "") -> None:
        self.person = person
        self.bytes = 0
        self.last_id = ""
        self.ended: float | None = None
        self._port, self._seen, self._resume = port, seen, last_id
        self._tail = b""
        self._head = True
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        resume = f"Last-Event-ID: {self._resume}\r\n" if self._resume else ""
        transport.write(
            f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nCookie: {self.person.cookie}\r\n"
            f"{resume}Accept: text/event-stream\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = monotonic()
        if self._head and not data.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{self.person.name} has no stream: {data[:300]!r}")
        self._head = False
        self.bytes += len(data)
        if (at := data.rfind(b"\nid: ")) >= 0 and (end := data.find(b"\n", at + 5)) > 0:
            self.last_id = data[at + 5 : end].decode()
        elif data.find(b"id: ", 0, 16) >= 0:
            self.last_id = data[data.find(b"id: ") + 4 : data.find(b"\n", data.find(b"id: "))].decode()
        # A piece may end within a canary; what was counted already at its start is counted once.
        whole = self._tail + data
        if b"cny" in whole or b"AL-" in whole or b"INC-" in whole:
            for found in CANARY.finditer(whole):
                if found.end() > len(self._tail):
                    self._seen(self, found[0], now)
        self._tail = whole[-_LONGEST:]

    def connection_lost(self, _error: Exception | None) -> None:
        self.ended = monotonic()


async def watch(person: Person, port: int, seen: Seen, last_id: str = "") -> Screen:
    _, screen = await asyncio.get_running_loop().create_connection(
        lambda: Screen(person, port, seen, last_id), "127.0.0.1", port
    )
    return screen
