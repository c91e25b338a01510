"""The clock of the machine jumps, forward and back: nothing comes back early, twice or never."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from tests.alerts.conftest import T0, Desk, finding
from tests.db.shape import shaped
from tests.incidents import test_correlation_stage as correlating
from tests.incidents.plans import minute
from tests.incidents.test_incidents import Book as Correlated
from tests.incidents.test_incidents import book
from tests.incidents.test_task_service import Book

from tocsin.db import Database
from tocsin.identity.identity import Identity
from tocsin.identity.passwords import Passwords
from tocsin.incidents.overdue.stage import Overdue
from tocsin.kernel.clock import FileClock

__all__ = ["book"]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_shelf(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ops.db")
    desk.take(finding())
    desk.act("shelve", reason="works in the street", until=T0 + HOUR)
    for jump in (-DAY, -HOUR, timedelta(), HOUR - timedelta(seconds=1), -10 * DAY):
        desk.clock.time = T0 + jump
        desk.tick()
        assert desk.get().shelved is not None, jump
    desk.clock.time = T0 + DAY
    desk.tick()
    assert desk.get().shelved is None
    desk.clock.time = T0 + timedelta(minutes=1)
    desk.tick()
    assert desk.get().shelved is None, "what came back stays, though its time is to come again"
    assert desk.acts().count("returned") == 1
    desk.act("acknowledge")
    versions = [e.alert.version for e in desk.events()]
    assert versions == sorted(set(versions)), "order is by version, whatever the clock said"
    desk.db.close()


def test_an_alert_that_goes_on_while_the_clock_stands_wrong(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ops.db")
    desk.take(finding())
    for number, jump in enumerate((-DAY, DAY, -HOUR, 3 * DAY), 2):
        desk.clock.time = T0 + jump
        desk.take(finding(version=number, phase="ongoing"))
        desk.tick()
    desk.clock.time = T0 + timedelta(minutes=2)
    desk.take(finding(version=9, phase="ended"))
    assert desk.ids(state="all") == ["AL-0001"], "no second one is raised by a jump"
    assert not desk.get().active
    assert desk.get().finding.version == 9
    desk.db.close()


async def test_an_overdue_task(tmp_path: Path) -> None:
    book = Book(tmp_path / "ops.db")
    book.open()
    book.start()
    stage = Overdue(book.db, book.clock)
    for number in (-600, 0, 0.5):
        book.clock.at = minute(number)
        assert await stage.tick() == 0, "not due yet"
    book.clock.at = minute(2)
    assert await stage.tick() == 1
    for number in (-600, 0.5, 2, 2):
        book.clock.at = minute(number)
        assert await stage.tick() == 0, "told once"
    book.clock.at = minute(60 * 24 * 365)
    assert await stage.tick() == 1, "the second level"
    book.clock.at = minute(3)
    book.act("done", "look", "seen")
    (task,) = [t for t in book.get().tasks if t.id == "p.look"]
    assert task.ended is not None
    assert [e.act for e in book.events()].count("task escalated") == 2
    book.db.close()


@pytest.mark.parametrize("jump", [-DAY, timedelta(), DAY])
async def test_a_window_of_correlation(
    book: Correlated, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    """What belongs together is told by when it began, not by when we looked."""
    monkeypatch.setattr(correlating, "FileClock", lambda at: FileClock(at + jump))
    await correlating.tell(book, correlating.at(1, 0, 0), correlating.at(4, 60, 20))
    monkeypatch.setattr(correlating, "FileClock", lambda at: FileClock(at - jump))
    await correlating.tell(book, correlating.at(2, 1, 40), correlating.at(3, 2, 90))
    groups = {tuple(sorted(p.alerts)) for p in correlating.proposals(book)}
    assert groups == {("AL-0001", "AL-0002", "AL-0003")}


class Hand:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.mark.parametrize("back", [HOUR, DAY, 400 * DAY])
async def test_a_session(tmp_path: Path, back: timedelta) -> None:
    ops = Database(tmp_path / "ops.db", durable=False, name="ops")
    shaped(ops)
    clock = Hand(T0)
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    identity = Identity(ops, idle=12 * HOUR, longest=24 * HOUR, clock=clock, passwords=quick)
    first = identity.people.first_account()
    assert first is not None
    secret, _ = await identity.sign_in(*first, address="127.0.0.1", agent="test", organisation=None)
    clock.at = T0 + 25 * HOUR
    assert await identity.sessions.find(secret) is None, "forward: over"
    other, made = await identity.sign_in(*first, address="127.0.0.1", agent="test", organisation=None)
    clock.at -= back
    found = await identity.sessions.find(other)
    assert found is None or found.expires_at <= made.expires_at, "back: no session grows older than allowed"
    clock.at = made.expires_at + timedelta(seconds=1)
    assert await identity.sessions.find(other) is None
    ops.close()
