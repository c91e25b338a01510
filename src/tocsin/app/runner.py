"""The process *runner*: the tools that are light enough to live together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tocsin.app.hosting import House, Place
from tocsin.kernel.ports import Bus
from tocsin.runner.advising.stage import Advisors
from tocsin.runner.stage import Runner
from tocsin.sdk.discover import discover


async def compose(place: Place, bus: Bus) -> House:
    settings = place.settings.runner
    found = discover([Path(settings.tools_dir)] if settings.tools_dir else [])
    if wanted := place.settings.edge.tools.split():
        found = replace(found, tools=tuple(tool for tool in found.tools if tool.id in wanted))
    params, city = place.state / "tools", {"timezone": place.settings.city.zone}
    runner = Runner(
        bus,
        found,
        directory=place.state / "runner",
        params=params,
        city=city,
        hard_limit_s=settings.hard_limit_s,
        snapshot_s=settings.snapshot_s,
    )
    if place.settings.edge.tools:
        return House([runner])  # a box has no incidents
    return House([runner, Advisors(bus, found.tools, params=params, city=city)])
