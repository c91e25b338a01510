"""Playing recorded files, into a running instance or into the one that was started for them."""

from __future__ import annotations

import asyncio
import heapq
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path

import structlog

from tocsin.ingest.client import HttpTarget
from tocsin.ingest.reader import read_recorded
from tocsin.ingest.replay import DRAIN, MAX_ROWS, Target, replay
from tocsin.kernel.errors import NotFound
from tocsin.observe import logs
from tocsin.observe.lifeline import tie_to_parent
from tocsin.sdk.mapping import read_mapping
from tocsin.settings import load
from tocsin.supervise import Recording

log = structlog.get_logger(__name__)

#: mapping, file below the data folder: what ``demo-real`` looks for
KNOWN = (
    ("italian_air", "anomaly/italian_air/AirQuality.csv"),
    ("metr_la", "anomaly/metr_la/los_speed.csv"),
    ("melbourne", "anomaly/melbourne_pedestrian/pedestrian.csv.gz"),
    ("birmingham", "anomaly/birmingham_parking/dataset.csv"),
)


def recordings(data: Path, mappings: Path) -> Sequence[Recording]:
    """A recording for each known file that is there with its mapping. Raises ``NotFound`` for none."""
    found = [
        Recording(file=data / file, mapping=mappings / f"{mapping}.toml")
        for mapping, file in KNOWN
        if (data / file).exists() and (mappings / f"{mapping}.toml").exists()
    ]
    if not found:
        raise NotFound("no recording is there", field="data", value=data, cure="give --data and --mappings")
    return found


async def replay_into(recording: Recording, *, url: str, token: str) -> str:
    """Play one file into the instance at ``url``; words about what was read and accepted."""
    async with HttpTarget(url, token) as target:
        report = await replay(
            recording.file,
            recording.mapping,
            target,
            speed=recording.speed,
            loop=recording.loop,
            now=datetime.now(UTC) if recording.now else None,
        )
    return str(report)


async def replay_together(together: Sequence[Recording], target: Target) -> int:
    """Play several files merged by time, as fast as they are taken: a realm's clock never goes back.

    Returns how many readings were accepted.
    """
    streams: list[Iterator[tuple[float, str, bytes]]] = []
    last = 0.0
    for recording in together:
        text = await asyncio.to_thread(recording.mapping.read_text)
        name = recording.mapping.stem
        await target.save_mapping(name, text)
        recorded = await asyncio.to_thread(read_recorded, recording.file, read_mapping(text))
        streams.append((at, name, row) for at, row in recorded.rows)
        last = max(last, recorded.last)
        log.info("recording_read", file=str(recording.file), readings=len(recorded.rows))
    accepted = 0
    for name, group in groupby(heapq.merge(*streams), key=lambda entry: entry[1]):
        while rows := [row for _, _, row in islice(group, MAX_ROWS)]:
            accepted += await target.send(name, rows, None)
    await target.send(together[-1].mapping.stem, [], datetime.fromtimestamp(last, UTC) + DRAIN)
    return accepted


def play(wishes: str, state: Path) -> None:
    """The process *replay*: what its supervisor wrote to it on standard input."""
    tie_to_parent()
    settings = load(state)
    logs.configure("replay", level=settings.observe.log_level, form="json", folder=state / "logs")
    given = json.loads(wishes)
    together = [
        Recording(Path(row["file"]), Path(row["mapping"]), row["speed"], row["loop"], row["now"])
        for row in given["recordings"]
    ]

    async def all_of_them() -> None:
        if len(together) == 1:
            words = await replay_into(together[0], url=given["url"], token=given["token"])
        else:
            async with HttpTarget(given["url"], given["token"]) as target:
                words = f"{await replay_together(together, target)} readings accepted"
        log.info("replayed", words=words)

    asyncio.run(all_of_them())
