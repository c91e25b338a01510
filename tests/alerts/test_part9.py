"""The alert against OPC UA Part 9: a small model written from the standard walks beside it, step by step.

The model knows the sub-states of an AlarmConditionType (10000-9, 5.7 and 5.8) and its ShelvedStateMachineType
(5.8.17), nothing of ours: where it says a method fails, the alert must refuse; where it moves, so must the
alert, to the same sub-states.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tocsin.alerts import machine
from tocsin.alerts.episodes import Memory, again, begin, ends
from tocsin.alerts.rules import read_rules
from tocsin.alerts.states import TRANSITIONS, Shelving, condition, isa_state
from tocsin.kernel.decisions import Alert, AlertAct, AlertState, OutOfService, Rule, Suppression
from tocsin.kernel.errors import Conflict, Invalid, TocsinError
from tocsin.kernel.events import Finding, Phase

T0 = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
RULES = read_rules()
MAX_TIME_SHELVED = timedelta(hours=8)


def said(of: str, at: datetime) -> Finding:
    return Finding(
        id=of,
        version=1,
        tool="crowd",
        tool_version="1",
        kind="crowd.surge",
        phase=Phase.STARTED,
        entities=("urn:ngsi-ld:CrowdFlowObserved:D4",),
        onset=at,
        observed_at=at,
        headline="h",
        words="w",
        score=1.0,
        score_means="m",
        severity="medium",
        fault_probability=0.0,
        evidence=(),
    )


class Model:
    """AlarmConditionType with all optional sub-states, from the standard."""

    def __init__(self) -> None:
        self.active = True
        self.acked = False
        self.confirmed = False
        self.shelving = "Unshelved"
        self.unshelve_time: datetime | None = None
        self.suppressed = False
        self.out_of_service = False
        self.retain = True

    def becomes_active(self) -> None:
        # 5.7.2: a new activation wants acknowledgement; one already confirmed was answered (see ``states``)
        if not self.active and not self.confirmed:
            self.acked = False
        self.active = True

    def becomes_inactive(self) -> None:
        self.active = False
        if self.shelving == "OneShotShelved":  # 5.8.17.1: "any transition occurs"
            self.unshelve()

    def acknowledge(self) -> bool:
        if self.acked:
            return False  # Bad_ConditionBranchAlreadyAcked
        self.acked = True
        self.suppressed = False
        return True

    def answer(self) -> bool:
        if self.confirmed:
            return False  # Bad_ConditionBranchAlreadyConfirmed
        self.acked = self.confirmed = True
        self.suppressed = self.out_of_service = False
        self.unshelve()
        return True

    def timed_shelve(self, now: datetime, time: timedelta) -> bool:
        if self.shelving == "TimedShelved" or not timedelta(0) < time <= MAX_TIME_SHELVED:
            return False  # Bad_ConditionAlreadyShelved, Bad_ShelvingTimeOutOfRange
        self.shelving, self.unshelve_time = "TimedShelved", now + time
        return True

    def one_shot_shelve(self, now: datetime) -> bool:
        if self.shelving == "OneShotShelved" or not self.active:
            return False
        self.shelving, self.unshelve_time = "OneShotShelved", now + MAX_TIME_SHELVED
        return True

    def unshelve(self) -> bool:
        was = self.shelving
        self.shelving, self.unshelve_time = "Unshelved", None
        return was != "Unshelved"  # else Bad_ConditionNotShelved

    def time(self, now: datetime) -> None:
        if self.unshelve_time is not None and self.unshelve_time <= now:
            self.unshelve()


class Part9(RuleBasedStateMachine):
    @initialize()
    def begins(self) -> None:
        first = said("f0", T0)
        change = begin(1, first, RULES.decide(first), T0)
        self.alert, self.memory = change.alert, change.memory
        self.model, self.now, self.episodes, self.versions = Model(), T0, 1, [1]

    def ask(self, ours: Any, theirs: bool) -> None:
        """Both move, or both refuse."""
        try:
            event = ours()
        except TocsinError as refusal:
            assert not theirs, f"the standard allows it: {refusal}"  # noqa: PT017
            assert refusal.cure  # noqa: PT017
            return
        assert theirs, f"{event.act}: the standard refuses it"
        self.follow(event.alert)

    def follow(self, alert: Alert) -> None:
        assert alert.version >= self.alert.version
        self.alert = alert

    @precondition(lambda self: not self.alert.active)
    @rule(later_s=st.integers(0, 1700))
    def starts_again(self, later_s: int) -> None:
        if not self.model.retain:
            return  # another alert: a closed one swallows nothing
        self.now += timedelta(seconds=later_s)
        self.tick()
        finding = said(f"f{self.episodes}", self.now)
        self.episodes += 1
        habits = RULES.habits
        quiet = Memory(self.memory.open, ())  # flapping has rules of its own (test_machine)
        change = again(self.alert, quiet, finding, RULES.decide(finding), self.now, habits)
        self.memory = change.memory
        self.follow(change.alert)
        self.model.becomes_active()

    @precondition(lambda self: self.alert.active)
    @rule()
    def finding_ends(self) -> None:
        change = ends(self.alert, self.memory, said(self.memory.open[-1], self.now), self.now)
        self.memory = change.memory
        self.follow(change.alert)
        self.model.becomes_inactive()

    @rule()
    def acknowledge(self) -> None:
        theirs = self.model.retain and self.model.acknowledge()
        self.ask(lambda: machine.acknowledge(self.alert, "kim", self.now), theirs)

    @rule(real=st.booleans())
    def answer(self, real: bool) -> None:
        theirs = self.model.retain and self.model.answer()
        if real:
            self.ask(lambda: machine.confirm(self.alert, "kim", self.now), theirs)
        else:
            self.ask(lambda: machine.reject(self.alert, "kim", self.now, "a bus passed"), theirs)

    @rule(minutes=st.sampled_from([-1, 0, 1, 30, 480, 481]))
    def timed_shelve(self, minutes: int) -> None:
        time = timedelta(minutes=minutes)
        theirs = self.model.retain and self.model.timed_shelve(self.now, time)
        until = self.now + time
        self.ask(
            lambda: machine.shelve(self.alert, "kim", self.now, "later", until, longest=MAX_TIME_SHELVED),
            theirs,
        )

    @rule()
    def one_shot_shelve(self) -> None:
        theirs = self.model.retain and self.model.one_shot_shelve(self.now)
        self.ask(
            lambda: machine.shelve(
                self.alert, "kim", self.now, "later", None, once=True, longest=MAX_TIME_SHELVED
            ),
            theirs,
        )

    @rule()
    def unshelve(self) -> None:
        self.ask(lambda: machine.unshelve(self.alert, "kim", self.now), self.model.unshelve())

    @rule(on=st.booleans())
    def suppress(self, on: bool) -> None:
        """By design: a rule's doing, which is not asked for."""
        if not self.model.retain or self.model.acked:
            return
        self.model.suppressed = on
        held = Suppression(Rule("F-01", "too many"), self.now) if on else None
        act: Any = "suppressed" if on else "released"
        self.follow(machine.step(self.alert, act, "alerts", self.now, None, suppressed=held).alert)

    @rule(on=st.booleans())
    def service(self, on: bool) -> None:
        if not self.model.retain or self.model.confirmed:
            return
        self.model.out_of_service = on
        until = self.now + timedelta(hours=1)
        mark = OutOfService("MW-0001", "kim", self.now, until, "new lens") if on else None
        act: Any = "out of service" if on else "returned"
        self.follow(machine.step(self.alert, act, "alerts", self.now, None, out_of_service=mark).alert)

    @rule()
    def close(self) -> None:
        """Not of the standard, which keeps conditions for ever: allowed once somebody has seen it."""
        theirs = self.model.retain and self.model.acked
        if theirs:
            self.model.answer()
            self.model.retain = self.model.suppressed = self.model.out_of_service = False
            self.model.unshelve()
        self.ask(lambda: machine.close(self.alert, "kim", self.now, "done"), theirs)

    @rule(seconds=st.integers(-60, 40_000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.tick()

    def tick(self) -> None:
        self.model.time(self.now)
        shelf = self.alert.shelved
        if shelf is not None and shelf.until <= self.now:
            self.follow(machine.step(self.alert, "returned", "alerts", self.now, None, shelved=None).alert)

    @invariant()
    def same(self) -> None:
        if not hasattr(self, "alert"):
            return
        model, ours = self.model, condition(self.alert)
        assert ours == (
            model.active,
            model.acked,
            model.confirmed,
            model.shelving,
            model.suppressed,
            model.out_of_service,
            model.retain,
        )
        if model.unshelve_time is not None:
            assert self.alert.shelved
            assert self.alert.shelved.until == model.unshelve_time
        letter = isa_state(self.alert)[0]
        if not model.retain:
            assert letter == "A"
        elif ours.suppressed_or_shelved:
            assert letter in "FGH"
        else:
            assert (
                letter
                == {(True, False): "B", (True, True): "C", (False, False): "D", (False, True): "A"}[
                    (model.active, model.acked)
                ]
            )


TestPart9 = Part9.TestCase
TestPart9.settings = settings(max_examples=300, stateful_step_count=25, deadline=None)


def state_of(state: AlertState) -> Alert:
    first = said("f0", T0)
    alert = begin(1, first, RULES.decide(first), T0).alert
    if state is AlertState.NEW:
        return alert
    alert = machine.acknowledge(alert, "kim", T0).alert
    match state:
        case AlertState.CONFIRMED:
            alert = machine.confirm(alert, "kim", T0).alert
        case AlertState.REJECTED:
            alert = machine.reject(alert, "kim", T0, "r").alert
        case AlertState.CLOSED:
            alert = machine.close(alert, "kim", T0, "r").alert
    return alert


PERSON = {
    "acknowledged": lambda a: machine.acknowledge(a, "kim", T0),
    "unacknowledged": lambda a: machine.unacknowledge(a, "kim", T0),
    "confirmed": lambda a: machine.confirm(a, "kim", T0),
    "rejected": lambda a: machine.reject(a, "kim", T0, "r"),
    "reopened": lambda a: machine.reopen(a, "kim", T0),
    "shelved": lambda a: machine.shelve(a, "kim", T0, "r", T0 + timedelta(hours=1)),
    "unshelved": lambda a: machine.unshelve(a, "kim", T0),
    "closed": lambda a: machine.close(a, "kim", T0, "r"),
    "joined": lambda a: machine.join(a, "INC-001", "kim", T0),
    "left": lambda a: machine.leave(a, "INC-001", "kim", T0),
}


@pytest.mark.parametrize(("act", "state"), list(itertools.product(PERSON, AlertState)))
def test_the_table_is_what_the_machine_does(act: str, state: AlertState) -> None:
    (row,) = [row for row in TRANSITIONS if row.act == act]
    assert row.by == "person"
    alert = state_of(state)
    if act == "unshelved" and state is not AlertState.CLOSED:
        alert = PERSON["shelved"](alert).alert
    if act == "left":
        alert = PERSON["joined"](alert).alert
    if state in row.of:
        assert PERSON[act](alert).act == act
    else:
        with pytest.raises(Conflict):
            PERSON[act](alert)


def test_every_act_has_its_row() -> None:
    sharing = {"shared", "offered", "taken", "declined"}
    assert {row.act for row in TRANSITIONS} == set(get_args(AlertAct)) - sharing
    assert len(TRANSITIONS) == len({row.act for row in TRANSITIONS})


def test_one_shot_needs_something_to_wait_for() -> None:
    alert = state_of(AlertState.NEW)
    gone = ends(alert, Memory(("f0",), (T0,)), said("f0", T0), T0).alert
    with pytest.raises(Conflict, match="ended already"):
        machine.shelve(gone, "kim", T0, "later", None, once=True)


def test_the_longest_shelf_is_said_in_the_refusal() -> None:
    alert = state_of(AlertState.NEW)
    with pytest.raises(Invalid, match="8 hours at most"):
        machine.shelve(alert, "kim", T0, "r", T0 + timedelta(hours=9), longest=MAX_TIME_SHELVED)
    kept = machine.shelve(alert, "kim", T0, "r", None, once=True, longest=MAX_TIME_SHELVED).alert
    assert kept.shelved
    assert (kept.shelved.once, kept.shelved.until) == (True, T0 + MAX_TIME_SHELVED)
    assert condition(kept).shelving is Shelving.ONE_SHOT
