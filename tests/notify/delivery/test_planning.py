"""Who is told of what: by room, role and rule, once; floods become digests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.incidents.plans import incident
from tests.notify.delivery.city import POLICE, T0, City, alert, moved

from tocsin.db import positions
from tocsin.identity import repository as identity
from tocsin.kernel.access import AccessRequest
from tocsin.kernel.decisions import (
    AlertState,
    Escalation,
    Mark,
    OutOfService,
    Rule,
    Shelf,
    Suppression,
    Task,
    TaskState,
)
from tocsin.kernel.errors import Conflict, Unavailable
from tocsin.kernel.sharing import Level, Sharing
from tocsin.notify.delivery import repository
from tocsin.notify.delivery.directory import repository as addresses
from tocsin.notify.delivery.model import Browser, NotifyPreferences, QuietHours
from tocsin.notify.delivery.model import NotifyRule as Wish
from tocsin.notify.delivery.planning import Terms
from tocsin.notify.delivery.service import send_again

ALL = Sharing("police", Level.ALL)


def names(city: City) -> list[str]:
    return [one.recipient for one in city.ledger() if one.state == "planned"]


async def test_only_people_whose_room_may_see_it_are_told(city: City) -> None:
    city.person("ann", "police", "operator")
    city.person("bo", "it", "operator")
    city.person("cy", "hospital", "operator")
    await city.tell(alert(1))
    assert names(city) == ["ann"]
    await city.tell(alert(2, sharing=ALL))
    assert names(city) == ["ann", "ann", "bo"]
    await city.tell(alert(3, sharing=Sharing("police", Level.CITY)))
    assert names(city)[3:] == ["ann", "bo", "cy"]


async def test_a_role_without_the_picture_is_told_of_no_alert(city: City) -> None:
    city.person("fay", "police", "field responder")
    await city.tell(alert(1, "critical"))
    assert city.ledger() == []


async def test_severity_and_kind_by_ones_own_rules(city: City) -> None:
    wants = NotifyPreferences(email="ann@city.example", rules=(Wish("alert", "critical", ("email",)),))
    city.person("ann", "police", "operator", wants=wants)
    city.person("bo", "police", "operator", wants=NotifyPreferences(email="bo@city.example", rules=()))
    await city.tell(alert(1, "high"), alert(2, "critical"))
    assert [(one.recipient, one.notice.object) for one in city.ledger()] == [("ann", "AL-0002")]


async def test_nobody_is_told_twice_but_again_when_it_gets_worse(city: City) -> None:
    city.person("ann", "police", "operator")
    first = alert(1, "high")
    await city.tell(first)
    second = moved(first)
    await city.tell(second, act="updated")
    assert len(names(city)) == 1
    third = moved(second, severity="critical")
    await city.tell(third, act="updated")
    assert [one.notice.severity for one in city.ledger()] == ["high", "critical"]
    await city.tell(moved(third, severity="high"), act="updated")
    assert len(city.ledger()) == 2


@pytest.mark.parametrize(
    "aside",
    [
        {"state": AlertState.CLOSED},
        {"state": AlertState.REJECTED},
        {"suppressed": Suppression(Rule("F-1", "flood"), T0)},
        {"shelved": Shelf("kim", T0, T0, "r")},
        {"out_of_service": OutOfService("MW-0001", "kim", T0, T0, "r")},
    ],
)
async def test_what_is_set_aside_calls_nobody_until_it_comes_back(city: City, aside: dict) -> None:
    city.person("ann", "police", "operator")
    held = replace(alert(1), **aside)
    await city.tell(held)
    assert city.ledger() == []
    back = replace(alert(1), version=2)
    await city.tell(back, act="released")
    assert names(city) == ["ann"]


async def test_a_room_is_told_when_it_is_shared_with_it(city: City) -> None:
    city.person("bo", "it", "operator")
    await city.tell(alert(1))
    assert city.ledger() == []
    await city.tell(moved(alert(1), sharing=Sharing("police", Level.NAMED, ("it",))), act="shared")
    assert names(city) == ["bo"]


async def test_a_browser_alone_is_told_by_the_usual_rules(city: City) -> None:
    """Whoever let a browser take messages and set nothing else wants messages."""
    city.person("ann", "police", "operator")
    browser = Browser("b", "ann", "https://p.example/1", "k", "a", T0)
    city.db.write_now(lambda c: addresses.save_browser(c, browser))
    city.db.write_now(lambda c: c.execute(addresses.people.delete()))
    await city.tell(alert(1))
    assert [(one.recipient, one.channel) for one in city.ledger()] == [("ann", "push")]


async def test_a_language_is_the_persons_own_else_the_citys(city: City) -> None:
    city.terms = Terms(language="pt")
    city.person("ann", "police", "operator", language="nb")
    city.person("bo", "police", "operator")
    await city.tell(alert(1))
    assert [(one.recipient, one.language) for one in city.ledger()] == [("ann", "nb"), ("bo", "pt")]


async def test_the_same_events_again_plan_nothing_more(city: City) -> None:
    """Killed before the commit: the stream says it again. Killed after: the position says where to go on."""
    city.person("ann", "police", "operator")
    await city.tell(alert(1), alert(2, "critical"))
    before = city.ledger()
    assert len(before) == 2
    await city.planned()
    assert city.ledger() == before
    assert city.db.read_now(lambda c: positions.load(c, "notify", "ALERT")) == 2
    # the outbox may publish one twice
    await city.tell(alert(1))
    assert city.ledger() == before


async def test_position_and_deliveries_are_one_transaction(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.person("ann", "police", "operator")
    await city.tell(alert(1))
    fails = iter([True])
    save = positions.save

    def broken(*given: object) -> None:
        save(*given)  # type: ignore[arg-type]
        if next(fails, False):
            raise Unavailable("the disk is full")

    monkeypatch.setattr("tocsin.notify.delivery.stage.positions.save", broken)
    await city.tell(alert(2))
    assert [one.notice.object for one in city.ledger()] == ["AL-0001", "AL-0002"]


async def test_quiet_hours_wait_for_morning_and_critical_comes_through(city: City) -> None:
    night = QuietHours("16:30", "07:00", "Europe/Oslo")  # T0 is 17:00 there
    wants = NotifyPreferences(email="ann@city.example", quiet=night)
    city.person("ann", "police", "operator", wants=wants)
    city.person("bo", "police", "operator", wants=replace(wants, quiet=replace(night, critical=False)))
    await city.tell(alert(1, "high"), alert(2, "critical"))
    await city.send()
    assert [subject.partition(":")[0] for _, subject in city.mailed()] == ["[Tocsin] critical"]
    city.passes(hours=14)  # 07:00
    await city.send()
    assert len(city.mailed()) == 4
    assert {one.state for one in city.ledger()} == {"sent"}


def task(**given: object) -> Task:
    values = {
        "id": "p.stewards",
        "procedure": "p",
        "title": "Call the stewards",
        "words": "w",
        "role": "planner",
        "state": TaskState.OPEN,
        "minutes": 5,
        "opened_at": T0,
    }
    return Task(**(values | given))  # type: ignore[arg-type]


async def test_a_task_goes_to_its_role_in_rooms_that_work_on_it(city: City) -> None:
    city.person("pia", "police", "planner")
    city.person("ann", "police", "operator")
    city.person("ivy", "it", "planner")
    city.person("sue", "police", "supervisor")
    open_ = incident(tasks=(task(),), sharing=ALL, severity="low")
    await city.tell_incident(open_)
    assert [(one.recipient, one.notice.act) for one in city.ledger()] == [("pia", "assigned")]
    late = replace(open_, version=2, tasks=(task(escalations=(Escalation("supervisor", T0),)),))
    await city.tell_incident(late, "task escalated")
    assert [(one.recipient, one.notice.kind, one.notice.act) for one in city.ledger()[1:]] == [
        ("sue", "escalation", "overdue"),
        ("pia", "task", "overdue"),
    ]
    await city.tell_incident(replace(late, version=3), "noted")
    assert len(city.ledger()) == 3


async def test_a_task_closed_to_a_room_that_sees_the_incident(city: City) -> None:
    city.person("ivy", "it", "planner")
    shared = Sharing("police", Level.NAMED, ("it",))
    await city.tell_incident(incident(tasks=(task(sharing=POLICE),), sharing=shared, severity="low"))
    assert city.ledger() == []
    await city.tell_incident(incident(version=2, tasks=(task(),), sharing=shared, severity="low"), "noted")
    assert names(city) == ["ivy"]


async def test_requests_for_access_there_and_back(city: City) -> None:
    city.person("ann", "police", "operator")
    city.person("bo", "it", "operator")
    city.person("cat", "it", "operator")
    asked = AccessRequest("AR-0001", 1, "open", "alert", "AL-0007", "police", "it", "bo", T0, "why")
    await city.tell_request(asked)
    assert [(one.recipient, one.notice.act) for one in city.ledger()] == [("ann", "asked")]
    await city.tell_request(replace(asked, version=2, state="refused", decided=Mark("ann", T0, "no")))
    assert [(one.recipient, one.notice.act) for one in city.ledger()[1:]] == [("bo", "refused")]
    # who asked and why is not for a mail server
    await city.send()
    said = " ".join(parcel.message.text + parcel.message.subject for parcel in city.mail.sent)
    assert "why" not in said
    assert "bo" not in said.replace("about", "")


async def test_a_flood_is_a_few_messages_and_one_digest(city: City) -> None:
    city.person("ann", "police", "operator")
    for number in range(1, 20):
        await city.tell(alert(number, "high"))
    await city.send()
    assert len(city.mailed()) == 5
    city.passes(minutes=9)
    await city.send()
    assert len(city.mailed()) == 5
    city.passes(minutes=1)
    await city.send()
    assert len(city.mailed()) == 6
    last = city.mail.sent[-1]
    assert last.message.subject == "[Tocsin] 14 more in the queue"
    assert "14 high" in last.message.text
    assert "Headline" not in last.message.text
    states = [one.state for one in city.ledger() if one.notice.kind != "digest"]
    assert states == ["sent"] * 5 + ["in digest"] * 14


async def test_a_digest_with_something_critical_goes_within_a_minute(city: City) -> None:
    city.person("ann", "police", "operator")
    await city.tell(*(alert(number, "high") for number in range(1, 8)))
    await city.tell(alert(8, "critical"))
    city.passes(seconds=60)
    await city.send()
    assert city.mail.sent[-1].message.text.startswith("3 more in the queue: 1 critical, 2 high")


async def test_a_digest_counts_what_is_still_open_to_them(city: City) -> None:
    city.person("bo", "it", "operator")
    await city.tell(*(alert(number, sharing=ALL) for number in range(1, 9)))
    city.alerts["AL-0007"] = moved(city.alerts["AL-0007"], sharing=POLICE)
    city.passes(minutes=10)
    await city.send()
    assert city.mail.sent[-1].message.subject == "[Tocsin] 2 more in the queue"
    assert [one.state for one in city.ledger()].count("withdrawn") == 1


async def test_one_persons_flood_is_not_anothers(city: City) -> None:
    city.person("ann", "police", "operator")
    await city.tell(*(alert(number) for number in range(1, 9)))
    city.person("bo", "police", "operator")
    await city.tell(alert(9))
    assert [one.state for one in city.ledger() if one.recipient == "bo"] == ["planned"]


async def test_who_is_shut_out_or_lost_the_role_is_not_told(city: City) -> None:
    city.person("ann", "police", "operator")
    city.person("bo", "police", "operator")

    def shut(conn) -> None:
        row = dict(identity.person(conn, "ann"))  # type: ignore[arg-type]
        identity.save_person(conn, {**row, "disabled_at": 1})
        identity.drop_membership(conn, "bo", "police", "operator")

    city.db.write_now(shut)
    await city.tell(alert(1))
    assert city.ledger() == []


async def test_the_ledger_forgets_what_is_done_and_old(city: City) -> None:
    city.person("ann", "police", "operator")
    await city.tell(alert(1))
    await city.send()
    city.passes(days=91)
    await city.tell(alert(2))
    gone = city.db.write_now(lambda c: repository.forget_before(c, T0))
    assert gone == 0
    before = city.clock.now() - timedelta(days=90)
    assert city.db.write_now(lambda c: repository.forget_before(c, before)) == 1
    assert [one.notice.object for one in city.ledger() if one.notice.kind == "alert"] == ["AL-0002"]


async def test_only_what_was_given_up_is_sent_again(city: City) -> None:
    city.person("ann", "police", "operator")
    await city.tell(alert(1))
    with pytest.raises(Conflict):
        city.db.write_now(lambda c: send_again(c, 1, "root", T0))
