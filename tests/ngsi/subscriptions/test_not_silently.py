"""Notifications that cannot silently stop: receivers away, hanging, refusing; starts; replay."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.ngsi.conftest import Api
from tests.ngsi.subscriptions.conftest import City, Receiver, car, listening, sender
from tests.ngsi.test_one_state import running

from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.subscriptions.address import addresses, shown_uri, where_of
from tocsin.ngsi.subscriptions.books import Books
from tocsin.ngsi.subscriptions.channels.http import Http
from tocsin.ngsi.subscriptions.model import Ledger


async def ledger(city: City, name: str) -> Ledger:
    return (await city.api.broker.subscriptions.get(name)).ledger


async def settled(city: City, name: str, enough: Any) -> Ledger:
    async with asyncio.timeout(30):
        while not enough(found := await ledger(city, name)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found


def speeds(receiver: Receiver) -> list[float]:
    return [one["speed"]["value"] for got in receiver.got for one in got.data]


async def test_a_receiver_that_fails_gets_all_later_in_order(city: City) -> None:
    name = await city.subscribe()
    city.receiver.status = 503
    await city.api.create(car())
    for value in range(100, 250):
        await city.speed(value)
    found = await settled(city, name, lambda one: one.failures >= 2 and one.waiting == 151)
    assert found.last_error == "it answered 503"
    assert found.failing_since is not None
    assert found.next_try is not None
    shown = await city.shown(name)
    assert shown["notification"]["status"] == "failed"
    assert shown["notification"]["timesFailed"] >= 2
    city.receiver.status = 200
    await city.receiver.until(lambda: len(speeds(city.receiver)) >= 151)
    assert speeds(city.receiver) == [50, *range(100, 250)]
    found = await settled(city, name, lambda one: one.waiting == 0)
    assert (found.failures, found.failing_since, found.changes) == (0, None, 151)
    assert found.retried >= 1


async def test_a_hanging_receiver_delays_nobody(city: City) -> None:
    async with listening(Receiver(status=None)) as hanging:
        for _ in range(30):
            await city.subscribe(endpoint={"uri": hanging.uri})
        await city.subscribe()
        begun = asyncio.get_running_loop().time()
        await city.api.create(car())
        await city.receiver.take()
        for value in range(5):
            await city.speed(value)
            await city.receiver.take()
        assert asyncio.get_running_loop().time() - begun < 3


async def test_one_that_is_refused_for_good_holds_up_no_other(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.ngsi.subscriptions.lane.MOST_TRIES", 2)
    name = await city.subscribe()
    city.receiver.status = 422
    await city.api.create(car())
    found = await settled(city, name, lambda one: one.given_up == 1)
    assert found.waiting == 0
    city.receiver.status = 204
    await city.speed(70)
    (got,) = await city.receiver.take()
    assert got.data[0]["speed"]["value"] == 70


@pytest.mark.parametrize("together", [20_000, -1], ids=["one look for all", "each by itself"])
async def test_a_start_goes_on_where_it_was(api: Api, monkeypatch: pytest.MonkeyPatch, together: int) -> None:
    """Killed at any moment: what was accepted comes at least once, in order, each by the same name."""
    monkeypatch.setattr("tocsin.ngsi.subscriptions.stage._TOGETHER", together)
    monkeypatch.setattr("tocsin.notify.delivery.backoff.BASE_S", 0.1)
    async with listening(Receiver()) as receiver:
        city = City(api, receiver, sender(api))
        async with running(city.stage):
            name = await city.subscribe()
            behind = await city.subscribe(q="speed>=100", endpoint={"uri": f"{receiver.uri}/other"})
            await api.create(car())
            await receiver.take()
        for value in range(100, 103):
            await city.speed(value)  # nobody sends
        seen: dict[str, list[float]] = {name: [], behind: []}
        ids: dict[str, set[str]] = {name: set(), behind: set()}
        for run in range(4):
            stage = sender(api)
            if run:  # nothing is written down before the end comes
                monkeypatch.setattr(Books, "save", lambda *_: asyncio.sleep(0))
            async with running(stage):
                await city.speed(200 + run)
                await receiver.until(lambda run=run: 200 + run in speeds(receiver))  # type: ignore[misc]
                await asyncio.sleep(0.05)
        for got in receiver.got:
            key = got.body["subscriptionId"]
            if got.body["id"] not in ids[key]:
                seen[key] += [one["speed"]["value"] for one in got.data]
            ids[key].add(got.body["id"])
        for told in seen.values():
            told = [value for value in told if value != 50]  # again, where its end was not written down
            assert set(told) == {100, 101, 102, 200, 201, 202, 203}
            assert [v for n, v in enumerate(told) if v not in told[:n]] == sorted(set(told))


async def test_replayed_from_a_point_in_time(city: City) -> None:
    name = await city.subscribe()
    await city.api.create(car())
    await city.speed(61)
    await city.receiver.until(lambda: speeds(city.receiver) == [50, 61])
    await asyncio.sleep(0.01)
    since = datetime.now(UTC)
    await city.speed(62)
    await city.speed(63)
    await city.receiver.until(lambda: speeds(city.receiver) == [50, 61, 62, 63])
    city.receiver.got.clear()
    _, earliest = await city.api.broker.subscriptions.replay(name, since)
    assert earliest is None
    await city.receiver.until(lambda: len(speeds(city.receiver)) >= 2)
    assert speeds(city.receiver) == [62, 63]
    city.receiver.got.clear()
    _, earliest = await city.api.broker.subscriptions.replay(name, since - timedelta(days=1))
    assert earliest is not None
    await city.receiver.until(lambda: len(speeds(city.receiver)) >= 4)
    assert speeds(city.receiver) == [50, 61, 62, 63]
    await settled(city, name, lambda one: one.waiting == 0)


async def test_what_is_let_go_is_said(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal is bounded: a receiver away for too long loses the oldest, and its ledger says of when."""
    monkeypatch.setattr("tocsin.notify.delivery.backoff.BASE_S", 0.6)
    async with listening(Receiver(status=500)) as receiver:
        stage = sender(api, keep_changes=10)
        city = City(api, receiver, stage)
        async with running(stage):
            name = await city.subscribe()
            await api.create(car())
            await settled(city, name, lambda one: one.failures >= 1)
            for value in range(20):
                await city.speed(value)
            await settled(city, name, lambda one: one.waiting == 21)
            await stage.tidy()
            found = await settled(city, name, lambda one: one.dropped_to is not None)
            assert found.dropped_from is not None
            receiver.status = 200
            await receiver.until(lambda: len(speeds(receiver)) >= 10)
            assert speeds(receiver) == list(range(10, 20))
            await settled(city, name, lambda one: one.waiting == 0)


