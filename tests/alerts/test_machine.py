"""The state machine alone: every path of actions keeps an alert that makes sense, or is refused whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.alerts import machine
from tocsin.alerts.episodes import Memory, again, begin, ends, goes_on, takes
from tocsin.alerts.rules import read_rules
from tocsin.kernel.decisions import Alert, AlertState
from tocsin.kernel.errors import Conflict, Invalid, TocsinError
from tocsin.kernel.events import SEVERITIES, Finding, Phase

T0 = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
RULES = read_rules()


def said(of: str = "f", severity: str = "high", at: datetime = T0, phase: Phase = Phase.STARTED) -> Finding:
    return Finding(
        id=of,
        version=1,
        tool="crowd",
        tool_version="1",
        kind="crowd.surge",
        phase=phase,
        entities=("urn:ngsi-ld:CrowdFlowObserved:D4",),
        onset=at,
        observed_at=at,
        headline="h",
        words="w",
        score=1.0,
        score_means="m",
        severity=severity,  # type: ignore[arg-type]
        fault_probability=0.0,
        evidence=(),
    )


def new() -> Alert:
    return begin(1, said(), RULES.decide(said()), T0).alert


def sane(alert: Alert) -> None:
    marks = (alert.acknowledged, alert.confirmed, alert.rejected, alert.closed)
    match alert.state:
        case AlertState.NEW:
            assert marks == (None, None, None, None)
        case AlertState.ACKNOWLEDGED:
            assert alert.acknowledged
            assert marks[1:] == (None, None, None)
        case AlertState.CONFIRMED:
            assert alert.acknowledged
            assert alert.confirmed
            assert marks[2:] == (None, None)
        case AlertState.REJECTED:
            assert alert.acknowledged
            assert alert.rejected
            assert alert.rejected.reason
            assert (alert.confirmed, alert.closed) == (None, None)
        case AlertState.CLOSED:
            assert alert.closed
            assert alert.acknowledged
            assert (alert.shelved, alert.suppressed) == (None, None)
    if alert.shelved is not None:
        assert alert.shelved.reason
        assert T0 < alert.shelved.until <= alert.shelved.at + machine.LONGEST_SHELF
    assert alert.active == (alert.ended_at is None)
    assert alert.occurrences >= 1
    if not alert.active and alert.state is AlertState.CLOSED:
        assert alert.closed is not None


_PEOPLE = {
    "acknowledge": lambda a, t, r: machine.acknowledge(a, "kim", t),
    "unacknowledge": lambda a, t, r: machine.unacknowledge(a, "kim", t),
    "confirm": lambda a, t, r: machine.confirm(a, "kim", t, r),
    "reject": lambda a, t, r: machine.reject(a, "kim", t, r),
    "reopen": lambda a, t, r: machine.reopen(a, "kim", t, r),
    "shelve": lambda a, t, r: machine.shelve(a, "kim", t, r, t + timedelta(hours=1)),
    "unshelve": lambda a, t, r: machine.unshelve(a, "kim", t),
    "close": lambda a, t, r: machine.close(a, "kim", t, r),
    "join": lambda a, t, r: machine.join(a, "INC-001", "kim", t),
    "leave": lambda a, t, r: machine.leave(a, "INC-001", "kim", t),
}
_TOOL = ("again", "goes_on", "ends")


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*_PEOPLE, *_TOOL]),
            st.sampled_from([None, "", "  ‮ ", "a reason"]),
            st.sampled_from(SEVERITIES),
            st.integers(-5, 600),
        ),
        max_size=25,
    )
)
def test_any_path_keeps_sense(path: list[tuple[str, str | None, str, int]]) -> None:
    alert, memory, now, episodes = new(), Memory(("f",), (T0,)), T0, 0
    for act, reason, severity, passed in path:
        now += timedelta(seconds=passed)  # clocks step back now and then
        before = alert
        if act in _PEOPLE:
            try:
                event = _PEOPLE[act](alert, now, reason)
            except TocsinError as refusal:
                assert refusal.cure  # noqa: PT017  # most steps are not refused
                continue
            alert = event.alert
            assert event.by == "kim"
        else:
            finding = said(
                f"e{episodes}" if act == "again" else memory.open[-1] if memory.open else "f", severity, now
            )
            verdict = RULES.decide(finding)
            if act == "again":
                if not takes(alert, finding, RULES.habits):
                    continue
                episodes += 1
                change = again(alert, memory, finding, verdict, now, RULES.habits)
            elif act == "goes_on":
                if alert.state is AlertState.CLOSED or not alert.active:
                    continue
                change = goes_on(alert, memory, finding, verdict, now)
            else:
                change = ends(alert, memory, finding, now)
            alert, memory, event = change.alert, change.memory, change.event
            if event is None:
                assert alert.version == before.version
                sane(alert)
                continue
        assert event.alert == alert
        assert alert.version == before.version + 1
        assert event.at >= before.updated_at
        assert alert.updated_at == event.at
        sane(alert)


def test_undo_gives_back_what_was() -> None:
    fresh = new()
    back = machine.unacknowledge(machine.acknowledge(fresh, "kim", T0).alert, "kim", T0).alert
    assert back.state is AlertState.NEW
    assert back.acknowledged is None
    assert back.version == 3
    seen = machine.acknowledge(fresh, "kim", T0).alert
    for decided in (machine.confirm(seen, "kim", T0), machine.reject(seen, "kim", T0, "no")):
        undone = machine.reopen(decided.alert, "kim", T0).alert
        assert (undone.state, undone.confirmed, undone.rejected) == (AlertState.ACKNOWLEDGED, None, None)


@pytest.mark.parametrize("reason", [None, "", "   ", "‮"])
def test_reasons_are_needed(reason: str | None) -> None:
    seen = machine.acknowledge(new(), "kim", T0).alert
    for refuse in (
        lambda: machine.reject(seen, "kim", T0, reason),
        lambda: machine.shelve(seen, "kim", T0, reason, T0 + timedelta(hours=1)),
        lambda: machine.close(seen, "kim", T0, reason),  # still active
    ):
        with pytest.raises(Invalid) as refusal:
            refuse()
        assert refusal.value.field == "reason"
    over = ends(seen, Memory(("f",), (T0,)), said(), T0).alert
    assert machine.close(over, "kim", T0, reason).alert.state is AlertState.CLOSED


@pytest.mark.parametrize(
    "until",
    [None, datetime(2026, 11, 21, 17, 0), T0, T0 - timedelta(1), T0 + timedelta(days=8)],  # noqa: DTZ001
)
def test_a_shelf_has_an_end_within_reach(until: datetime | None) -> None:
    with pytest.raises(Invalid) as refusal:
        machine.shelve(new(), "kim", T0, "works", until)
    assert refusal.value.field == "until"


def test_refusals_say_who_was_first() -> None:
    taken = machine.acknowledge(new(), "kim", T0).alert
    with pytest.raises(Conflict, match=r"AL-0001 is acknowledged by kim at 2026-11-21T16:00:00Z"):
        machine.acknowledge(taken, "lee", T0)
    with pytest.raises(Conflict, match="already part of INC-001"):
        machine.join(machine.join(taken, "INC-001", "kim", T0).alert, "INC-002", "lee", T0)
    with pytest.raises(Conflict):
        machine.close(new(), "kim", T0, "a new one needs a decision first")
