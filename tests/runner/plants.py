"""Tools that misbehave, made from the template: what a runner must live with."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tocsin.bus.codec import encode
from tocsin.kernel.events import ObservationBatch
from tocsin.kernel.ports import Outgoing
from tocsin.sdk.discover import Discovered, discover
from tocsin.sdk.scaffold import new_tool
from tocsin.sdk.testing import T0, clock, reading, stream

TOOL = "        out: list[Finding] = []\n        for o in observations:\n"


def plant(directory: Path, tool: str, *defects: tuple[str, str, str]) -> Path:
    """A new tool with defects: (file, old, new)."""
    folder = new_tool(tool, directory)
    for file, old, new in defects:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new))
    return folder


def tools(directory: Path) -> Discovered:
    """The planted ones alone."""
    found = discover([directory])
    mine = tuple(t for t in found.tools if t.path.parent == directory)
    return Discovered(mine, tuple(b for b in found.broken if b.path.parent == directory))


def noise(length_s: int = 900, sensors: int = 3) -> list[ObservationBatch]:
    """Sensors at 60 dB; the first one loud in the second of every five minutes."""
    observations = []
    for n in range(sensors):
        for s in range(n, length_s, 5):
            loud = n == 0 and s % 300 >= 60 and s % 300 < 150
            observations.append(
                reading(f"N-{n}", "NoiseLevelObserved", float(s), {"LAeq": 90.0 if loud else 60.0})
            )
    log = stream(observations, delay_s=0.3)
    return [*log, *clock(log, for_s=60, every_s=1)]


async def publish(bus, batches) -> None:
    for batch in batches:
        await bus.publish(Outgoing("obs.src.test", encode(batch)))


def later(batches, seconds: float) -> list[ObservationBatch]:
    """The same a while later."""
    import msgspec

    gap = timedelta(seconds=seconds)
    return [
        ObservationBatch(
            b.source,
            b.accepted_at + gap,
            tuple(
                msgspec.structs.replace(o, id=f"{o.id}+{seconds}", observed_at=o.observed_at + gap)
                for o in b.observations
            ),
        )
        for b in batches
    ]


__all__ = ["T0", "TOOL", "later", "noise", "plant", "publish", "tools"]
