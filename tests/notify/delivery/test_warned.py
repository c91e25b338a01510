"""Approvers hear that a warning waits, every room what the public gets; each once, from the live realm."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from tests.db.shape import address
from tests.notify.delivery.city import City
from tests.notify.delivery.receivers import http
from tests.notify.delivery.test_realm import context, full, run
from tests.notify.desk import Desk, content, issuer, text

from tocsin.app.hosting import Place
from tocsin.app.notify import stands
from tocsin.db import positions
from tocsin.kernel.clock import WallClock
from tocsin.notify.delivery import webhooks
from tocsin.notify.delivery.model import KINDS, NotifyPreferences, QuietHours
from tocsin.notify.delivery.words import compose
from tocsin.notify.warnings import service
from tocsin.notify.warnings.watch import Watch
from tocsin.settings import load

SCRIPT = Path(__file__).with_name("killed_planner.py")


@pytest.fixture
def desk(city: City) -> Desk:
    """Warnings of the police of this city, on its clock; who stands how is asked of the real tables."""
    city.stands = stands  # type: ignore[method-assign]
    return Desk(city.db, clock=city.clock)  # type: ignore[arg-type]


def rooms(city: City) -> None:
    city.person("ana", "police", "supervisor")  # she writes them
    city.person("bo", "police", "supervisor")
    city.person("dan", "police", "decision maker")
    city.person("eve", "police", "operator")
    city.person("ivo", "it", "operator")
    city.person("hal", "hospital", "operator")


async def told(city: City, after: int = 0) -> list[tuple[str, str]]:
    """Plans what happened; (recipient, act) of the messages that are new."""
    await city.planner().warn()
    return [(one.recipient, one.notice.act) for one in city.ledger()[after:]]


async def test_approvers_hear_that_one_waits_and_the_author_does_not(city: City, desk: Desk) -> None:
    rooms(city)
    made = desk.compose()
    assert await told(city) == []
    desk.submit(made.id)
    assert await told(city) == [("bo", "submitted"), ("dan", "submitted")]
    assert await told(city, 2) == []


async def test_the_one_who_was_asked_by_name_hears_of_it_alone(city: City, desk: Desk) -> None:
    rooms(city)
    made = desk.compose()
    desk.submit(made.id, approver="dan")
    assert await told(city) == [("dan", "submitted")]


async def test_a_refusal_goes_to_its_authors_and_it_waits_again_after_that(city: City, desk: Desk) -> None:
    rooms(city)
    made = desk.compose()
    desk.submit(made.id)
    await told(city)
    now = city.clock.now()
    city.db.write_now(lambda c: service.refuse(c, made.id, "bo", now, ("supervisor",), "the place", None))
    assert await told(city, 2) == [("ana", "refused")]
    desk.submit(made.id)
    assert await told(city, 3) == [("bo", "submitted"), ("dan", "submitted")]


async def test_what_the_public_gets_every_room_hears(city: City, desk: Desk) -> None:
    """The warning is the police's alone until then; its update, cancellation and end are told as gravely."""
    rooms(city)
    everybody = ["ana", "bo", "dan", "eve", "hal", "ivo"]
    first = desk.issue()
    assert await told(city) == [
        ("bo", "submitted"),
        ("dan", "submitted"),
        *((n, "issued") for n in everybody),
    ]
    count = len(city.ledger())
    second = desk.follow(first.id, "Update", content(texts=(text(headline="Use the north gate"),)))
    desk.submit(second.id)
    desk.approve(second.id)
    assert await told(city, count + 2) == [(name, "updated") for name in everybody]
    count = len(city.ledger())
    city.passes(minutes=51)
    await Watch(city.db, city.clock).tick()
    assert await told(city, count) == [(name, "expiring") for name in everybody]
    count = len(city.ledger())
    third = desk.follow(second.id, "Cancel")
    desk.submit(third.id)
    desk.approve(third.id)
    assert await told(city, count + 2) == [(name, "cancelled") for name in everybody]
    count = len(city.ledger())
    city.passes(minutes=200)
    await Watch(city.db, city.clock).tick()
    assert await told(city, count) == []  # that a cancellation ends is no news
    fourth = desk.issue()
    city.passes(minutes=61)
    await told(city)
    count = len(city.ledger())
    await Watch(city.db, city.clock).tick()
    assert await told(city, count) == [(name, "expired") for name in everybody]
    assert {one.notice.severity for one in city.ledger()} == {"high"}
    assert city.ledger()[-1].notice.object == fourth.id


