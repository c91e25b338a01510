"""The correlation stage: order of arrival, restarts and repeats change nothing; positions go with effects."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.incidents.candidates import north
from tests.incidents.test_incidents import T0, Book, alert, book

from tocsin.bus.codec import decode, encode
from tocsin.incidents.correlation import machine, repository
from tocsin.incidents.correlation.stage import Correlation
from tocsin.kernel.clock import FileClock
from tocsin.kernel.decisions import Alert, AlertEvent, AlertState
from tocsin.kernel.ports import Outgoing
from tocsin.kernel.proposals import Proposal, ProposalEvent

__all__ = ["book"]


def at(number: int, minutes: float, metres: float, **given) -> Alert:
    return replace(alert(number), onset=T0 + timedelta(minutes=minutes), place=north(metres), **given)


async def tell(book: Book, *alerts: Alert) -> None:
    outs = [Outgoing(f"alert.{a.id}", encode(AlertEvent("updated", "alerts", T0, a))) for a in alerts]
    last = (await book.bus.publish_many(outs))[-1]
    stage = Correlation(book.bus, book.db, FileClock(T0))
    task = asyncio.create_task(stage.run())
    async with asyncio.timeout(20):
        while stage.health().position["ALERT"] < last:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def proposals(book: Book, state: str = "open") -> list[Proposal]:
    return list(book.db.read_now(lambda c: repository.find(c, state=state))[0])


def acts(book: Book, proposal: str) -> list[str]:
    return [e.act for e in book.db.read_now(lambda c: repository.events(c, proposal))]


CITY = [
    at(1, 0, 0),
    at(2, 1, 40),
    at(3, 2, 90),
    at(4, 9, 2000),
    at(5, 11, 2050),
    at(6, 40, 0),
    at(7, 0, 9000),
]
GROUPS = {("AL-0001", "AL-0002", "AL-0003"), ("AL-0004", "AL-0005")}


@pytest.mark.parametrize("seed", range(4))
async def test_in_whatever_order_and_however_often_restarted(book, seed: int) -> None:
    chance = random.Random(seed)
    arrival = [*CITY, *chance.sample(CITY, 3)]  # repeats are harmless
    chance.shuffle(arrival)
    while arrival:
        count = chance.randint(1, 4)
        await tell(book, *arrival[:count])
        arrival = arrival[count:]
    assert {p.alerts for p in proposals(book)} == GROUPS


async def test_a_proposal_grows_under_its_number_and_ends_when_its_ground_is_gone(book) -> None:
    await tell(book, at(1, 0, 0), at(2, 1, 0))
    await tell(book, at(3, 2, 0))
    [one] = proposals(book)
    assert (one.id, one.version, one.alerts) == ("PR-0001", 2, ("AL-0001", "AL-0002", "AL-0003"))
    await tell(book, *(at(n, n - 1, 0, version=2, state=AlertState.CLOSED) for n in (2, 3)))
    assert proposals(book) == []
    assert acts(book, "PR-0001") == ["proposed", "revised", "withdrawn"]
    published = book.db.read_now(lambda c: c.exec_driver_sql("SELECT subject, data FROM outbox").all())
    assert {s for s, _ in published} == {"incident.proposal.PR-0001"}
    assert [decode(d, ProposalEvent).proposal.version for _, d in published] == [1, 2, 3]


async def test_an_older_version_that_comes_late_is_no_news(book) -> None:
    await tell(book, at(1, 0, 0, version=5, state=AlertState.CLOSED), at(2, 0, 0))
    await tell(book, at(1, 0, 0, version=3))
    assert proposals(book, "all") == []


async def test_split_by_a_person_stays_split(book) -> None:
    one, two, three = at(1, 0, 0), at(2, 1, 0), at(3, 2, 0)
    book.do("open_", "Crowd", [one, two, three])
    book.do("remove_alert", "INC-001", "AL-0003")
    await tell(book, one, two, three)
    assert proposals(book, "all") == []


@pytest.mark.parametrize("people", [1, 5])
async def test_who_decides_while_it_thinks_is_not_overruled(book, people: int) -> None:
    """The alerts are put in an incident after it has looked and before it writes; once, or at every look."""
    one, two, three, four = at(1, 0, 0), at(2, 1, 0), at(3, 0, 9000), at(4, 1, 9000)
    read, thoughts = book.db.read, []

    async def interrupted(work):
        result = await read(work)
        if len(thoughts) < people and getattr(result, "drafts", ()):
            thoughts.append(result)
            book.do("open_", "Crowd", [one, two] if len(thoughts) == 1 else [])
        return result

    book.db.read = interrupted
    await tell(book, one, two, three, four)
    assert [p.alerts for p in proposals(book, "all")] == [("AL-0003", "AL-0004")]
    assert len(thoughts) >= min(people, 3)


async def test_bytes_of_nobody(book) -> None:
    await book.bus.publish(Outgoing("alert.AL-0001", b"\xc1"))
    await tell(book, at(1, 0, 0), at(2, 1, 0))
    assert [p.alerts for p in proposals(book)] == [("AL-0001", "AL-0002")]


def test_an_event_never_lies_before_the_last() -> None:
    from tests.incidents.candidates import seen

    from tocsin.incidents.correlation.propose import propose
    from tocsin.incidents.correlation.rules import read_rules

    [draft] = propose(read_rules(), [seen(1), seen(2)])
    made = machine.begin(1, draft, T0).proposal
    assert machine.decline(made, "no", "kim", T0 - timedelta(hours=1)).at == T0
