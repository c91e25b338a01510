"""Tasks: the order in which they open, decisions and their branches, ticks, undo, escalation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.incidents.plans import FORK, decision, incident, minute, procedure, procedures, step

from tocsin.incidents import machine, tasks
from tocsin.incidents.escalation import escalate, next_due
from tocsin.incidents.procedures.model import Procedure
from tocsin.kernel.decisions import Incident, IncidentEvent, Task, TaskState
from tocsin.kernel.errors import Conflict, Invalid, NotFound, TocsinError

ENDED = {"done", "skipped", "not needed"}


class Book:
    """One incident, one minute an act."""

    def __init__(self, plan: Procedure = FORK) -> None:
        self.now = 0.0
        self.events = [tasks.start(incident(), plan, "kim", minute(0))]

    @property
    def incident(self) -> Incident:
        return self.events[-1].incident

    def do(self, act: str, task: str, *args: Any, after: float = 1, **more: Any) -> Task:
        self.now += after
        move = getattr(tasks, act)
        self.events.append(move(self.incident, f"p.{task}", *args, by="kim", at=minute(self.now), **more))
        return self.task(task)

    def task(self, name: str) -> Task:
        return next(t for t in self.incident.tasks if t.id == f"p.{name}")

    def states(self) -> dict[str, str]:
        return {t.id.removeprefix("p."): t.state.value for t in self.incident.tasks}

    def escalate(self, at: float) -> list[IncidentEvent]:
        made = escalate(self.incident, minute(at), "incidents")
        self.events += made
        return made

    @property
    def said(self) -> str:
        return self.incident.log[-1].words


def test_the_first_step_opens_with_the_procedure_and_the_log_says_so() -> None:
    book = Book()
    assert book.states() == dict.fromkeys(book.states(), "waiting") | {"look": "open"}
    assert (book.task("look").opened_at, book.task("look").due_at) == (minute(0), minute(2))
    assert book.incident.log[-1].act == "procedure started"
    assert book.said == "Plan (version 1), 7 steps; now open: Look (operator, 2 min)"
    assert [(p.id, p.version, p.by) for p in book.incident.procedures] == [("p", 1, "kim")]
    with pytest.raises(Conflict, match="follows Plan already"):
        tasks.start(book.incident, FORK, "kim", minute(1))


def test_a_decision_opens_its_branch_and_the_other_falls_away() -> None:
    book = Book()
    book.do("begin", "look")
    book.do("done", "look", "dark")
    assert book.states()["decide"] == "open"
    decided = book.do("answer", "decide", "yes", None)
    assert (decided.answer, decided.state) == ("yes", TaskState.DONE)
    states = book.states()
    assert (states["act"], states["tell"], states["leave"]) == ("open", "open", "not needed")
    assert (states["both"], states["report"]) == ("waiting", "waiting")
    assert book.said == (
        "What now? yes; now open: Act (field responder, 10 min), Tell (supervisor, 3 min); not needed: Leave"
    )
    book.do("skip", "act", "nobody there")
    assert book.states()["both"] == "waiting"
    book.do("done", "tell", None)
    assert book.states()["both"] == "open", "skipped counts as ended"
    book.do("done", "both", None)
    assert book.states()["report"] == "open"
    book.do("done", "report", None)
    assert set(book.states().values()) == ENDED


def test_what_follows_a_fallen_branch_alone_falls_with_it() -> None:
    book = Book()
    book.do("done", "look", "dark")
    book.do("answer", "decide", "no", None)
    assert book.states() == {
        "look": "done",
        "decide": "done",
        "act": "not needed",
        "tell": "not needed",
        "both": "not needed",
        "leave": "open",
        "report": "waiting",
    }


def test_a_chosen_step_does_not_wait_for_what_fell_away() -> None:
    """Both answers lead to ``sweep``; only one has it done after something else."""
    plan = procedure(
        step("holds", decision=decision(yes=("sweep",), no=("change", "sweep"))),
        step("change"),
        step("sweep", "change"),
    )
    book = Book(plan)
    book.do("answer", "holds", "yes", None)
    assert (book.states()["change"], book.states()["sweep"]) == ("not needed", "open")
    book.do("undo", "holds", "wrong key")
    book.do("answer", "holds", "no", None)
    assert (book.states()["change"], book.states()["sweep"]) == ("open", "waiting")
    book.do("done", "change", None)
    assert book.states()["sweep"] == "open"


def test_ticks_begin_a_task_and_an_unticked_line_asks_for_a_reason() -> None:
    book = Book()
    ticked = book.do("tick", "look", 1, True)
    assert (ticked.state, ticked.started.by) == (TaskState.IN_PROGRESS, "kim")
    assert book.said == "Look: counter"
    with pytest.raises(Conflict, match="'counter' is ticked"):
        book.do("tick", "look", 1, True)
    with pytest.raises(Invalid, match="not ticked: camera") as refused:
        book.do("done", "look", " ")
    assert refused.value.field == "reason"
    with pytest.raises(Invalid):
        book.do("tick", "look", 2, True)
    with pytest.raises(Invalid):
        book.do("tick", "look", -1, True)
    book.do("tick", "look", 1, False)
    assert book.incident.log[-1].act == "task unticked"
    book.do("done", "look", "camera is dark")
    assert "without camera; counter: camera is dark" in book.said


@pytest.mark.parametrize(
    ("act", "task", "args", "error", "field"),
    [
        ("begin", "act", (), Conflict, "task"),
        ("done", "nothing", (None,), NotFound, "task"),
        ("skip", "look", (None,), Invalid, "reason"),
        ("skip", "look", ("  ",), Invalid, "reason"),
        ("answer", "look", ("yes", None), Conflict, "task"),
        ("undo", "look", ("why",), Conflict, "task"),
    ],
)
def test_refusals_name_field_and_cure(act: str, task: str, args: Any, error: Any, field: str) -> None:
    with pytest.raises(error) as refused:
        Book().do(act, task, *args)
    assert refused.value.field == field
    assert refused.value.cure


def test_a_decision_is_answered_never_done_or_skipped() -> None:
    book = Book()
    book.do("done", "look", "dark")
    for act in ("done", "skip"):
        with pytest.raises(Conflict) as refused:
            book.do(act, "decide", "no time")
        assert refused.value.cure == "answer it: yes, no"
    with pytest.raises(Invalid) as wrong:
        book.do("answer", "decide", "maybe", None)
    assert wrong.value.field == "answer"


def test_undo_takes_back_the_last_act_only_while_nothing_was_built_on_it() -> None:
    book = Book()
    book.do("tick", "look", 0, True)
    book.do("done", "look", "enough")
    book.do("answer", "decide", "no", None)
    book.do("begin", "leave")
    with pytest.raises(Conflict, match="Leave was begun because of it"):
        book.do("undo", "decide", "wrong key")
    book.do("undo", "leave", "wrong key")
    with pytest.raises(Invalid):
        book.do("undo", "decide", "")
    again = book.do("undo", "decide", "wrong key")
    assert (again.state, again.answer, again.ended) == (TaskState.OPEN, None, None)
    assert book.states()["leave"] == book.states()["act"] == "waiting"
    assert book.task("leave").due_at is None
    book.do("undo", "look", "wrong key")
    assert book.task("look").state is TaskState.IN_PROGRESS
    assert book.task("look").due_at == minute(2), "the time limit goes on"
    book.do("undo", "look", "not seen")
    assert book.task("look").checklist[0].ticked is None
    book.do("undo", "look", "not begun")
    assert book.states() == Book().states()


def test_undo_of_what_was_seen_is_refused_when_another_act_came_after() -> None:
    book = Book()
    book.do("tick", "look", 0, True)
    ticked = book.task("look").checklist[0].ticked
    assert ticked is not None
    book.do("done", "look", "enough")
    ended = book.task("look").ended
    assert ended is not None
    with pytest.raises(Conflict, match="since you looked: done") as refused:
        book.do("undo", "look", "wrong key", done_at=ticked.at)
    assert refused.value.field == "done_at"
    assert book.do("undo", "look", "wrong key", done_at=ended.at).state is TaskState.IN_PROGRESS
    assert book.do("undo", "look", "wrong key", done_at=ticked.at).checklist[0].ticked is None


def test_undo_of_a_decision_is_refused_when_the_join_behind_it_has_begun() -> None:
    plan = procedure(
        step("decide", decision=decision(yes=("far",), no=("near",))),
        step("far"),
        step("near"),
        step("side"),
        step("join", "far", "side"),
    )
    book = Book(plan)
    book.do("answer", "decide", "no", None)
    book.do("done", "side", None)
    book.do("begin", "join")
    with pytest.raises(Conflict, match="Join was begun"):
        book.do("undo", "decide", "wrong")


def test_a_closed_incident_takes_no_progress_and_escalates_nothing() -> None:
    book = Book()
    closed = machine.close(book.incident, "handled", "over", "kim", minute(1)).incident
    for act, args in (
        ("begin", ()),
        ("tick", (0, True)),
        ("done", ("x",)),
        ("skip", ("x",)),
        ("undo", ("x",)),
    ):
        with pytest.raises(Conflict, match="is closed"):
            getattr(tasks, act)(closed, "p.look", *args, by="kim", at=minute(2))
    with pytest.raises(Conflict):
        tasks.start(closed, procedure(step("x"), id="q"), "kim", minute(2))
    assert escalate(closed, minute(999), "incidents") == []
    assert next_due(closed) is None


def test_overdue_goes_to_the_supervisor_then_the_decision_maker_once_each() -> None:
    book = Book()
    assert next_due(book.incident) == minute(2)
    assert book.escalate(1.99) == []
    assert [e.act for e in book.escalate(2)] == ["task escalated"]
    assert book.said == "to the supervisor: Look (operator) is not done after 2 min"
    assert book.incident.log[-1].by == "incidents"
    assert book.escalate(3) == []
    assert next_due(book.incident) == minute(4)
    book.escalate(4)
    assert book.said == "to the decision maker: Look (operator) is not done after 4 min"
    assert book.escalate(999) == []
    assert next_due(book.incident) is None


def test_both_levels_at_once_after_a_long_stop_and_none_to_oneself() -> None:
    book = Book(procedure(step("own", role="supervisor"), step("top", role="decision maker", minutes=3)))
    book.escalate(60)
    told = [(t.role, [e.to for e in t.escalations]) for t in book.incident.tasks]
    assert told == [("supervisor", ["decision maker"]), ("decision maker", ["supervisor"])]
    book = Book()
    book.escalate(60)
    assert [e.to for e in book.task("look").escalations] == ["supervisor", "decision maker"]


def test_a_second_procedure_joins_the_first() -> None:
    book = Book()
    book.events.append(tasks.start(book.incident, procedure(step("x"), id="q"), "kim", minute(1)))
    assert [p.id for p in book.incident.procedures] == ["p", "q"]
    assert len({t.id for t in book.incident.tasks}) == len(book.incident.tasks) == 8
    many = procedure(*(step(f"s{n}") for n in range(40)))
    for number in range(2):
        book.events.append(tasks.start(book.incident, replace(many, id=f"r{number}"), "kim", minute(2)))
    with pytest.raises(Invalid, match="120 tasks at most"):
        tasks.start(book.incident, replace(many, id="r2"), "kim", minute(2))


# --- any procedure, any acts -----------------------------------------------------------------------------

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "tick", "untick", "answer", "done", "skip", "undo", "escalate"]),
        st.integers(0, 8),
        st.integers(0, 3),
        st.floats(0, 6),
    ),
    max_size=40,
)
Acts = list[tuple[str, int, int, float]]


def play(book: Book, acts: Acts) -> int:
    """Try each; refusals are part of the game. How many were taken."""
    taken = 0
    for act, number, choice, wait in acts:
        task = book.incident.tasks[number % len(book.incident.tasks)]
        name = task.id.removeprefix("p.")
        before = book.incident
        try:
            if act == "escalate":
                book.now += wait
                taken += bool(book.escalate(book.now))
            elif act in ("tick", "untick"):
                book.do("tick", name, choice, act == "tick", after=wait)
            elif act == "answer":
                book.do(act, name, f"a{choice}", "why", after=wait)
            elif act == "begin":
                book.do(act, name, after=wait)
            else:
                book.do(act, name, "why", after=wait)
            taken += act != "escalate"
        except TocsinError as refused:
            assert refused.cure is not None  # noqa: PT017 - any act may be refused, none may lack a cure
            assert book.incident is before
    return taken


def may_be_open(task: Task, by_id: dict[str, Task]) -> bool:
    """The rule, said again without the module's help."""
    if any(by_id[n].state.value not in ENDED for n in task.needs):
        return False
    leading = [
        (d, a)
        for d in by_id.values()
        if d.question
        for a in d.question.answers
        if task.id in a.leads_to
    ]  # fmt: skip
    return not leading or any(d.state is TaskState.DONE and d.answer == a.name for d, a in leading)