async def test_in_the_readers_language_where_the_warning_speaks_it(city: City, desk: Desk) -> None:
    for name, language in (("ann", "it"), ("bea", "nb")):
        city.person(name, "it", "operator", language=language)
    made = desk.issue(texts=(text(), text("it-IT", headline="Lasciate la piazza")))
    await told(city)
    await city.send()
    said = dict(city.mailed())
    assert (
        said["ann"]
        == f"[Tocsin] alto: Lasciate la piazza (L'allerta alla popolazione {made.id} è stata diramata)"
    )
    assert said["bea"] == f"[Tocsin] høy: Leave the square now (Befolkningsvarsel {made.id} er sendt ut)"
    one = city.ledger()[0]
    assert compose(one, "https://x").link == f"https://x/warning/{made.id}"


async def test_quiet_hours_hold_it_and_what_is_decided_by_then_is_withdrawn(city: City, desk: Desk) -> None:
    """A message that asks for approval in the morning, of what was approved at night, would cost trust."""
    night = QuietHours("16:30", "07:00", "Europe/Oslo")  # T0 is 17:00 there
    wants = NotifyPreferences(email="bo@city.example", quiet=night)
    city.person("bo", "police", "supervisor", wants=wants)
    made = desk.compose()
    desk.submit(made.id)
    await told(city)
    await city.send()
    assert city.mailed() == []
    desk.approve(made.id, by="dan")
    await told(city)
    city.passes(hours=14)  # 07:00, and it has ended long since
    await Watch(city.db, city.clock).tick()
    await told(city)
    await city.send()
    assert [(one.notice.act, one.state) for one in city.ledger()] == [
        ("submitted", "withdrawn"),
        ("issued", "withdrawn"),
        ("expired", "sent"),
    ]


async def test_systems_hear_what_is_public_and_nothing_before(city: City, desk: Desk) -> None:
    allowed = frozenset({"127.0.0.1"})
    for room in ("police", "hospital"):
        given = (room, "CAD", "http://127.0.0.1:9/in", KINDS, "low", "root")
        city.db.write_now(lambda c, g=given: webhooks.add(c, city.seal, *g, city.clock.now(), allowed))
    made = desk.compose()
    desk.submit(made.id)
    assert await told(city) == []
    desk.approve(made.id)
    await told(city)
    assert [(one.room, one.notice.act) for one in city.ledger()] == [
        ("hospital", "issued"),
        ("police", "issued"),
    ]


async def test_an_exercise_written_to_the_same_tables_is_told_to_nobody(city: City, desk: Desk) -> None:
    rooms(city)
    Desk(city.db, issuer=issuer(live=False), clock=city.clock).issue()  # type: ignore[arg-type]
    assert await told(city) == []
    assert position(city) > 0


def position(city: City) -> int:
    return city.db.read_now(lambda c: positions.load(c, "notify", "warning_events"))


async def killed(city: City, where: str) -> int:
    now = city.clock.now().isoformat()
    process = await asyncio.create_subprocess_exec(
        sys.executable, SCRIPT, address(city.folder / "ops.db"), where, now
    )
    async with asyncio.timeout(30):
        return await process.wait()


async def test_kill_9_tells_each_event_once(city: City, desk: Desk) -> None:
    """Before the commit nothing was planned and the position stands; after it nothing is planned again."""
    rooms(city)
    desk.issue()
    assert await killed(city, "before") == -signal.SIGKILL
    assert (city.ledger(), position(city)) == ([], 0)
    assert await killed(city, "after") == -signal.SIGKILL
    once = city.ledger()
    assert (len(once), position(city)) == (8, 3)
    assert await killed(city, "never") == 0
    assert city.ledger() == once
    assert len({one.key for one in once}) == len(once)


@pytest.mark.parametrize("realm", ["exercise:spring", "backtest:day", "live"])
async def test_no_realm_but_live_tells_anybody(city: City, realm: str) -> None:
    """The whole process *stages*, on the same tables and settings."""
    desk = Desk(city.db, issuer=issuer(live=realm == "live"), clock=WallClock())  # type: ignore[arg-type]
    async with http() as receiver:
        allowed = frozenset({"127.0.0.1"})
        given = ("it", "CAD", receiver.url, KINDS, "low", "root")
        city.db.write_now(lambda c: webhooks.add(c, city.seal, *given, city.clock.now(), allowed))
        desk.issue()
        context(city.folder)
        place = Place(city.folder, realm, load(city.folder, full(25)))
        await run(city, place, lambda: receiver.connections > 0)
    live = realm == "live"
    assert [b'"act":"issued"' in request.body for request in receiver.requests] == ([True] if live else [])
    assert len(city.ledger()) == (1 if live else 0)
