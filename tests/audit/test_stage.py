from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.audit.conftest import Kept
from tests.audit.test_store import verdict

from tocsin.audit import beside
from tocsin.audit.stage import Checkpoints
from tocsin.kernel.errors import Misconfigured


@contextlib.asynccontextmanager
async def at_work(kept: Kept, **more: Any) -> AsyncIterator[Checkpoints]:
    stage = Checkpoints(
        kept.db, kept.state, **{"keep_days": 183, "look_s": 0.01, "clock": kept.clock, **more}
    )
    running = asyncio.create_task(stage.run())
    try:
        yield stage
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for stands in files
            await asyncio.sleep(0.01)


def signed(kept: Kept) -> list[int]:
    return [one.seq for one in beside.load(kept.file).checkpoints]


async def test_signs_after_so_many_rows_and_at_the_end(kept: Kept) -> None:
    async with at_work(kept, every_s=3600, every_rows=10) as stage:
        kept.write(1, 9)
        await asyncio.sleep(0.1)
        assert signed(kept) == []
        kept.write(10, 10)
        await until(lambda: signed(kept) == [10])
        kept.write(11, 12)
        await until(lambda: stage.health().figures == {"rows": 12.0, "signed": 10.0})
    assert signed(kept) == [10, 12], "the end is signed on leaving"
    assert verdict(kept).whole


async def test_signs_after_a_time_and_only_what_is_new(kept: Kept) -> None:
    async with at_work(kept, every_s=0.05):
        kept.write(1, 1)
        await until(lambda: signed(kept) == [1])
        await asyncio.sleep(0.3)
        assert signed(kept) == [1]
        kept.write(2, 3)
        await until(lambda: signed(kept)[-1] == 3)


async def test_lets_go_of_what_is_too_old(kept: Kept) -> None:
    kept.write(1, 10)
    kept.sign()
    kept.clock.at += timedelta(days=184)
    async with at_work(kept):
        await until(lambda: verdict(kept).cut == 10)
    found = verdict(kept)
    assert found.whole, found.faults
    assert found.report.rows == 1, "what was cut is told by a row of its own"


async def test_a_clock_that_jumps_deletes_nothing(kept: Kept) -> None:
    kept.write(1, 10)
    kept.sign()
    stage = Checkpoints(kept.db, kept.state, keep_days=183, clock=kept.clock, look_s=0.01)
    kept.clock.at += timedelta(days=4000)
    running = asyncio.create_task(stage.run())
    await until(lambda: stage.health().figures["rows"] == 10)
    await asyncio.sleep(0.2)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert verdict(kept).report.rows == 10
    assert verdict(kept).cut == 0


async def test_a_key_that_cannot_be_used_shows_and_heals(kept: Kept) -> None:
    key = kept.state / "keys" / "audit.key"
    key.chmod(0o644)
    async with at_work(kept, every_rows=1) as stage:
        kept.write(1, 1)
        await until(lambda: stage.health().state == "degraded")
        assert "chmod 600" in stage.health().words
        key.chmod(0o600)
        await until(lambda: signed(kept) == [1])
        await until(lambda: stage.health().state == "working")


def test_a_short_keeping_is_refused(kept: Kept) -> None:
    with pytest.raises(Misconfigured, match="183"):
        Checkpoints(kept.db, kept.state, keep_days=30)
