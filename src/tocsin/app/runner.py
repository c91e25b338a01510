"""The process *runner*: the tools that are light enough to live together."""

from __future__ import annotations

from pathlib import Path

from tocsin.app.hosting import House, Place
from tocsin.kernel.ports import Bus
from tocsin.runner.stage import Runner
from tocsin.sdk.discover import discover


async def compose(place: Place, bus: Bus) -> House:
    settings = place.settings.runner
    found = discover([Path(settings.tools_dir)] if settings.tools_dir else [])
    runner = Runner(
        bus,
        found,
        directory=place.state / "runner",
        params=place.state / "tools",
        city={"timezone": place.settings.city.zone},
        hard_limit_s=settings.hard_limit_s,
        snapshot_s=settings.snapshot_s,
    )
    return House([runner])
