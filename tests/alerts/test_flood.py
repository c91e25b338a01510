"""Too many at once: what is less grave waits, visibly; critical never does; nothing is forgotten."""

from __future__ import annotations

import pytest

from tocsin.identity.policy import Seat
from tocsin.kernel.decisions import AlertState

ROOM = Seat("control-room")


def many(make, count: int, start: int = 0, **given):
    return [make(f"m{n}", entity=f"E{n}", **given) for n in range(start, start + count)]


def test_the_tenth_low_one_in_ten_minutes_is_held_back_and_listed(desk, make) -> None:
    desk.take(*many(make, 12, severity="low"))
    held = desk.list(state="suppressed")
    assert [a.id for a in held] == ["AL-0012", "AL-0011", "AL-0010"]
    assert {a.suppressed.rule.id for a in held} == {"F-01"}
    assert desk.acts("AL-0012") == ["raised", "suppressed"]
    assert desk.events("AL-0012")[-1].reason  # the rule in words
    assert len(desk.ids()) == 12  # open ones, held back or not


def test_graver_ones_still_come_and_critical_always(desk, make) -> None:
    desk.take(*many(make, 12, severity="low"))
    desk.take(make("h", entity="H", severity="high"), make("c", entity="C", severity="critical"))
    assert [a.suppressed for a in desk.list()[:2]] == [None, None]
    desk.take(*many(make, 40, start=100, severity="medium"))
    desk.take(make("h2", entity="H2", severity="high"), make("c2", entity="C2", severity="critical"))
    newest = {a.entities[0].rpartition(":")[2]: a for a in desk.list(state="all", limit=2)}
    assert newest["H2"].suppressed.rule.id == "F-02"
    assert newest["C2"].suppressed is None


def test_one_tool_does_not_silence_another(desk, make) -> None:
    desk.take(*many(make, 15, severity="medium"))
    desk.take(make("o", entity="O", tool="other", kind="other.x", severity="medium"))
    assert desk.list(state="all", limit=1)[0].suppressed is None


def test_all_tools_together_hold_back_low_ones(desk, make) -> None:
    for n in range(21):
        desk.take(make(f"m{n}", entity=f"E{n}", tool=f"t{n}", severity="low"))
    assert [a.suppressed.rule.id for a in desk.list(state="suppressed")] == ["F-03", "F-03"]


def test_they_come_back_when_the_flood_ends(desk, make) -> None:
    desk.take(*many(make, 12, severity="low"))
    desk.clock.after(minutes=9)
    desk.tick()
    assert len(desk.list(state="suppressed")) == 3
    desk.clock.after(minutes=2)
    assert desk.tick() == 3
    assert desk.list(state="suppressed") == []
    assert desk.acts("AL-0012") == ["raised", "suppressed", "released"]
    assert desk.tick() == 0


def test_held_back_and_become_graver_comes_at_once(desk, make) -> None:
    desk.take(*many(make, 12, severity="low"))
    desk.take(make("m11", 2, "ongoing", entity="E11", severity="high"))
    assert desk.get("AL-0012").suppressed is None
    assert desk.acts("AL-0012")[-1] == "released"


def test_who_deals_with_a_held_back_one_has_it(desk, make) -> None:
    desk.take(*many(make, 12, severity="low"))
    desk.act("acknowledge", "AL-0012")
    assert desk.get("AL-0012").suppressed is None


def test_a_tool_that_floods_is_one_alert_and_bounded(desk, make) -> None:
    for batch in range(20):
        tally = desk.take(*many(make, 500, start=500 * batch, severity="medium"))
    assert tally.counted == 500
    everything = desk.list(state="all", limit=500)
    assert len(everything) == 201
    [summary] = [a for a in everything if a.kind == "alerts.flood"]
    assert summary.severity == "medium"
    assert "crowd" in summary.headline
    assert summary.suppressed is None
    assert "9800 findings" in summary.headline
    desk.clock.after(seconds=1)
    desk.tick()
    assert desk.events(summary.id)[-1].alert.headline == summary.headline
    desk.take(make("c", entity="C", severity="critical"))
    assert desk.list()[0].severity == "critical"
    # what still goes on when the flood is over is raised then
    desk.clock.after(minutes=11)
    desk.tick()
    assert not desk.get(summary.id).active
    assert desk.acts(summary.id)[-1] == "ended"
    desk.take(make("m9999", 2, "ongoing", entity="E9999", severity="medium"))
    assert desk.list(state="all", limit=1)[0].entities == ("urn:ngsi-ld:CrowdFlowObserved:E9999",)


def test_a_summary_that_was_closed_gets_a_successor(desk, make) -> None:
    desk.take(*many(make, 300, severity="medium"))
    [summary] = [a for a in desk.list(limit=500) if a.kind == "alerts.flood"]
    desk.act("acknowledge", summary.id)
    desk.act("close", summary.id, reason="I know")
    desk.clock.after(seconds=5)
    desk.take(*many(make, 10, start=1000, severity="medium"))
    again = [a for a in desk.list(limit=500) if a.kind == "alerts.flood"]
    assert [a.state for a in again] == [AlertState.NEW]
    assert again[0].id != summary.id


def test_load_figures(desk, make) -> None:
    from tocsin.alerts import service

    desk.take(*many(make, 4, severity="low"))
    desk.clock.after(minutes=25)
    desk.take(*many(make, 12, start=50, severity="medium"))
    desk.act("acknowledge", "AL-0001")
    load = desk.db.read_now(lambda c: service.load(c, ROOM, desk.clock.now()))
    assert load.windows == (0, 0, 0, 4, 0, 9)
    assert (load.per_10min, load.open, load.unacknowledged, load.suppressed) == (9, 16, 15, 3)
    assert load.by_severity == {"low": 4, "medium": 12, "high": 0, "critical": 0}
    assert load.top == (("crowd.surge", 13),)
    assert load.floods == ("F-01 crowd",)
    later = desk.db.read_now(lambda c: service.load(c, ROOM, desk.clock.after(hours=25)))
    assert later.stale == 16


@pytest.mark.parametrize("severity", ["low", "medium", "high"])
def test_ended_ones_come_back_too(desk, make, severity) -> None:
    desk.take(*many(make, 45, severity=severity))
    held = desk.list(state="suppressed", limit=500)
    assert held
    desk.take(*(make(f"m{n}", 2, "ended", entity=f"E{n}", severity=severity) for n in range(45)))
    desk.clock.after(minutes=11)
    desk.tick()
    assert desk.list(state="suppressed") == []
    assert len(desk.ids(limit=500)) == 45
