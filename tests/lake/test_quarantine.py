"""Quarantine: kept whole, listed, retried, discarded; the counts add up throughout."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from tocsin.kernel.events import RawBatch


async def test_listed_newest_first_in_pages(world: Any, make: Any) -> None:
    bad = make["bad"]
    async with world.running():
        await world.send(quarantined=[bad(n, field="value", cure="send a number") for n in range(5)])
        await world.send(quarantined=[bad(3), bad(9)], source="mqtt")
        await world.settled()
    assert await world.counted() == (0, 6, 1)
    async with world.asking() as reader:
        first, after = await reader.quarantine(limit=4)
        second, end = await reader.quarantine(limit=4, after=after)
        assert end is None
        assert len({i.id for i in first + second}) == 6
        assert first[-1].cure == "send a number" or first[-1].source == "mqtt"
        only, _ = await reader.quarantine(source="mqtt")
        assert [i.id for i in only] == ["bad-9"]
        assert only[0].payload == "{oops"
        assert only[0].payload_bytes == 5
        with pytest.raises(Invalid):
            await reader.quarantine(after="nonsense")
        with pytest.raises(Invalid):
            await reader.quarantine(state="odd")


async def test_hostile_payloads_are_text(world: Any, make: Any) -> None:
    payload = b"<script>\x00\xff\xe2\x80\xae" + b"x" * 10_000
    async with world.running():
        await world.send(quarantined=[make["bad"](1).__class__("h", payload, "no", "json")])
        await world.settled()
    async with world.asking() as reader:
        (item,), _ = await reader.quarantine()
    assert item.payload.startswith("<script>\\x00\\xff\\u202e")
    assert len(item.payload) < 4200
    assert item.payload_bytes == len(payload)


async def test_a_retry_that_is_understood_moves_the_count(world: Any, make: Any) -> None:
    sent: list[RawBatch] = []

    async def resend(batch: RawBatch) -> None:
        sent.append(batch)

    async with world.running(), world.asking(resend=resend) as reader:
        await world.send(quarantined=[make["bad"](1, device="K-01")])
        await world.settled()
        await reader.retry("bad-1", "anna")
        (item,) = sent[0].items
        assert (item.payload, item.device, item.retry_of, sent[0].format) == (
            b"{oops",
            "K-01",
            "bad-1",
            "json",
        )
        (listed,), _ = await reader.quarantine()
        assert listed.state == "retried"
        await world.send([make["reading"](1, retry_of="bad-1")])
        await world.settled()
        assert (await reader.quarantine())[0] == []
        (listed,), _ = await reader.quarantine(state="all")
        assert listed.state == "resolved"
        with pytest.raises(Conflict):
            await reader.retry("bad-1", "anna")
        with pytest.raises(Conflict):
            await reader.discard("bad-1", "anna")
        with pytest.raises(NotFound):
            await reader.retry("none", "anna")
        # the same attempt once more (two clicks): neither accepted nor counted again
        await world.send([make["reading"](1, retry_of="bad-1")])
        await world.settled()
    assert await world.counted() == (1, 0, 0)


async def test_a_retry_that_turns_out_a_duplicate(world: Any, make: Any) -> None:
    async with world.running():
        await world.send([make["reading"](1)], [make["bad"](1)])
        await world.settled()
        await world.send([make["reading"](1, retry_of="bad-1")])
        await world.settled()
    assert await world.counted() == (1, 0, 1)


async def test_a_retry_that_fails_again_is_open_with_its_new_reason(world: Any, make: Any) -> None:
    again = make["bad"](2, retry_of="bad-1", cure="another unit").__class__(
        "bad-2", b"{oops", "wrong unit", "json", None, "unit", "another unit", "bad-1"
    )
    async with world.running(), world.asking() as reader:
        await world.send(quarantined=[make["bad"](1)])
        await world.settled()
        await world.send(quarantined=[again])
        await world.settled()
        (item,), _ = await reader.quarantine()
        assert (item.id, item.state, item.reason, item.field) == ("bad-1", "open", "wrong unit", "unit")
        with pytest.raises(Unavailable):
            await reader.retry("bad-1", "anna")
    assert await world.counted() == (0, 1, 0)


async def test_discarded_stays_counted(world: Any, make: Any) -> None:
    async with world.running(), world.asking() as reader:
        await world.send(quarantined=[make["bad"](1)])
        await world.settled()
        await reader.discard("bad-1", "anna")
        await reader.discard("bad-1", "anna")
        assert (await reader.quarantine())[0] == []
        with pytest.raises(NotFound):
            await reader.discard("none", "anna")
    assert await world.counted() == (0, 1, 0)
