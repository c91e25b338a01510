"""An alert that nobody acknowledges: the supervisor, then the decision maker of the room that owns it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.notify.delivery.city import POLICE, City, alert, moved

from tocsin.kernel.decisions import AlertState
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.sharing import Level, Sharing
from tocsin.notify.delivery.escalation import city_escalations, read_escalations


def told(city: City) -> list[tuple[str, str]]:
    return [(d.recipient, d.notice.act) for d in city.ledger() if d.notice.kind == "escalation"]


async def staffed(city: City) -> None:
    city.person("sue", "police", "supervisor")
    city.person("dan", "police", "decision maker")
    city.person("sid", "it", "supervisor")


async def test_critical_after_two_and_five_minutes(city: City) -> None:
    await staffed(city)
    await city.tell(alert(1, "critical", sharing=Sharing("police", Level.ALL)))
    stage = city.planner()
    city.passes(seconds=119)
    assert await stage.tick() == 0
    city.passes(seconds=1)
    assert await stage.tick() == 1
    assert told(city) == [("sue", "unacknowledged")]
    city.passes(minutes=2, seconds=59)
    assert await stage.tick() == 0
    city.passes(seconds=1)
    assert await stage.tick() == 1
    assert told(city) == [("sue", "unacknowledged"), ("dan", "unacknowledged")]
    city.passes(hours=5)
    assert await city.planner().tick() == 0


async def test_high_after_ten_and_medium_never(city: City) -> None:
    await staffed(city)
    await city.tell(alert(1, "high"), alert(2, "medium"))
    city.passes(minutes=10)
    await city.planner().tick()
    assert told(city) == [("sue", "unacknowledged")]
    city.passes(hours=10)
    await city.planner().tick()
    assert {d.notice.object for d in city.ledger()} == {"AL-0001"}


async def test_an_acknowledged_alert_stays_where_it_is(city: City) -> None:
    await staffed(city)
    first = alert(1, "critical")
    await city.tell(first)
    await city.tell(moved(first, state=AlertState.ACKNOWLEDGED), act="acknowledged")
    city.passes(minutes=30)
    assert await city.planner().tick() == 0


async def test_acknowledged_a_moment_ago_though_not_heard_of_yet(city: City) -> None:
    await staffed(city)
    await city.tell(alert(1, "critical"))
    city.alerts["AL-0001"] = moved(alert(1, "critical"), state=AlertState.ACKNOWLEDGED)
    city.passes(minutes=30)
    assert await city.planner().tick() == 0


async def test_acknowledged_between_planning_and_sending(city: City) -> None:
    await staffed(city)
    await city.tell(alert(1, "critical"))
    city.passes(minutes=2)
    await city.planner().tick()
    city.alerts["AL-0001"] = moved(alert(1, "critical"), state=AlertState.ACKNOWLEDGED)
    await city.send()
    escalation = next(d for d in city.ledger() if d.notice.kind == "escalation")
    assert (escalation.state, escalation.notes[-1].words) == ("withdrawn", "over by now")


async def test_where_nobody_can_be_told_the_next_is_told_at_once_and_the_ledger_says_so(city: City) -> None:
    city.person("dan", "police", "decision maker")
    await city.tell(alert(1, "critical"))
    city.passes(minutes=2)
    assert await city.planner().tick() == 2
    assert told(city) == [("", "unacknowledged"), ("dan", "unacknowledged")]
    nobody = next(d for d in city.ledger() if not d.recipient)
    assert nobody.state == "given up"
    assert nobody.notes[-1].words == "nobody with the role supervisor in police has a way to be told"


async def test_what_nobody_owns_goes_to_every_room_that_may_take_it(city: City) -> None:
    await staffed(city)
    city.person("hal", "hospital", "supervisor")
    await city.tell(alert(1, "critical", sharing=Sharing()))
    city.passes(minutes=2)
    await city.planner().tick()
    assert sorted(who for who, _ in told(city)) == ["sid", "sue"]


async def test_handed_over_meanwhile_it_is_the_new_owners_supervisor(city: City) -> None:
    await staffed(city)
    await city.tell(alert(1, "critical"))
    city.alerts["AL-0001"] = moved(alert(1, "critical"), sharing=replace(POLICE, room="it"))
    city.passes(minutes=2)
    await city.planner().tick()
    assert told(city) == [("sid", "unacknowledged")]


async def test_it_got_worse_while_it_waited(city: City) -> None:
    await staffed(city)
    first = alert(1, "high")
    await city.tell(first)
    city.passes(minutes=3)
    await city.tell(moved(first, severity="critical"), act="updated")
    await city.planner().tick()
    assert told(city) == [("sue", "unacknowledged")]


async def test_any_number_of_restarts_tells_each_level_once(city: City) -> None:
    await staffed(city)
    await city.tell(alert(1, "critical"))
    for _ in range(20):
        city.passes(seconds=30)
        await city.planner().tick()
        await city.planned()
    assert told(city) == [("sue", "unacknowledged"), ("dan", "unacknowledged")]


def test_a_citys_own_rules_and_ours_are_read(tmp_path: Path) -> None:
    assert [rule.id for rule in city_escalations(tmp_path).rule] == ["E-10", "E-20"]
    (tmp_path / "escalation.toml").write_text(
        '[[rule]]\nid = "X"\nwords = "All."\nwhen = {}\nsteps = [{ after_min = 1, to = "operator" }]\n'
    )
    mine = city_escalations(tmp_path)
    assert mine.of(alert(1, "low")) is mine.rule[0]


STEPS = 'steps = [{ after_min = 1, to = "operator" }]'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule]", "cannot be read"),
        ('[[rule]]\nid = "X"\nwords = "w"\nwhen = {}\nsteps = []', "it tells nobody"),
        (f'[[rule]]\nid = "X"\nwords = " "\nwhen = {{}}\n{STEPS}', "explains nothing"),
        ('[[rule]]\nid = "X"\nwords = "w"\nwhen = {}\nsteps = [{ after_min = 1, to = "mayor" }]', "no role"),
        (f'[[rule]]\nid = "X"\nwords = "w"\nwhen = {{ sevrity = ["low"] }}\n{STEPS}', "unknown field"),
        (
            '[[rule]]\nid = "X"\nwords = "w"\nwhen = {}\n'
            'steps = [{ after_min = 2, to = "operator" }, { after_min = 2, to = "supervisor" }]',
            "do not follow one another",
        ),
        (f'[[rule]]\nid = "X"\nwords = "w"\nwhen = {{}}\n{STEPS}\n' * 2, "share an id"),
    ],
)
def test_rules_that_cannot_work_are_refused(text: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        read_escalations(text)
