"""Whatever people do in whatever order: each answer takes effect once, and nobody is located off a task."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.db.shape import shaped
from tests.incidents.plans import T0, procedure, step
from tests.incidents.test_incidents import alert

from tocsin.db import Database
from tocsin.identity.policy import Seat, Subject, person
from tocsin.incidents import service, task_service
from tocsin.incidents.field import repository
from tocsin.incidents.field import service as field
from tocsin.incidents.field.answers import Answer
from tocsin.incidents.field.repository import Position
from tocsin.kernel.decisions import TaskState
from tocsin.kernel.errors import Conflict, Forbidden, Invalid, TooMany
from tocsin.kernel.sharing import Level, Sharing

SEAT = Seat("police")
PEOPLE = [person(name, ["field responder"], SEAT) for name in ("ann", "sam")]
PLAN = procedure(
    step("open", role="field responder", checklist=("a", "b")),
    step("count", "open", role="field responder"),
)
TASKS = ("p.open", "p.count")
ACTS = ("on my way", "done", "cannot", "tick", "untick")

#: who, does what, to which task
steps = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from([*ACTS, "consent", "position", "stop", "close", "reopen"]),
        st.sampled_from(TASKS),
    ),
    min_size=4,
    max_size=24,
)


@settings(max_examples=30, deadline=None)
@given(steps)
def test_whatever_people_do(given_steps: list[tuple[Subject, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "ops.db", durable=False)
        shaped(db)
        try:
            _play(db, given_steps)
        finally:
            db.close()


def _play(db: Database, given_steps: list[tuple[Subject, str, str]]) -> None:
    owned = Sharing("police", Level.OWN)
    opened = db.write_now(lambda c: service.open_(c, "Crowd", [alert(1)], "kim", T0, owned))
    db.write_now(lambda c: task_service.start(c, opened.id, PLAN, "kim", T0))
    at = T0
    for number, (who, act, task) in enumerate(given_steps):
        at += timedelta(seconds=20)
        with suppress(Conflict, Forbidden, Invalid, TooMany):
            _act(db, opened.id, number, who, act, task, at)
        incident = db.read_now(lambda c: service.get(c, opened.id))
        on = {
            (t.id, t.started.by)
            for t in incident.tasks
            if incident.state == "open" and t.state is TaskState.IN_PROGRESS and t.started
        }
        held = db.read_now(lambda c: repository.of(c, 1, at))  # noqa: B023 - read at once
        assert {(one.task, one.person) for one in held} <= on


def _act(db: Database, incident: str, number: int, who: Subject, act: str, task: str, at: datetime) -> None:
    here = Position(24.9, 60.1, 5.0, at)
    match act:
        case "consent":
            db.write_now(lambda c: field.consent(c, who, incident, task, at))
        case "position":
            db.write_now(lambda c: field.position(c, who, incident, task, here))
        case "stop":
            db.write_now(lambda c: field.stop(c, who, incident, task))
        case "close":
            db.write_now(lambda c: service.close(c, incident, "handled", "x", "kim", at))
        case "reopen":
            db.write_now(lambda c: service.reopen(c, incident, "x", "kim", at))
        case _:
            said, key = Answer(act, at, "why", 0), f"key-{number:016}"  # type: ignore[arg-type]
            first, _ = db.write_now(lambda c: field.answer(c, who, incident, task, key, said, at))
            again, changed = db.write_now(lambda c: field.answer(c, who, incident, task, key, said, at))
            assert not changed
            assert again == first
