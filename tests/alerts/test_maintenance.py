"""Maintenance windows: alerts set aside while something is worked on, and back when it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.alerts.conftest import T0, Desk, finding

from tocsin.alerts.maintenance import service, windows
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.events import Place
from tocsin.kernel.maintenance import MaintenanceScope, MaintenanceWindow

HOUR = timedelta(hours=1)
SENSOR = "urn:ngsi-ld:CrowdFlowObserved:SQ-D4"
ON_SENSOR = MaintenanceScope(entities=(SENSOR,))
Write = Callable[..., MaintenanceWindow]


def plan(desk: Desk, scope: MaintenanceScope = ON_SENSOR, **given: Any) -> MaintenanceWindow:
    now = desk.clock.now()
    start, end = given.get("start"), given.get("end", now + HOUR)
    reason = given.get("reason", "a new lens")
    return desk.db.write_now(lambda c: service.plan(c, scope, start, end, reason, "ana", now))


def change(desk: Desk, window: str, **given: Any) -> MaintenanceWindow:
    now = desk.clock.now()
    return desk.db.write_now(lambda c: service.change(c, window, "ana", now, "it takes longer", **given))


def finish(desk: Desk, window: str = "MW-0001") -> MaintenanceWindow:
    now = desk.clock.now()
    return desk.db.write_now(lambda c: service.finish(c, window, "ana", now, "done"))


def state(desk: Desk, window: str = "MW-0001") -> str:
    return desk.db.read_now(lambda c: service.get(c, window)).state


def held(desk: Desk, window: str = "MW-0001") -> dict[str, str]:
    return {a.alert.id: a.how for a in desk.db.read_now(lambda c: service.alerts_of(c, window))}


def queue(desk: Desk) -> list[str]:
    return [a.id for a in desk.list() if not (a.out_of_service or a.suppressed or a.shelved)]


def test_alerts_come_back_when_the_window_ends(desk: Desk) -> None:
    desk.take(finding("f1"), finding("f2", entity="SQ-D5"))
    plan(desk)
    alert = desk.get()
    assert alert.out_of_service
    mark = alert.out_of_service
    assert (mark.window, mark.by, mark.reason, mark.until) == ("MW-0001", "ana", "a new lens", T0 + HOUR)
    assert desk.ids(state="out of service") == ["AL-0001"]
    assert desk.ids() == ["AL-0002", "AL-0001"]  # set aside, not lost
    assert queue(desk) == ["AL-0002"]
    desk.clock.after(minutes=59)
    assert desk.tick() == 0
    desk.clock.after(minutes=1)
    assert desk.tick() == 1
    assert desk.get().out_of_service is None
    assert queue(desk) == ["AL-0002", "AL-0001"]
    last = desk.events()[-1]
    assert (last.act, last.by) == ("returned", "alerts")
    assert "it still goes on" in (last.reason or "")
    assert state(desk) == "over"
    assert held(desk) == {"AL-0001": "returned"}
    assert desk.tick() == 0


def test_one_raised_meanwhile_never_reaches_the_queue_and_is_listed_when_it_ended(desk: Desk) -> None:
    plan(desk)
    desk.clock.after(minutes=5)
    desk.take(finding("f1", onset=desk.clock.now()))
    assert desk.acts() == ["raised", "out of service"]
    desk.clock.after(minutes=5)
    desk.take(finding("f1", 2, "ended", observed_at=desk.clock.now()))
    assert desk.get().out_of_service
    desk.clock.after(hours=1)
    assert desk.tick() == 1
    assert held(desk) == {"AL-0001": "ended"}
    assert "it ended at 2026-11-21T16:10:00Z" in (desk.events()[-1].reason or "")


def test_planned_ahead_it_begins_by_itself(desk: Desk) -> None:
    desk.take(finding())
    plan(desk, start=T0 + HOUR, end=T0 + 2 * HOUR)
    assert (state(desk), desk.get().out_of_service) == ("planned", None)
    desk.clock.after(minutes=60)
    assert desk.tick() == 1
    assert state(desk) == "running"
    assert desk.get().out_of_service


def test_what_people_decide_comes_back_at_once(desk: Desk) -> None:
    desk.take(*(finding(f"f{n}", kind=f"crowd.k{n}") for n in range(4)))
    plan(desk)
    desk.act("confirm", "AL-0001")
    desk.act("reject", "AL-0002", reason="the fitter walked by")
    desk.act("acknowledge", "AL-0003")
    assert desk.ids(state="out of service") == ["AL-0004", "AL-0003"]
    assert queue(desk) == ["AL-0002", "AL-0001"]
    assert held(desk) == {
        "AL-0001": "decided",
        "AL-0002": "decided",
        "AL-0003": "out of service",
        "AL-0004": "out of service",
    }
    change(desk, "MW-0001", end=T0 + 3 * HOUR)
    assert queue(desk) == ["AL-0002", "AL-0001"], "a change does not hide them again"


def test_ending_early_and_extending(desk: Desk) -> None:
    desk.take(finding())
    plan(desk)
    longer = change(desk, "MW-0001", end=T0 + 2 * HOUR)
    assert longer.version == 2
    assert desk.get().out_of_service.until == T0 + 2 * HOUR  # type: ignore[union-attr]
    assert desk.acts()[-1] == "updated"
    desk.clock.after(minutes=90)
    assert desk.tick() == 0
    ended = finish(desk)
    assert ended.ended
    assert (ended.state, ended.ended.by) == ("over", "ana")
    assert desk.get().out_of_service is None
    assert [c.words.split(":")[0] for c in ended.changes][-1] == "ended"
    with pytest.raises(Conflict, match="is over by ana"):
        finish(desk)
    with pytest.raises(Conflict, match="is over"):
        change(desk, "MW-0001", end=desk.clock.now() + HOUR)


def test_shortened_to_the_past_is_refused(desk: Desk) -> None:
    plan(desk)
    desk.clock.after(minutes=30)
    with pytest.raises(Invalid, match="in the future"):
        change(desk, "MW-0001", end=T0 + timedelta(minutes=10))


def test_of_overlapping_windows_the_last_to_end_counts(desk: Desk) -> None:
    desk.take(finding())
    plan(desk)
    plan(desk, MaintenanceScope(tool="crowd"), end=T0 + 3 * HOUR, reason="a new version")
    assert desk.get().out_of_service.window == "MW-0002"  # type: ignore[union-attr]
    desk.clock.after(hours=1)
    desk.tick()
    assert state(desk, "MW-0001") == "over"
    assert desk.get().out_of_service, "the other still runs"
    assert held(desk, "MW-0001") == {"AL-0001": "moved"}
    desk.clock.after(hours=2)
    assert desk.tick() == 1
    assert desk.get().out_of_service is None
    assert desk.acts().count("returned") == 1


def test_the_longer_of_two_ended_early_leaves_the_other(desk: Desk) -> None:
    desk.take(finding())
    plan(desk)
    plan(desk, end=T0 + 3 * HOUR)
    finish(desk, "MW-0002")
    assert desk.get().out_of_service.window == "MW-0001"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"end": T0 - HOUR}, "end"),
        ({"end": T0}, "end"),
        ({"start": T0 - HOUR, "end": T0 + HOUR}, "start"),
        ({"start": T0 + 2 * HOUR, "end": T0 + HOUR}, "end"),
        ({"end": T0 + timedelta(days=31)}, "end"),
        ({"start": T0 + timedelta(days=400), "end": T0 + timedelta(days=401)}, "start"),
        ({"reason": " ‮ "}, "reason"),
        ({"scope": MaintenanceScope()}, "scope"),
        ({"scope": MaintenanceScope(kind="*")}, "scope"),
        ({"scope": MaintenanceScope(area=Place(24.9, 60.1))}, "scope.area"),
        ({"scope": MaintenanceScope(entities=tuple(f"urn:{n}" for n in range(201)))}, "scope.entities"),
    ],
)
def test_what_is_refused(desk: Desk, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        plan(desk, given.pop("scope", ON_SENSOR), **given)
    assert refusal.value.field == field
    assert refusal.value.cure


def test_an_unknown_one_is_said(desk: Desk) -> None:
    for wrong in ("MW-0009", "7", "AL-0001"):
        with pytest.raises(NotFound):
            finish(desk, wrong)


def test_somebody_else_changed_it_first(desk: Desk) -> None:
    plan(desk)
    change(desk, "MW-0001", end=T0 + 2 * HOUR, version=1)
    with pytest.raises(Conflict, match="changed by ana"):
        change(desk, "MW-0001", end=T0 + 3 * HOUR, version=1)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        (MaintenanceScope(tool="crowd"), True),
        (MaintenanceScope(tool="crow"), False),
        (MaintenanceScope(kind="crowd.*"), True),
        (MaintenanceScope(kind="anomaly.*"), False),
        (MaintenanceScope(entities=(SENSOR, "urn:other")), True),
        (MaintenanceScope(entities=("urn:other",)), False),
        (MaintenanceScope(tool="crowd", entities=("urn:other",)), False),
        (MaintenanceScope(area=Place(24.9400, 60.1700, 200)), True),
        (MaintenanceScope(area=Place(24.9500, 60.1700, 200)), False),
    ],
)
def test_scope(desk: Desk, scope: MaintenanceScope, covered: bool) -> None:
    desk.take(
        finding(place=Place(24.9410, 60.1705)), finding("f2", entity=None, kind="other.x", tool="other")
    )
    plan(desk, scope)
    assert (desk.get().out_of_service is not None) == covered
    assert desk.get("AL-0002").out_of_service is None  # of no entity, without a place


def test_maintenance_starts_no_flood(desk: Desk) -> None:
    plan(desk)
    desk.take(*(finding(f"f{n}", kind=f"crowd.k{n}", severity="low") for n in range(15)))
    desk.take(finding("other", entity="SQ-D9", severity="low"))
    assert desk.get("AL-0016").suppressed is None, "what is worked on must not hold back what others see"
    assert len(desk.ids(state="out of service")) == 15


def test_a_flood_knows_what_came_back(desk: Desk) -> None:
    """Nothing is both: the window goes first; after it the alert is in the queue, or held by a rule."""
    desk.take(*(finding(f"f{n}", kind=f"crowd.k{n}", severity="low") for n in range(15)))
    plan(desk)
    finish(desk)
    for alert in desk.list():
        assert alert.out_of_service is None
    desk.clock.after(minutes=11)
    desk.tick()
    assert len(queue(desk)) == 15


def test_clock_jumps_are_harmless(desk: Desk) -> None:
    desk.take(finding())
    plan(desk, start=T0 + HOUR, end=T0 + 2 * HOUR)
    desk.clock.time = T0 + 10 * HOUR  # ahead, over the whole window
    desk.tick()
    assert (state(desk), queue(desk)) == ("over", ["AL-0001"])
    desk.clock.time = T0 + timedelta(minutes=90)  # and back into it
    desk.tick()
    assert (state(desk), queue(desk)) == ("over", ["AL-0001"])


def test_a_step_back_while_it_runs(desk: Desk) -> None:
    desk.take(finding())
    plan(desk, start=T0 + HOUR, end=T0 + 2 * HOUR)
    desk.clock.time = T0 + timedelta(minutes=61)
    desk.tick()
    desk.clock.time = T0
    assert desk.tick() == 0
    assert state(desk) == "running"
    desk.clock.time = T0 + 2 * HOUR
    assert desk.tick() == 1
    assert queue(desk) == ["AL-0001"]


@settings(max_examples=60, deadline=None)
@given(
    spans=st.lists(st.tuples(st.integers(0, 120), st.integers(1, 90)), min_size=1, max_size=5),
    times=st.lists(st.integers(-30, 300), min_size=1, max_size=20),
)
def test_after_all_windows_nothing_is_set_aside(
    tmp_path_factory: pytest.TempPathFactory, spans: list[tuple[int, int]], times: list[int]
) -> None:
    """Whatever windows, in whatever order the clock goes: out of service only under a window that runs."""
    desk = Desk(tmp_path_factory.mktemp("desk") / "ops.db")
    try:
        desk.take(finding())
        for start, length in spans:
            begins = T0 + timedelta(minutes=start)
            plan(desk, start=begins, end=begins + timedelta(minutes=length))
        for minute in times:
            desk.clock.time = T0 + timedelta(minutes=minute)
            desk.tick()
            mark = desk.get().out_of_service
            running = [
                f"MW-{n + 1:04d}" for n in range(len(spans)) if state(desk, f"MW-{n + 1:04d}") == "running"
            ]
            assert (mark is not None) == bool(running)
            if mark is not None:
                assert mark.window in running
                assert desk.clock.now() < mark.until
        desk.clock.time = T0 + timedelta(minutes=400)
        desk.tick()
        assert queue(desk) == ["AL-0001"]
        acts = desk.acts()
        assert acts.count("returned") <= acts.count("out of service")
    finally:
        desk.db.close()


def test_the_pure_part_says_why_it_was_planned() -> None:
    window = windows.plan(7, ON_SENSOR, None, T0 + HOUR, "lens", "ana", T0)
    assert (window.id, window.state) == ("MW-0007", "running")
    assert windows.passes(window, T0) is None
    over = windows.passes(window, T0 + HOUR)
    assert over
    assert over.state == "over"
    assert windows.passes(over, T0 + 9 * HOUR) is None


def test_one_shot_shelf_ends_with_the_finding(desk: Desk) -> None:
    desk.take(finding())
    desk.act("shelve", reason="the fountain is being cleaned", once=True)
    shelf = desk.get().shelved
    assert shelf
    assert (shelf.once, shelf.until) == (True, T0 + timedelta(days=7))
    desk.clock.after(hours=3)
    desk.take(finding("f1", 2, "ended", observed_at=desk.clock.now()))
    alert = desk.get()
    assert (alert.shelved, alert.active, alert.state.value) == (None, False, "new")
    assert "it is back" in (desk.events()[-1].reason or "")


def test_one_shot_shelf_has_a_longest_time(desk: Desk) -> None:
    desk.take(finding())
    desk.act("shelve", reason="r", once=True, longest_shelf=timedelta(hours=8))
    desk.clock.after(hours=8)
    desk.tick()
    assert (desk.get().shelved, desk.acts()[-1]) == (None, "returned")


def test_what_ended_unseen_stays_until_it_is_seen(desk: Desk) -> None:
    desk.take(finding())
    desk.take(finding("f1", 2, "ended"))
    assert queue(desk) == ["AL-0001"]
    alert = desk.get()
    assert (alert.active, alert.state.value) == (False, "new")
    desk.clock.after(hours=48)
    desk.tick()
    assert queue(desk) == ["AL-0001"], "no time makes an unseen alert go away"
    seen: datetime = desk.act("acknowledge").acknowledged.at  # type: ignore[union-attr]
    assert seen == desk.clock.now()
