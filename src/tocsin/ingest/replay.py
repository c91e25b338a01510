"""Plays a recorded file into a running instance, at any speed, in order of time, each reading counted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import structlog

from tocsin.ingest.reader import Recorded, read_recorded
from tocsin.kernel.clock import iso
from tocsin.kernel.errors import Invalid, NotFound
from tocsin.sdk.mapping import read_mapping
from tocsin.sdk.rows import slug

#: rows of one request; the door cuts them into envelopes
MAX_ROWS = 2_000
#: at the end the file's clock goes on by this, so that what waits for late readings is let go
DRAIN = timedelta(hours=1)

log = structlog.get_logger(__name__)


class Target(Protocol):
    """Where the rows go: a running instance."""

    async def save_mapping(self, name: str, toml: str) -> None: ...

    async def send(self, name: str, rows: Sequence[bytes], clock: datetime | None) -> int:
        """How many were accepted, durably."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """``readings``: in the file, in every round, without ``missing`` cells. ``shift``: added to the times."""

    readings: int
    missing: int
    accepted: int
    first: datetime
    last: datetime
    shift: timedelta
    rounds: int

    def __str__(self) -> str:
        text = (
            f"{self.readings} readings in the file, {self.missing} missing values, {self.accepted} accepted; "
            f"{iso(self.first)} to {iso(self.last)}"
        )
        return text + (f", {self.rounds} rounds" if self.rounds > 1 else "")


async def replay(
    file: Path,
    mapping: Path,
    target: Target,
    *,
    name: str | None = None,
    speed: float = 0.0,
    loop: bool = False,
    now: datetime | None = None,
    rounds: int | None = None,
) -> Report:
    """Play ``file`` into ``target``.

    ``speed``: times faster than recorded, 0 as fast as it is accepted. ``now``: shift the times, with speed 1
    so that the file begins now, with speed 0 so that it ends now. ``loop``: begin again at the end, times
    going on, until cancelled or for so many ``rounds``. Raises ``Invalid``, ``NotFound`` and what the target
    raises.
    """
    _check(speed, loop, now)
    text = await asyncio.to_thread(_read_text, mapping)
    recorded = await asyncio.to_thread(read_recorded, file, read_mapping(text))
    name = name or slug(mapping.stem.lower()).replace(".", "-")
    await target.save_mapping(name, text)
    shift = _shift(recorded, speed, now)
    log.info("replay_begins", file=str(file), readings=len(recorded.rows), missing=recorded.missing,
             shift_s=shift, words=_shift_words(shift, speed))  # fmt: skip
    accepted = done = 0
    while True:
        accepted += await _play(recorded, target, name, speed, shift)
        done += 1
        if not loop or (rounds is not None and done >= rounds):
            break
        shift += recorded.last - recorded.first + _step(recorded)
    if now is None:
        await target.send(name, [], datetime.fromtimestamp(recorded.last + shift, UTC) + DRAIN)
    return Report(
        readings=len(recorded.rows) * done,
        missing=recorded.missing * done,
        accepted=accepted,
        first=datetime.fromtimestamp(recorded.first + shift, UTC),
        last=datetime.fromtimestamp(recorded.last + shift, UTC),
        shift=timedelta(seconds=shift),
        rounds=done,
    )


async def _play(recorded: Recorded, target: Target, name: str, speed: float, shift: float) -> int:
    """One round: (requests in order) -> how many readings were accepted."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    prefix = b'{"@shift_s":%.6f,' % shift if shift else b"{"
    rows = recorded.rows
    accepted = at = 0
    while at < len(rows):
        due = float("inf")
        if speed:
            wait = (rows[at][0] - recorded.first) / speed - (loop.time() - began)
            if wait > 0:
                await asyncio.sleep(wait)
            due = recorded.first + (loop.time() - began) * speed
        upto = at + 1
        while upto < len(rows) and upto - at < MAX_ROWS and rows[upto][0] <= due:
            upto += 1
        accepted += await target.send(name, [prefix + row[1:] for _, row in rows[at:upto]], None)
        at = upto
    return accepted


def _check(speed: float, loop: bool, now: datetime | None) -> None:
    if not 0 <= speed < float("inf"):
        raise Invalid("speed is 0 or more", field="speed", value=speed, cure="0: as fast as it is accepted")
    if now is not None and speed not in (0, 1):
        raise Invalid(
            "a file shifted to now runs at the speed of now",
            field="speed",
            value=speed,
            cure="--speed 1, or 0",
        )
    if now is not None and loop and speed != 1:
        raise Invalid("only at speed 1 can it go on past now", field="loop", cure="--speed 1, or no --loop")


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFound("no such mapping file", field="mapping", value=path, cure="check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"the mapping cannot be read: {error}", field="mapping", value=path) from None


def _shift(recorded: Recorded, speed: float, now: datetime | None) -> float:
    if now is None:
        return 0.0
    return float(round(now.timestamp() - (recorded.first if speed == 1 else recorded.last), 3))


def _shift_words(shift: float, speed: float) -> str:
    if not shift:
        return "times as recorded"
    return "the file begins now" if speed == 1 else "the file ends now"


def _step(recorded: Recorded) -> float:
    """Seconds between the end of a round and the next: as between two times of the file, at least one."""
    before = next((at for at, _ in reversed(recorded.rows) if at < recorded.last), recorded.last - 1)
    return max(1.0, recorded.last - before)
