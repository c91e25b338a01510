"""Signed webhooks, as a receiver sees them. Expected values from RFC 2104 by the standard library."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.notify.delivery.city import POLICE, T0, City, alert
from tests.notify.delivery.receivers import http, ok

from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.notify.delivery import webhooks
from tocsin.notify.delivery.channels import Failed, Hook, Parcel, Sent
from tocsin.notify.delivery.channels.post import Poster
from tocsin.notify.delivery.channels.signing import HEADER, sign, verify
from tocsin.notify.delivery.channels.webhook import Webhooks
from tocsin.notify.delivery.directory import repository
from tocsin.notify.delivery.words import Message

BODY = b'{"id":"1"}'


def test_the_header_is_what_the_guide_says() -> None:
    wanted = hmac.new(b"s1", b"1795276800." + BODY, hashlib.sha256).hexdigest()
    assert sign(["s1"], T0, BODY) == f"t=1795276800,v1={wanted}"


def test_a_receiver_takes_it_within_five_minutes_and_nothing_altered() -> None:
    header = sign(["new", "old"], T0, BODY)
    assert verify("new", header, BODY, T0)
    assert verify("old", header, BODY, T0 + timedelta(minutes=5))
    assert not verify("new", header, BODY, T0 + timedelta(minutes=5, seconds=1))
    assert not verify("new", header, BODY, T0 - timedelta(minutes=6))
    assert not verify("new", header, BODY + b" ", T0)
    assert not verify("other", header, BODY, T0)
    assert not verify("new", header.replace("t=1", "t=2"), BODY, T0)
    later = sign(["x"], T0 + timedelta(hours=1), BODY)
    assert not verify(
        "new", f"{later.split(',')[0]},{header.split(',', 1)[1]}", BODY, T0 + timedelta(hours=1)
    )
    for broken in ("", "t=", "t=x,v1=1", "v1=1", f"{header},t=1", "t=" + "9" * 40):
        assert not verify("new", broken, BODY, T0)


def parcel(url: str) -> Parcel:
    return Parcel("key", Hook(url, ("s1",)), Message("s", "t", "l"), {"id": "key"}, "high", T0, T0)


@pytest.mark.parametrize(
    ("status", "gone", "answered"),
    [("500 Broken", False, True), ("410 Gone", True, False), ("404 Not Found", False, True)],
)
async def test_what_answers_mean(status: str, gone: bool, answered: bool) -> None:
    async with http() as receiver:
        receiver.answer = lambda _: ok(status)
        channel = Webhooks(Poster(frozenset({"127.0.0.1"})))
        outcome = await channel.send(parcel(receiver.url))
        await channel.close()
    assert isinstance(outcome, Failed)
    assert (outcome.gone, outcome.answered, outcome.whole) == (gone, answered, not gone)
    assert status[:3] in outcome.words


async def test_retry_after_is_heard_and_bounded() -> None:
    async with http() as receiver:
        channel = Webhooks(Poster(frozenset({"127.0.0.1"})))
        for said, wait in (("120", timedelta(minutes=2)), ("999999", timedelta(hours=1)), ("soon", None)):
            receiver.answer = lambda _, said=said: ok("503 Busy", f"Retry-After: {said}")  # type: ignore[misc]
            outcome = await channel.send(parcel(receiver.url))
            assert isinstance(outcome, Failed)
            assert outcome.after == wait
        await channel.close()


def add(city: City, url: str, **more: object) -> webhooks.Made:
    given = {"organisation": "police", "title": "CAD", "kinds": ("alert",), "severity": "low"} | more
    allowed = frozenset({"127.0.0.1"})
    return city.db.write_now(
        lambda c: webhooks.add(c, city.seal, url=url, by="root", now=T0, allowed=allowed, **given)  # type: ignore[arg-type]
    )


async def test_from_alert_to_receiver_and_a_change_of_secret(city: City) -> None:
    async with http() as receiver:
        made = add(city, receiver.url)
        channel = Webhooks(Poster(frozenset({"127.0.0.1"})))
        sender = city.sender({"webhook": channel})
        await city.tell(alert(1))
        await sender.tick()
        request = receiver.requests[0]
        assert verify(made.secret, request.headers[HEADER.lower()], request.body, T0)
        assert msgspec.json.decode(request.body) == {
            "id": city.ledger()[0].key,
            "kind": "alert",
            "act": "raised",
            "object": "AL-0001",
            "version": 1,
            "severity": "high",
            "headline": "Headline 1",
            "at": "2026-11-21T16:00:00Z",
            "link": "https://tocsin.city.example/alerts/AL-0001",
        }
        assert request.headers["tocsin-delivery"] == city.ledger()[0].key

        changed = city.db.write_now(lambda c: webhooks.rotate(c, city.seal, made.webhook.id, T0))
        await city.tell(alert(2))
        await sender.tick()
        header, body = receiver.requests[1].headers[HEADER.lower()], receiver.requests[1].body
        assert verify(made.secret, header, body, T0)
        assert verify(changed.secret, header, body, T0)
        city.passes(hours=24)
        await city.tell(alert(3))
        await sender.tick()
        header, body = receiver.requests[2].headers[HEADER.lower()], receiver.requests[2].body
        assert not verify(made.secret, header, body, city.clock.now())
        assert verify(changed.secret, header, body, city.clock.now())
        await channel.close()


@pytest.mark.sqlite
async def test_the_secret_is_not_kept_in_the_open(city: City) -> None:
    made = add(city, "https://hooks.example/")
    assert made.secret not in repr(made.webhook)
    raw = (city.folder / "ops.db").read_bytes() + (city.folder / "ops.db-wal").read_bytes()
    assert made.secret.encode() not in raw
    assert made.secret not in repr(Hook("https://hooks.example/", (made.secret,)))


async def test_one_that_hangs_does_not_keep_others_waiting(city: City) -> None:
    async with http() as silent, http() as receiver:
        silent.answer = lambda _: None
        add(city, silent.url, title="Silent")
        add(city, receiver.url, title="Quick")
        await city.tell(alert(1), alert(2))
        channel = Webhooks(Poster(frozenset({"127.0.0.1"}), timeout_s=0.5))
        await city.sender({"webhook": channel}).tick()
        await channel.close()
        assert len(receiver.requests) == 2
        assert len(silent.requests) == 1
    failed = [one for one in city.ledger() if one.state == "planned" and one.tries]
    assert [one.notes[-1].words for one in failed] == ["no answer within 0.5 s"]


async def test_only_what_its_organisation_sees_and_asked_for(city: City) -> None:
    add(city, "https://a.example/", organisation="it")
    add(city, "https://b.example/", severity="critical")
    await city.tell(alert(1, "high", sharing=POLICE))
    assert city.ledger() == []
    await city.tell(alert(2, "critical", sharing=POLICE))
    assert [one.room for one in city.ledger()] == ["police"]


def test_what_is_refused(city: City) -> None:
    with pytest.raises(NotFound):
        add(city, "https://a.example/", organisation="nowhere")
    for more in ({"title": " \n"}, {"kinds": ()}):
        with pytest.raises(Invalid):
            add(city, "https://a.example/", **more)
    with pytest.raises(Invalid):
        add(city, "http://10.0.0.1/")
    made = add(city, "https://a.example/")
    off = msgspec.structs.replace(made.webhook, off="it answered 410")
    city.db.write_now(lambda c: repository.save_webhook(c, off))
    with pytest.raises(Conflict):
        city.db.write_now(lambda c: webhooks.test(c, off.id, T0))


async def test_removed_with_what_waits_for_it(city: City) -> None:
    made = add(city, "https://a.example/")
    await city.tell(alert(1))
    city.db.write_now(lambda c: webhooks.remove(c, made.webhook.id, T0))
    assert [one.state for one in city.ledger()] == ["withdrawn"]
    await city.send()
    assert city.hooks.tried == []


async def test_a_test_message(city: City) -> None:
    made = add(city, "https://a.example/", kinds=("escalation",))
    city.db.write_now(lambda c: webhooks.test(c, made.webhook.id, T0))
    await city.send()
    assert isinstance(await city.hooks.send(city.hooks.sent[0]), Sent)
    assert city.hooks.sent[0].facts["kind"] == "test"


def test_the_guides_own_check_takes_what_we_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    guide = (Path(__file__).parents[3] / "docs/howto/notifications.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    monkeypatch.setattr("time.time", T0.timestamp)
    header = sign(["new", "old"], T0, BODY)
    assert names["genuine"]("new", header, BODY)
    assert names["genuine"]("old", header, BODY)
    assert not names["genuine"]("other", header, BODY)
    assert not names["genuine"]("new", header, BODY + b" ")
    monkeypatch.setattr("time.time", lambda: T0.timestamp() + 301)
    assert not names["genuine"]("new", header, BODY)
