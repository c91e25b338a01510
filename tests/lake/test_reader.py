"""What the lake answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Attribute


async def test_an_empty_state_folder_answers_nothing(world: Any) -> None:
    assert await world.points() == []
    assert await world.counted() == (0, 0, 0)
    async with world.asking() as reader:
        assert await reader.quarantine() == ([], None)


async def test_newest_pages_lead_back_through_time(world: Any, make: Any) -> None:
    reading = make["reading"]
    hours = [reading(n, at_s=n * 3_600) for n in range(200)]  # more than a week
    twins = [reading(900 + n, at_s=100 * 3_600) for n in range(3)]  # same moment, several readings
    async with world.running():
        await world.send(hours + twins + [reading(n, entity="K-02") for n in range(1000, 1010)])
        await world.settled()
    everything = [p.observation for p in await world.points()]
    assert len(everything) == 203
    async with world.asking() as reader:
        pages: list[str] = []
        before: tuple[str, str] | None = None
        while True:
            page = await reader.history(
                entity="urn:ngsi-ld:ItemFlowObserved:K-01", attribute="outflow", limit=7, before=before
            )
            if not page:
                break
            pages = [p.observation for p in page] + pages
            before = (page[0].observed_at.isoformat(), page[0].observation)
    assert pages == everything


async def test_periods_are_half_open(world: Any, make: Any) -> None:
    reading = make["reading"]
    async with world.running():
        await world.send([reading(n, at_s=n * 60) for n in range(10)])
        await world.settled()
    start, end = reading(3, at_s=180).observed_at, reading(6, at_s=360).observed_at
    assert [p.value for p in await world.points(start=start, end=end)] == [3.0, 4.0, 5.0]
    assert [p.value for p in await world.points(start=start, end=end, limit=2)] == [4.0, 5.0]
    assert await world.points(attribute="none") == []
    with pytest.raises(Invalid):
        await world.points(before=("no time", "x"))


async def test_series_are_downsampled(world: Any, make: Any) -> None:
    reading = make["reading"]
    values = [reading(n, at_s=n * 60, attributes=(Attribute("outflow", float(n)),)) for n in range(60)]
    async with world.running():
        await world.send(values)
        await world.settled()
    start = values[0].observed_at
    async with world.asking() as reader:
        ask = {"entity": values[0].entity, "attribute": "outflow", "start": start}
        points = await reader.series(**ask, end=start + timedelta(hours=2), steps=12)
        assert [(p.at, p.low, p.high, p.readings) for p in points] == [
            (start + timedelta(minutes=10 * n), 10.0 * n, 10.0 * n + 9, 10) for n in range(6)
        ]
        assert points[1].mean == pytest.approx(14.5)
        with pytest.raises(Invalid):
            await reader.series(**ask, end=start, steps=12)
        with pytest.raises(Invalid):
            await reader.series(**ask, end=start + timedelta(hours=1), steps=0)
