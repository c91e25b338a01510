"""Playing recorded files, into a running instance or into the one that was started for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from tocsin.ingest.client import HttpTarget
from tocsin.ingest.replay import Report, replay_together
from tocsin.kernel.errors import NotFound
from tocsin.observe import logs
from tocsin.observe.lifeline import tie_to_parent
from tocsin.settings import load
from tocsin.supervise import Recording

log = structlog.get_logger(__name__)

#: mapping, file below the data folder: what ``demo-real`` looks for
KNOWN = (
    ("italian_air", "anomaly/italian_air/AirQuality.csv"),
    ("metr_la", "anomaly/metr_la/los_speed.csv"),
    ("melbourne", "anomaly/melbourne_pedestrian/pedestrian.csv.gz"),
    ("birmingham", "anomaly/birmingham_parking/dataset.csv"),
    ("nab", "anomaly/nab/data/realTraffic/speed_7578.csv"),
)


def known(data: Path, mappings: Path) -> Recording:
    """Every known file that is there with its mapping, as one recording. Raises ``NotFound`` for none."""
    files = tuple(
        (data / file, mappings / f"{mapping}.toml")
        for mapping, file in KNOWN
        if (data / file).exists() and (mappings / f"{mapping}.toml").exists()
    )
    if not files:
        raise NotFound("no recording is there", field="data", value=data, cure="give --data and --mappings")
    return Recording(files)


async def replay_into(recording: Recording, *, url: str, token: str) -> Report:
    """Play the files, merged by time, into the instance at ``url``."""
    async with HttpTarget(url, token) as target:
        return await replay_together(
            recording.files,
            target,
            speed=recording.speed,
            loop=recording.loop,
            now=datetime.now(UTC) if recording.now else None,
        )


def play(wishes: str, state: Path) -> None:
    """The process *replay*: what its supervisor wrote to it on standard input."""
    tie_to_parent()
    settings = load(state)
    logs.configure("replay", level=settings.observe.log_level, form="json", folder=state / "logs")
    given = json.loads(wishes)
    files: Sequence[Sequence[str]] = given["files"]
    recording = Recording(
        tuple((Path(file), Path(mapping)) for file, mapping in files),
        speed=given["speed"],
        loop=given["loop"],
        now=given["now"],
    )
    report = asyncio.run(replay_into(recording, url=given["url"], token=given["token"]))
    log.info("replayed", words=str(report))
