"""Who may do what to evidence: sharing x room x role x action, every cell written by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.api.house import House, house
from tests.api.rooms import furnish
from tests.api.test_evidence import SMALL, seed
from tests.evidence.photos import photo

from tocsin.alerts import repository as alerts
from tocsin.api.commands import evidence as commands
from tocsin.api.commands import evidence_adding as adding
from tocsin.api.commands import evidence_deciding as deciding
from tocsin.api.commands import sharing
from tocsin.bus.memory import MemoryBus
from tocsin.db import Connection
from tocsin.evidence import repository
from tocsin.evidence.intake import Intake
from tocsin.evidence.vault import Vault
from tocsin.identity import policy
from tocsin.identity.policy import Seat, Subject
from tocsin.kernel.errors import Forbidden, NotFound
from tocsin.kernel.sharing import Level, Sharing

ONE = "EV-0001"
#: police owns it
OWN = Sharing("police", Level.OWN)
NAMED = Sharing("police", Level.NAMED, ("it",))
ALL = Sharing("police", Level.ALL)
CITY = Sharing("police", Level.CITY)

# what each may: l ook at entry and list, b lurred, c lear with a reason, s hare, k eep (hold, erase),
# w ho looked
Row = tuple[str, str, Sharing, str]
TABLE: list[Row] = [
    # role, room, sharing, may
    ("operator", "police", OWN, "lbcs"),
    ("supervisor", "police", OWN, "lbcskw"),
    ("administrator", "police", OWN, "lbk"),
    ("analyst", "police", OWN, "lb"),
    ("ethics officer", "police", OWN, "lbw"),
    ("field responder", "police", OWN, ""),
    ("operator", "it", OWN, ""),
    ("supervisor", "it", OWN, ""),
    ("administrator", "it", OWN, ""),
    ("ethics officer", "it", OWN, "w"),
    ("operator", "metro*", OWN, ""),
    ("operator", "it", NAMED, "lbc"),
    ("supervisor", "it", NAMED, "lbc"),
    ("administrator", "it", NAMED, "lb"),
    ("operator", "police", NAMED, "lbcs"),
    ("operator", "planning", NAMED, ""),
    ("supervisor", "planning", NAMED, ""),
    ("operator", "metro*", NAMED, ""),
    ("operator", "it", ALL, "lb"),
    ("supervisor", "it", ALL, "lb"),
    ("administrator", "it", ALL, "lb"),
    ("supervisor", "police", ALL, "lbcskw"),
    ("operator", "metro*", ALL, ""),
    ("supervisor", "metro*", ALL, ""),
    ("operator", "it", CITY, "lb"),
    ("operator", "metro*", CITY, "lb"),
    ("supervisor", "metro*", CITY, "lb"),
    ("supervisor", "police", CITY, "lbcskw"),
    ("operator", "", CITY, ""),
    ("supervisor", "", ALL, ""),
]


@pytest.fixture
async def door(folder: Path, bus: MemoryBus) -> AsyncIterator[House]:
    vault = Vault(folder)
    vault.prepare()
    async with house(folder, bus, evidence=Intake(vault, SMALL)) as made:
        await made.services.ops.write(seed)
        await add(made, who("supervisor", "police"))
        yield made


def who(role: str, room: str) -> Subject:
    """A star marks a partner of the city that is no control room."""
    return policy.person(f"{role} of {room}", [role], Seat(room.removesuffix("*"), room.endswith("*")))


async def add(door: House, caller: Subject, alert: str = "AL-0001") -> Any:
    async def body() -> AsyncIterator[bytes]:
        yield photo()

    return await adding.add(
        door.services,
        caller,
        body(),
        alert=alert,
        stated=None,
        name="",
        place=None,
        taken_at=None,
        retention="incident",
    )


async def set_sharing(door: House, sharing: Sharing) -> None:
    def change(conn: Connection) -> None:
        row = repository.one(conn, ONE)
        repository.save(conn, repository.Row(replace(row.exhibit, sharing=sharing), row.kept))

    await door.services.ops.write(change)


async def refused(call: Awaitable[Any]) -> bool:
    try:
        await call
    except Forbidden:
        return True
    return False


def acts(door: House, caller: Subject) -> dict[str, list[Callable[[], Awaitable[Any]]]]:
    """Erasing comes last: afterwards there is nothing to be refused."""
    ask = door.services
    why = {"purpose": "response", "reason": "who is it"}
    return {
        "l": [lambda: commands.get(ask, caller, ONE)],
        "b": [lambda: commands.blurred(ask, caller, ONE)],
        "c": [
            lambda: commands.clear(ask, caller, ONE, picture=True, **why),
            lambda: commands.clear(ask, caller, ONE, picture=False, **why),
        ],
        "w": [lambda: commands.reads(ask, caller, ONE)],
        "s": [lambda: deciding.share(ask, caller, ONE, level=Level.OWN, rooms=(), reason="", version=None)],
        "k": [
            lambda: deciding.hold(ask, caller, ONE, held=True, reason="court", version=None),
            lambda: deciding.hold(ask, caller, ONE, held=False, reason="closed", version=None),
            lambda: deciding.erase(ask, caller, ONE, reason="wrong person", version=None),
        ],
    }


@pytest.mark.parametrize(("role", "room", "sharing", "may"), TABLE)
async def test_every_cell(door: House, role: str, room: str, sharing: Sharing, may: str) -> None:
    await set_sharing(door, sharing)
    caller, found = who(role, room), ""
    for act, calls in acts(door, caller).items():
        answers = {await refused(call()) for call in calls}
        assert len(answers) == 1, f"{act}: all or none"
        found += "" if answers.pop() else act
        if act == "s":
            await set_sharing(door, sharing)
    assert sorted(found) == sorted(may)


async def test_what_is_refused_leaves_no_trace_of_a_look(door: House) -> None:
    await set_sharing(door, OWN)
    outsider = who("supervisor", "it")
    for calls in acts(door, outsider).values():
        for call in calls:
            assert await refused(call())
    looks = await commands.reads(door.services, who("supervisor", "police"), ONE)
    assert looks.items == []


async def test_a_list_shows_what_is_open_and_counts_the_rest(door: House) -> None:
    await add(door, who("operator", "police"))
    await set_sharing(door, OWN)
    for room, ids, closed in (("police", [ONE, "EV-0002"], 0), ("it", ["EV-0002"], 1)):
        listed = await commands.of_alert(door.services, who("operator", room), "AL-0001")
        assert ([e.id for e in listed.items], listed.closed) == (ids, closed)


async def test_it_begins_as_its_alert_and_is_its_own_from_then_on(door: House) -> None:
    def close(conn: Connection) -> None:
        row = alerts.one(conn, "AL-0002")
        row.alert = replace(row.alert, sharing=NAMED)
        alerts.save(conn, [row], [])

    await door.services.ops.write(close)
    theirs = await add(door, who("operator", "it"), "AL-0002")
    assert theirs.sharing == NAMED, "the room that works on it adds to what police owns"
    fresh = await add(door, who("operator", "it"), "AL-0003")
    assert fresh.sharing == Sharing("it", Level.ALL), "nobody had taken it: whoever brings it owns it"
    with pytest.raises(Forbidden, match="closed to your room"):
        await add(door, who("operator", "planning"), "AL-0002")
    with pytest.raises(Forbidden):
        await commands.of_alert(door.services, who("operator", "planning"), "AL-0002")
    opened = await deciding.share(
        door.services,
        who("operator", "police"),
        theirs.id,
        level=Level.ALL,
        rooms=(),
        reason="all look for him",
        version=None,
    )
    assert opened.sharing == Sharing("police", Level.ALL)
    assert opened.custody[-1].words == "all rooms. all look for him"
    assert (await commands.get(door.services, who("operator", "planning"), theirs.id)).id == theirs.id


async def test_unsharing_takes_effect_at_the_next_look(door: House) -> None:
    ask, boss, other = door.services, who("supervisor", "police"), who("operator", "it")
    await set_sharing(door, NAMED)
    await commands.clear(ask, other, ONE, purpose="response", reason="who is it", picture=True)
    await deciding.share(ask, boss, ONE, level=Level.OWN, rooms=(), reason="a minor", version=None)
    for calls in acts(door, other).values():
        for call in calls:
            assert await refused(call())


async def test_who_looked_and_why(door: House) -> None:
    ask, boss, other = door.services, who("supervisor", "police"), who("operator", "it")
    await set_sharing(door, NAMED)
    await commands.blurred(ask, other, ONE)
    await commands.clear(ask, other, ONE, purpose="investigation", reason="who is it", picture=True)
    looks = (await commands.reads(ask, boss, ONE)).items
    assert [(e.person, e.organisation, e.clear, e.purpose, e.reason) for e in looks] == [
        ("operator of it", "it", True, "investigation", "who is it"),
        ("operator of it", "it", False, "blurred likeness", ""),
    ]


async def test_what_is_not_there_is_not_there_for_anybody(door: House) -> None:
    for exhibit in ("EV-0099", "EV-1", "../../ops.db", "EV-0001' OR 1=1"):
        with pytest.raises(NotFound):
            await commands.get(door.services, who("operator", "it"), exhibit)


async def test_it_goes_along_when_its_alert_is_taken_over(door: House) -> None:
    await furnish(door)
    await set_sharing(door, OWN)
    police, it = who("supervisor", "police"), who("supervisor", "it")

    def begin(conn: Connection) -> None:
        made = repository.one(conn, ONE)
        others = replace(made.exhibit, id="EV-0002", sharing=Sharing("planning", Level.ALL))
        repository.save(conn, repository.Row(others, made.kept))
        row = alerts.one(conn, "AL-0001")
        row.alert = replace(row.alert, sharing=OWN)
        alerts.save(conn, [row], [])

    await door.services.ops.write(begin)
    offered = sharing.offer(police, "it", "a camera")
    await sharing.reshare(door.services, police, "alert", "AL-0001", "offered", offered, "a camera", None)
    with pytest.raises(Forbidden):
        await commands.get(door.services, it, ONE)  # not theirs before they have taken it
    await sharing.reshare(door.services, it, "alert", "AL-0001", "taken", sharing.take(it), "", None)
    goes = await commands.get(door.services, it, ONE)
    assert goes.sharing == Sharing("it", Level.NAMED, ("police",))
    assert (goes.custody[-1].act, goes.custody[-1].words) == ("handed over", "from police to it")
    stays = await commands.get(door.services, it, "EV-0002")
    assert stays.sharing.room == "planning"
