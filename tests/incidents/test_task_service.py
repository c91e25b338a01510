"""Tasks in the store: one event an act, published with it; overdue ones told once, whatever is restarted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.db.shape import shaped
from tests.incidents.plans import FORK, T0, minute
from tests.incidents.test_incidents import alert

from tocsin.bus.codec import decode
from tocsin.db import Database
from tocsin.incidents import service, task_service, tasks
from tocsin.incidents.overdue.stage import Overdue
from tocsin.incidents.procedures.fit import fitting
from tocsin.incidents.procedures.library import shipped
from tocsin.kernel.decisions import Incident, IncidentEvent
from tocsin.kernel.errors import Conflict, Unavailable


class Hand:
    def __init__(self) -> None:
        self.at: datetime = T0

    def now(self) -> datetime:
        return self.at


class Book:
    def __init__(self, path: Path) -> None:
        self.path, self.clock = path, Hand()
        self.db = Database(path, durable=False, wait_s=0.1)
        shaped(self.db)

    def open(self, number: int = 1) -> Incident:
        made = alert(number)
        return self.db.write_now(lambda c: service.open_(c, "Surge", [made], "kim", self.clock.now()))

    def start(self, incident: str = "INC-001", version: int | None = None) -> Incident:
        at = self.clock.now()
        return self.db.write_now(lambda c: task_service.start(c, incident, FORK, "kim", at, version))

    def act(self, name: str, task: str, *args: Any, version: int | None = None) -> Incident:
        move = partial(getattr(tasks, name), by="kim", at=self.clock.now())
        return self.db.write_now(
            lambda c: task_service.act(c, "INC-001", version, lambda i: move(i, f"p.{task}", *args))
        )

    def get(self, incident: str = "INC-001") -> Incident:
        return self.db.read_now(lambda c: service.get(c, incident))

    def events(self) -> list[IncidentEvent]:
        return list(self.db.read_now(lambda c: service.events(c, "INC-001", limit=500))[0])

    def outbox(self) -> list[IncidentEvent]:
        rows = self.db.read_now(
            lambda c: c.execute(text("SELECT data FROM outbox ORDER BY id")).scalars().all()
        )
        return [decode(row, IncidentEvent) for row in rows]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path / "ops.db")
    yield made
    made.db.close()


def test_acts_are_events_stored_and_published_and_replay_to_the_view(book: Book) -> None:
    book.open()
    book.start()
    book.act("tick", "look", 0, True)
    book.act("tick", "look", 1, True)
    book.act("done", "look", None)
    book.act("answer", "decide", "no", "quiet")
    book.act("undo", "decide", "wrong key")
    book.act("answer", "decide", "yes", None)
    acts = [
        "opened",
        "procedure started",
        "task ticked",
        "task ticked",
        "task done",
        "task answered",
        "task undone",
        "task answered",
    ]
    events, view = book.events(), book.get()
    assert [e.act for e in events] == [e.act for e in book.outbox()] == acts == [e.act for e in view.log]
    assert [e.incident.version for e in events] == list(range(1, len(acts) + 1))
    assert tuple(line for e in events for line in e.incident.log) == view.log, "each event its own line"
    assert (events[-1].incident.tasks, events[-1].incident.procedures) == (view.tasks, view.procedures)
    assert book.outbox()[-1].incident == view


def test_two_people_at_once_are_a_conflict_that_says_what_happened(book: Book) -> None:
    seen = book.open().version
    book.start(version=seen)
    with pytest.raises(Conflict, match="procedure started by kim"):
        book.act("begin", "look", version=seen)
    book.act("begin", "look", version=seen + 1)
    with pytest.raises(Conflict, match="in progress by kim"):
        book.act("begin", "look")
    assert [e.act for e in book.events()] == ["opened", "procedure started", "task started"]


async def test_overdue_is_told_once_a_level_by_any_number_of_stages(book: Book) -> None:
    book.open()
    book.start()
    book.open(2)
    stage = Overdue(book.db, book.clock)
    assert await stage.tick() == 0
    book.clock.at = minute(2)
    assert await stage.tick() == 1
    assert await stage.tick() == 0
    assert await Overdue(book.db, book.clock).tick() == 0, "a restart tells nothing again"
    book.clock.at = minute(60)
    assert await Overdue(book.db, book.clock).tick() == 1
    assert await stage.tick() == 0
    told = [e for e in book.events() if e.act == "task escalated"]
    assert [(e.by, e.at) for e in told] == [("incidents", minute(2)), ("incidents", minute(60))]
    assert [e.act for e in book.outbox()].count("task escalated") == 2
    assert stage.health().figures == {"escalated": 1.0, "incidents": 0.0}


async def test_what_moved_on_or_closed_between_two_looks_is_not_told(book: Book) -> None:
    book.open()
    book.start()
    stage = Overdue(book.db, book.clock)
    await stage.tick()
    book.act("done", "look", "dark")
    book.clock.at = minute(4)
    assert await stage.tick() == 0, "decide is due at 5"
    book.clock.at = minute(5)
    book.db.write_now(lambda c: service.close(c, "INC-001", "handled", "over", "kim", minute(5)))
    assert await stage.tick() == 0
    book.db.write_now(lambda c: service.reopen(c, "INC-001", "not over", "kim", minute(5)))
    assert await stage.tick() == 1


async def test_a_locked_store_degrades_and_is_tried_again(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    stage = Overdue(book.db, book.clock, tick_s=0.005)
    failures = [Unavailable("locked"), None]

    async def read(_look: Any) -> dict[int, Any]:
        if failures and (error := failures.pop(0)):
            raise error
        return {}

    monkeypatch.setattr(book.db, "read", read)
    states = set()
    running = asyncio.create_task(stage.run())
    async with asyncio.timeout(10):
        while states != {"degraded", "working"} or failures:
            await asyncio.sleep(0.001)
            states.add(stage.health().state)
    running.cancel()
    assert stage.health().state == "working"


def test_fitting_procedures_best_first_with_the_reason(book: Book) -> None:
    surge = alert(1, kind="crowd.surge")
    odd = alert(2, kind="bus.smoke", category="Fire", severity="medium")
    opened = book.db.write_now(lambda c: service.open_(c, "x", [surge, odd], "kim", T0))
    found = [(f.procedure.id, f.words) for f in fitting(shipped(), opened, [surge, odd])]
    assert found == [
        ("crowd-surge", "because AL-0001 is crowd.surge, in an incident that is high"),
        ("evacuation", "because AL-0002 is of category Fire, in an incident that is high"),
        ("public-warning", "because AL-0002 is of category Fire, in an incident that is high"),
    ]


def test_what_is_for_one_category_fits_better_than_what_is_for_many(book: Book) -> None:
    cloud = alert(1, kind="anomaly.high", category="CBRNE")
    opened = book.db.write_now(lambda c: service.open_(c, "x", [cloud], "kim", T0))
    found = [f.procedure.id for f in fitting(shipped(), opened, [cloud])]
    assert found == ["bio-sensor-alarm", "public-warning"]


def test_too_slight_or_already_followed_does_not_fit(book: Book) -> None:
    slight = alert(1, kind="crowd.surge", severity="low")
    opened = book.db.write_now(lambda c: service.open_(c, "x", [slight], "kim", T0))
    assert fitting(shipped(), opened, [slight]) == []
    fault = alert(2, kind="anomaly.fault", severity="low")
    [only] = fitting(shipped(), opened, [fault])
    assert (only.procedure.id, only.words) == ("sensor-fault", "because AL-0002 is anomaly.fault (*.fault)")
    begun = tasks.start(opened, only.procedure, "kim", T0 + timedelta(minutes=1)).incident
    assert fitting(shipped(), begun, [fault]) == []
