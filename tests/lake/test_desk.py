"""History asked for from another process: the same answers, and a refusal where nobody answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tocsin.kernel.errors import Unavailable
from tocsin.kernel.events import Attribute
from tocsin.lake.desk import HistoryAsked, HistoryDesk
from tocsin.lake.history import History
from tocsin.lake.records import PointsAsked, SeriesAsked


async def test_what_is_asked_over_the_bus_is_what_history_says(world: Any, make: Any) -> None:
    values = [True, 3, 4.5, "open", None]
    readings = [
        make["reading"](n, attributes=(Attribute("outflow", float(n)), Attribute("state", values[n % 5])))
        for n in range(20)
    ]
    async with world.running():
        await world.send(readings)
        await world.settled()
    history, asked = History(world.home), HistoryAsked(world.bus)
    entity, start = readings[0].entity, readings[0].observed_at
    end = start + timedelta(hours=1)
    page = PointsAsked(entity, "state", start, end, 7, (readings[15].observed_at, readings[15].id))
    desk = HistoryDesk(world.bus, history)
    running = asyncio.create_task(desk.run())
    try:
        await asyncio.sleep(0)
        points = await asked.points(page)
        assert [p.observation for p in points] == [f"id-{n}" for n in range(8, 15)]
        assert points == await history.points(page)
        course = SeriesAsked(entity, "outflow", start, end, 12)
        assert (steps := await asked.series(course)) == await history.series(course)
        assert sum(step.readings for step in steps) == 20
        assert desk.health().figures == {"answered": 2.0}
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        history.close()
    with pytest.raises(Unavailable):
        await asked.points(page)
