"""Sending: in order, once, whatever the other side does. The clock is moved by hand."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.notify.delivery.city import POLICE, City, alert, moved

from tocsin.db import Connection
from tocsin.identity.sealing import Seal
from tocsin.kernel.decisions import AlertState
from tocsin.kernel.errors import Conflict
from tocsin.kernel.sharing import Level, Sharing
from tocsin.notify.delivery import backoff, preferences, repository, webhooks
from tocsin.notify.delivery.channels import Failed, Hook, Mailbox, Parcel, Sent
from tocsin.notify.delivery.channels.memory import MemoryChannel
from tocsin.notify.delivery.directory import repository as addresses
from tocsin.notify.delivery.model import KINDS, Browser, Kept, NotifyPreferences
from tocsin.notify.delivery.planning import Terms
from tocsin.notify.delivery.webhooks import Made

DOWN = Failed("mail server: connection refused", whole=True)


def hook(city: City, room: str = "police", url: str = "https://hooks.example/in", title: str = "CAD") -> Made:
    return city.db.write_now(
        lambda c: webhooks.add(
            c, city.seal, room, title, url, KINDS, "low", "root", city.clock.now(), frozenset()
        )
    )


async def test_a_mail_server_down_for_an_hour(city: City) -> None:
    """Nothing lost, one message each when it is back, in order; the status wall said so meanwhile."""
    city.terms = Terms(burst=100)
    city.person("ann", "police", "operator")
    city.person("bo", "police", "operator")
    city.mail.down = DOWN
    sender = city.sender()
    for minute in range(60):
        if minute % 6 == 0:
            await city.tell(alert(minute // 6 + 1))
        await sender.tick()
        city.passes(minutes=1)
    assert city.mail.sent == []
    said = sender.health()
    assert said.state == "degraded"
    # "high" escalates to a supervisor, whom this city has not: those lines are given up and do not wait
    assert said.words == "mail server down since 2026-11-21 16:00 UTC, 20 wait"
    tries = len(city.mail.tried)
    assert 5 < tries < 30
    city.mail.down = None
    city.passes(minutes=15)
    await sender.tick()
    assert sender.health().state == "working"
    for who in ("ann", "bo"):
        subjects = [subject for name, subject in city.mailed() if name == who]
        assert subjects == [f"[Tocsin] high: Headline {n} (Alert AL-{n:04})" for n in range(1, 11)]
    assert len({parcel.key for parcel in city.mail.sent}) == 20
    await sender.tick()
    assert len(city.mail.sent) == 20


async def test_a_message_that_is_given_up_says_why_and_may_go_again(city: City) -> None:
    city.person("ann", "police", "operator")
    city.mail.down = DOWN
    await city.tell(alert(1, "medium", sharing=POLICE), alert(2))
    sender = city.sender()
    await sender.tick()
    city.passes(hours=25)
    await sender.tick()
    one = next(d for d in city.ledger() if d.recipient == "ann")
    assert [note.what for note in one.notes] == ["planned", "tried", "failed", "given up"]
    assert one.notes[2].words == "mail server: connection refused"
    assert one.notes[3].words == "not taken within 24 h"


async def test_a_refused_address_does_not_hold_up_the_others(city: City) -> None:
    city.person("ann", "police", "operator")
    city.person("bo", "police", "operator")
    city.mail.answers = [Failed("the address was refused (550)", final=True)]
    await city.tell(alert(1))
    await city.send()
    assert [(d.recipient, d.state) for d in city.ledger()] == [("ann", "given up"), ("bo", "sent")]


async def test_a_greylisted_one_comes_back_by_itself(city: City) -> None:
    city.person("ann", "police", "operator")
    city.person("bo", "police", "operator")
    city.mail.answers = [Failed("the address was refused (451)")]
    await city.tell(alert(1))
    await city.send()
    assert [(d.recipient, d.state) for d in city.ledger()] == [("ann", "planned"), ("bo", "sent")]
    city.passes(seconds=6)
    await city.send()
    assert [name for name, _ in city.mailed()] == ["bo", "ann"]
    assert len({parcel.key for parcel in city.mail.tried}) == 2


async def test_un_shared_before_it_was_sent(city: City) -> None:
    city.person("bo", "it", "operator")
    hook(city, "it")
    both = Sharing("police", Level.NAMED, ("it",))
    await city.tell(alert(1, sharing=both), alert(2, sharing=both))
    city.alerts["AL-0001"] = moved(city.alerts["AL-0001"], sharing=POLICE)
    await city.send()
    assert [d.notice.object for d in city.ledger() if d.state == "sent"] == ["AL-0002", "AL-0002"]
    gone = [d for d in city.ledger() if d.state == "withdrawn"]
    assert {(d.channel, d.notes[-1].words) for d in gone} == {
        ("email", "closed to them by now"),
        ("webhook", "closed to them by now"),
    }
    # and when it is shared again, it is told
    await city.tell(moved(city.alerts["AL-0001"], sharing=both), act="shared")
    await city.send()
    assert len([d for d in city.ledger() if d.state == "sent"]) == 4


async def test_closed_before_it_was_sent(city: City) -> None:
    city.person("ann", "police", "operator")
    hook(city)
    await city.tell(alert(1))
    city.alerts["AL-0001"] = moved(city.alerts["AL-0001"], state=AlertState.CLOSED)
    await city.send()
    # a person is spared old news; a system keeps its own books
    assert {d.channel: d.state for d in city.ledger()} == {"email": "withdrawn", "webhook": "sent"}


async def test_who_wants_no_more_is_told_no_more(city: City) -> None:
    city.person("ann", "police", "operator")
    city.person("bo", "police", "operator")
    await city.tell(alert(1))
    city.db.write_now(lambda c: addresses.save_kept(c, "ann", Kept(NotifyPreferences(email=""))))
    city.db.write_now(
        lambda c: addresses.save_kept(
            c, "bo", Kept(NotifyPreferences("b@x.example", rules=()), "b@x.example")
        )
    )
    await city.send()
    assert {d.state for d in city.ledger()} == {"withdrawn"}
    assert city.mail.tried == []


async def test_cut_off_between_sending_and_writing_it_down(city: City) -> None:
    """The mark is made before; after a kill it is sent once more under the same key, and only once."""
    city.person("ann", "police", "operator")
    await city.tell(alert(1))
    sender = city.sender()
    taken = city.db.write_now(lambda c: sender._desk.take(c, "email", city.clock.now()))
    assert taken is not None
    await city.mail.send(sender._parcel(taken))
    # a new process finds it
    fresh = city.sender()
    await fresh.tick()
    assert len(city.mail.sent) == 1
    assert await fresh.resume() == 1
    await fresh.tick()
    assert len(city.mail.sent) == 2
    assert len({parcel.key for parcel in city.mail.sent}) == 1
    assert city.mail.sent[0].message == city.mail.sent[1].message
    assert await city.sender().resume() == 0


async def test_a_webhook_that_is_down_waits_alone(city: City) -> None:
    first, second = hook(city, url="https://a.example/", title="Silent"), hook(city, url="https://b.example/")

    class OneDown(MemoryChannel):
        async def send(self, parcel: Parcel) -> Sent | Failed:
            assert isinstance(parcel.to, Hook)
            if parcel.to.url == first.webhook.url:
                return Failed("no answer within 10 s", whole=True)
            await super().send(parcel)
            return Sent()

    channel = OneDown()
    await city.tell(alert(1), alert(2))
    sender = city.sender({"webhook": channel})
    await sender.tick()
    assert [parcel.facts["object"] for parcel in channel.sent] == ["AL-0001", "AL-0002"]
    lanes = city.db.read_now(repository.all_lanes)
    assert {lane.lane: lane.failures for lane in lanes} == {
        f"webhook:{first.webhook.id}": 1,
        f"webhook:{second.webhook.id}": 0,
    }
    assert "webhook Silent down since" in sender.health().words


async def test_a_webhook_that_answers_410_is_switched_off(city: City) -> None:
    made = hook(city)
    city.hooks.answers = [Failed("it answered 410", gone=True)]
    await city.tell(alert(1), alert(2))
    await city.send()
    assert {d.state for d in city.ledger()} == {"given up"}
    assert city.db.read_now(lambda c: webhooks.get(c, made.webhook.id)).off == "it answered 410"
    await city.tell(alert(3))
    assert len(city.ledger()) == 2
    city.db.write_now(lambda c: webhooks.switch_on(c, made.webhook.id))
    await city.tell(alert(4))
    await city.send()
    assert city.ledger()[-1].state == "sent"


async def test_one_message_that_a_webhook_cannot_bear_does_not_block_it_forever(city: City) -> None:
    hook(city)

    class Allergic(MemoryChannel):
        async def send(self, parcel: Parcel) -> Sent | Failed:
            await super().send(parcel)
            bad = parcel.facts["object"] == "AL-0001"
            return Failed("it answered 500", whole=True, answered=True) if bad else Sent()

    channel = Allergic()
    await city.tell(alert(1), alert(2))
    sender = city.sender({"webhook": channel})
    for _ in range(150):
        await sender.tick()
        city.passes(minutes=1)
    bad, good = city.ledger()
    assert (bad.state, bad.tries) == ("given up", 12)
    assert good.state == "sent"


async def test_a_browser_that_is_gone_is_forgotten(city: City) -> None:
    city.person("ann", "police", "operator", wants=NotifyPreferences())
    browser = Browser("b1", "ann", "https://push.example/1", "k", "a", city.clock.now())
    city.db.write_now(lambda c: addresses.save_browser(c, browser))
    await city.tell(alert(1))
    city.pushes.down = Failed("410", gone=True)
    await city.send()
    assert city.db.read_now(lambda c: addresses.browsers_of(c, "ann")) == []


async def test_a_channel_with_a_fault_of_our_own_stops_nobody_else(city: City) -> None:
    city.person("ann", "police", "operator")
    hook(city)

    class Broken(MemoryChannel):
        async def send(self, parcel: Parcel) -> Sent | Failed:
            raise KeyError("planted")

    await city.tell(alert(1))
    await city.sender({"email": Broken(), "webhook": city.hooks}).tick()
    assert {d.channel: d.state for d in city.ledger()} == {"email": "planned", "webhook": "sent"}
    failed = next(d for d in city.ledger() if d.channel == "email")
    assert failed.notes[-1].words == "a fault of our own (KeyError), see the log"


async def test_a_channel_that_is_not_set_up_is_planned_for_nobody(city: City) -> None:
    city.person("sue", "police", "supervisor")
    city.terms = Terms(channels=frozenset({"webhook"}))
    await city.tell(alert(1, "critical"))
    assert city.ledger() == []
    # she cannot be told: the ledger says so
    city.passes(minutes=2)
    await city.planner().tick()
    assert [(d.recipient, d.state) for d in city.ledger()] == [("", "given up")] * 2


async def test_a_channel_that_was_taken_away_gives_up_what_waited_for_it(city: City) -> None:
    city.person("ann", "police", "operator")
    await city.tell(alert(1), alert(2))
    await city.sender({"webhook": city.hooks}).tick()
    assert [(d.state, d.notes[-1].words) for d in city.ledger()] == [
        ("given up", "this channel is not set up")
    ] * 2


async def test_a_secret_that_does_not_open_is_said_and_stops_its_lane_alone(city: City) -> None:
    hook(city)
    city.person("ann", "police", "operator")
    await city.tell(alert(1))
    (city.folder / "keys" / "identity.key").write_bytes(b"x" * 32)
    city.seal = Seal(city.folder)
    await city.send()
    assert {d.channel: d.state for d in city.ledger()} == {"email": "sent", "webhook": "planned"}
    lane = next(lane for lane in city.db.read_now(repository.all_lanes) if lane.failures)
    assert "cannot be opened with this key" in lane.words


async def test_the_message_says_least(city: City) -> None:
    city.person("ann", "police", "operator", language="it")
    await city.tell(alert(1, words="Mr Smith of 12 High Street was seen"))
    await city.send()
    message = city.mail.sent[0].message
    assert message.subject == "[Tocsin] alto: Headline 1 (Allarme AL-0001)"
    assert "Smith" not in message.text
    assert message.link == "https://tocsin.city.example/alerts/AL-0001"
    assert message.link in message.text


@pytest.mark.parametrize(
    "hostile", ["Bcc: all@x\r\nBcc: evil@x.example", "a\nSubject: b", "\u202ereversed\x00"]
)
async def test_hostile_headlines_are_one_line(city: City, hostile: str) -> None:
    city.person("ann", "police", "operator")
    await city.tell(alert(1, headline=hostile))
    await city.send()
    subject = city.mail.sent[0].message.subject
    assert not set(subject) & set("\r\n\x00\u202e")
    assert len(subject) <= 180


@given(st.integers(1, 60), st.integers(0, 10_000))
def test_back_off_grows_stays_bounded_and_keeps_half(failures: int, seed: int) -> None:
    waited = backoff.wait(failures, Random(seed)).total_seconds()
    full = min(900.0, 5.0 * 2 ** (failures - 1))
    assert full / 2 <= waited <= full


async def test_retry_after_is_kept_to(city: City) -> None:
    hook(city)
    city.hooks.answers = [Failed("it answered 429", whole=True, after=timedelta(minutes=30), answered=True)]
    await city.tell(alert(1))
    await city.send()
    city.passes(minutes=29)
    await city.send()
    assert len(city.hooks.tried) == 1
    city.passes(minutes=1)
    await city.send()
    assert len(city.hooks.sent) == 1


async def test_an_address_that_nobody_confirmed_gets_its_code_and_nothing_else(city: City) -> None:
    city.person("ann", "police", "operator")
    await city.tell(alert(1))
    moved_to = NotifyPreferences(email="typo@city.example")

    def change(conn: Connection) -> None:
        preferences.keep(conn, "ann", moved_to, "police", city.clock.now())

    city.db.write_now(change)
    await city.tell(alert(2))
    await city.send()
    (only,) = city.mail.sent
    assert only.to == Mailbox("typo@city.example")
    assert only.message.subject == "[Tocsin] Confirm this address"
    code = next(d.notice.headline for d in city.ledger() if d.notice.act == "code")
    assert code in only.message.text
    assert city.ledger()[0].state == "withdrawn"
    assert city.db.write_now(lambda c: preferences.confirm(c, "ann", code, city.clock.now()))
    await city.tell(alert(3))
    await city.send()
    assert city.mail.sent[-1].to == Mailbox("typo@city.example")


def test_a_code_is_good_for_an_hour(city: City) -> None:
    given = NotifyPreferences(email="ann@city.example")
    city.db.write_now(lambda c: preferences.keep(c, "ann", given, "police", city.clock.now()))
    code = city.ledger()[0].notice.headline
    city.passes(minutes=61)
    with pytest.raises(Conflict):
        city.db.write_now(lambda c: preferences.confirm(c, "ann", code, city.clock.now()))