async def test_one_that_fails_for_long_is_said_aloud(city: City) -> None:
    name = await city.subscribe()
    city.receiver.status = 500
    await city.api.create(car())
    await settled(city, name, lambda one: one.failures >= 1)
    assert city.stage.health().state == "working"
    city.stage._patience = timedelta(0)
    told = city.stage.health()
    assert told.state == "degraded"
    assert name in told.words
    assert "it answered 500" in told.words
    assert told.figures["failing"] == 1


async def test_never_into_an_inner_network() -> None:
    """Neither by number nor by a name that leads there; but where the settings say so."""

    async def lookup(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.7"]

    where = where_of("http://innocent.example/hook")
    with pytest.raises(BadRequestData, match="inner network"):
        await addresses(where, lookup)
    known = where_of("http://innocent.example/hook", frozenset({"innocent.example"}))
    assert await addresses(known, lookup) == ["93.184.216.34", "10.0.0.7"]
    assert where_of("mqtts://u:p%40@h.example/a/b").password == "p@"
    assert shown_uri("mqtts://u:p@h.example/a/b") == "mqtts://h.example/a/b"
    assert shown_uri("https://h.example:8443/a?key=secret") == "https://h.example:8443/a"


async def test_an_endless_answer_is_not_read() -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 000000000999999999999\r\n\r\n")
        with suppress(ConnectionError):
            while sent < 50_000_000:
                writer.write(bytes(100_000))
                await writer.drain()
                sent += 100_000
        writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1")
    where = where_of(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", frozenset({"127.0.0.1"}))
    http = Http()
    outcome = await http.send(where, {}, b"{}", {}, 5.0)
    assert outcome.words == "it answered 200"
    await http.close()
    server.close()
    assert sent < 10_000_000


async def test_forgotten_entities_are_told_to_nobody(city: City) -> None:
    """What privacy takes out of the city it takes out of what waits too."""
    from tocsin.context.journal import repository as journal

    name = await city.subscribe()
    city.receiver.status = 500
    await city.api.create(car())
    await settled(city, name, lambda one: one.failures >= 1)
    await city.api.context.write(lambda conn: journal.forget(conn, ["urn:ngsi-ld:Vehicle:1"]))
    # what was on its way when it was forgotten is refused once more
    await settled(city, name, lambda one: one.waiting == 0)
    city.receiver.status = 200
    await city.receiver.nothing(0.1)