def check(book: Book) -> None:
    log: list[int] = [1]
    for event in book.events:
        seen = event.incident
        by_id = {t.id: t for t in seen.tasks}
        log.append(seen.log[-1].seq)
        assert [entry.seq for entry in seen.log] == log, "the log only grows, one line an event"
        assert seen.log[-1].at == seen.updated_at == max(entry.at for entry in seen.log)
        for task in seen.tasks:
            running = task.state in (TaskState.OPEN, TaskState.IN_PROGRESS)
            acted = task.state in (TaskState.DONE, TaskState.SKIPPED)
            assert (task.opened_at is not None) == (running or acted)
            assert (task.ended is not None) == acted
            assert (task.answer is not None) == (task.question is not None and acted)
            if running or acted:
                assert may_be_open(task, by_id), f"{task.id} opened before its needs"
                assert (task.due_at - task.opened_at).total_seconds() == 60 * task.minutes
            levels = [e.to for e in task.escalations]
            assert len(levels) == len(set(levels)), "once a level"
            assert task.role not in levels


@given(procedures(), ACTS)
def test_any_acts_keep_the_rules(plan: Procedure, acts: Acts) -> None:
    book = Book(plan)
    play(book, acts)
    check(book)


@given(procedures(), ACTS)
def test_every_task_comes_to_exactly_one_end(plan: Procedure, acts: Acts) -> None:
    book = Book(plan)
    play(book, acts)
    for _ in range(len(plan.steps)):
        for task in book.incident.tasks:
            name = task.id.removeprefix("p.")
            if book.task(name).state.value in ("open", "in progress"):
                if task.question:
                    book.do("answer", name, "a0", "why")
                else:
                    book.do("done", name, "why")
    assert set(book.states().values()) <= ENDED
    check(book)


@given(procedures(), ACTS)
def test_the_same_acts_again_give_the_same_view(plan: Procedure, acts: Acts) -> None:
    first, second = Book(plan), Book(plan)
    assert play(first, acts) == play(second, acts)
    assert first.incident == second.incident
    # and the view is its events: each own line in turn, the newest tasks
    assert tuple(e.incident.log[-1] for e in first.events) == first.incident.log[1:]


@given(procedures(), ACTS, st.integers(0, 8))
def test_undo_is_the_inverse_of_an_end(plan: Procedure, acts: Acts, which: int) -> None:
    book = Book(plan)
    play(book, acts)
    open_ = [t for t in book.incident.tasks if t.state.value in ("open", "in progress")]
    if not open_:
        return
    task = open_[which % len(open_)]
    name, before = task.id.removeprefix("p."), book.states()
    if task.question:
        book.do("answer", name, "a1", "why")
    else:
        book.do("skip", name, "why")
    book.do("undo", name, "wrong key")
    assert book.states() == before
