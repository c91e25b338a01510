"""What is bounded: the journal that lanes read, the connections that are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest
from tests.ngsi.conftest import Api
from tests.ngsi.subscriptions.conftest import INNER, Receiver, listening, sender
from tests.ngsi.test_one_state import running

from tocsin.context.journal import repository as journal
from tocsin.kernel.clock import WallClock
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.store.names import LOCATION
from tocsin.ngsi.subscriptions import repository
from tocsin.ngsi.subscriptions.address import where_of
from tocsin.ngsi.subscriptions.changes import Moved
from tocsin.ngsi.subscriptions.channels import Outcome
from tocsin.ngsi.subscriptions.channels.http import Http
from tocsin.ngsi.subscriptions.lane import HELD, Lane, Scanned
from tocsin.ngsi.subscriptions.matching import Rule
from tocsin.ngsi.subscriptions.model import Ledger, Subscription
from tocsin.notify.delivery.channels import Sent

AT = datetime(2026, 1, 1, tzinfo=UTC)


def change(seq: int) -> Moved:
    name = f"urn:ngsi-ld:Vehicle:{seq}"
    return Moved(seq, AT + timedelta(seconds=seq), name, None, {"id": name, "type": ["Vehicle"]})


def rule() -> Rule:
    body = {
        "type": "Subscription",
        "entities": [{"type": "Vehicle"}],
        "notification": {"endpoint": {"uri": "http://127.0.0.1/"}},
    }
    return Rule(Subscription("urn:s:1", body, {}, "", AT, AT))


class Journal:
    """``turn`` set: somebody may take a notification; ``reads``: a look at the rows may end."""

    def __init__(self, last: int) -> None:
        self.rows = [change(seq) for seq in range(1, last + 1)]
        self.matched = last
        self.told: list[int] = []
        self.turn, self.reads, self.asked = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.reads.set()

    async def scan(self, rule: Rule, after: int, until: int, most: int) -> Scanned:
        self.asked.set()
        await self.reads.wait()
        found = [one for one in self.rows if after < one.seq <= until][:most]
        begins = (self.rows[0].seq, self.rows[0].at) if self.rows else None
        return Scanned(found, found[-1].seq if len(found) == most else until, begins)

    async def deliver(self, rule: Rule, data: Sequence[Moved], *, suspect: bool) -> Outcome:
        await self.turn.wait()
        self.told += [one.seq for one in data]
        return Sent("")

    def touched(self, lane: Lane) -> None: ...

    def settled(self) -> None: ...


async def test_a_slow_receiver_that_loses_changes_is_told_so() -> None:
    """What is in memory still comes; what was only in the journal is lost, and said."""
    kept = Journal(300)
    lane = Lane(rule(), Ledger(0), kept, WallClock(), Random(1))
    for one in kept.rows:
        lane.offer(one)
    running = asyncio.create_task(lane.run())
    await asyncio.sleep(0)
    kept.rows = kept.rows[249:]
    lane.let_go(50, AT + timedelta(seconds=50))
    assert lane.ledger.dropped_to is None  # all of that is in memory
    lane.let_go(250, AT + timedelta(seconds=250))
    assert lane.ledger.cursor == 0
    kept.turn.set()
    await asyncio.wait_for(running, 5)
    assert kept.told == [*range(1, HELD + 1), *range(250, 301)]
    ledger = lane.ledger
    assert ledger.dropped_from is not None
    assert ledger.dropped_from <= AT + timedelta(seconds=HELD + 1)
    assert ledger.dropped_to == AT + timedelta(seconds=250)
    assert (ledger.waiting, ledger.cursor) == (0, 300)


@pytest.mark.parametrize("first", [1, 250])
async def test_tidied_while_it_is_read(first: int) -> None:
    kept = Journal(300)
    kept.turn.set()
    kept.reads.clear()
    lane = Lane(rule(), Ledger(0, waiting=300), kept, WallClock(), Random(1))
    lane.behind()
    running = asyncio.create_task(lane.run())
    await kept.asked.wait()
    kept.rows = kept.rows[first - 1 :]
    lane.let_go(first, AT + timedelta(seconds=first))
    kept.reads.set()
    await asyncio.wait_for(running, 5)
    assert kept.told == [*range(first, 301)]
    assert (lane.ledger.dropped_to is not None) == (first > 1)


@pytest.mark.parametrize("left", [0, 51])
async def test_let_go_of_before_a_look_and_told_after_it(left: int) -> None:
    """Between a trim and the word of it a lane may read: what it misses is said to be lost."""
    kept = Journal(300)
    kept.turn.set()
    lane = Lane(rule(), Ledger(0, waiting=300), kept, WallClock(), Random(1))
    lane.behind()
    kept.rows = kept.rows[300 - left :]
    await asyncio.wait_for(lane.run(), 5)
    lane.let_go(301 - left, AT + timedelta(seconds=301 - left))
    assert kept.told == [*range(301 - left, 301)]
    assert lane.ledger.dropped_to is not None
    assert (lane.ledger.waiting, lane.ledger.cursor) == (0, 300)


async def test_idle_connections_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(Receiver()) as receiver:
        http = Http()
        where = where_of(receiver.uri, INNER)
        assert isinstance(await http.send(where, {}, b"{}", {}, 5), Sent)
        http.sweep()
        assert http._idle
        (line,) = http._idle[("http", "127.0.0.1", receiver.port)]
        monkeypatch.setattr("tocsin.ngsi.subscriptions.channels.http._IDLE_S", -1.0)
        http.sweep()
        assert line.writer.is_closing()
        assert not http._idle
        assert not http._gates


async def test_a_long_journal_is_trimmed_at_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.ngsi.subscriptions.tidying._CHUNK", 3)
    rows: list[journal.Row] = [("urn:v:1", "Vehicle", journal.Change("written"))] * 20
    await api.context.write(lambda conn: journal.record(conn, AT, rows))
    await sender(api, keep=timedelta(days=36_500), keep_changes=4).tidy()
    assert len(await api.context.read(lambda conn: journal.after(conn, 0, 100))) == 4


async def test_nothing_is_journaled_where_nobody_sends(api: Api) -> None:
    await api.context.write(lambda conn: repository.save(conn, rule().subscription, ["Vehicle"], active=True))
    assert await api.context.read(journal.Watched().load) == {"Vehicle"}
    assert not await api.context.read(journal.Watched(journaled=False).load)


async def test_who_expired_while_nobody_looked_is_closed(api: Api) -> None:
    one = rule().subscription
    over = msgspec.structs.replace(one, body={**one.body, "expiresAt": "2026-01-02T00:00:00Z"})
    await api.context.write(lambda conn: repository.save(conn, over, ["Vehicle"], active=True))
    stage = sender(api)
    async with running(stage):
        async with asyncio.timeout(20):
            while not stage.health().figures["subscriptions"]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await stage.tidy()
    assert not await api.context.read(journal.Watched().load)


@pytest.mark.parametrize(("lon", "told"), [(1.0, False), (2.0, True)])
def test_a_reading_updates_the_place_only_if_it_moved(lon: float, told: bool) -> None:
    def at(seconds: int, lon: float) -> Entity:
        place = {"value": {"coordinates": [lon, 1.0]}, "observedAt": str(seconds)}
        return {"id": "urn:v:1", "type": ["Vehicle"], LOCATION: [place]}

    found = Moved(1, AT, "urn:v:1", at(1, 1.0), at(2, lon), read=True)
    assert (LOCATION in found.updated) == told
    assert LOCATION in Moved(1, AT, "urn:v:1", at(1, 1.0), at(2, lon)).updated
