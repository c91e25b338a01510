"""Plays a recorded file into a running instance, at any speed, in order of time, each reading counted."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from pathlib import Path
from typing import Protocol

import structlog

from tocsin.ingest.reader import Recorded, read_recorded
from tocsin.kernel.clock import iso
from tocsin.kernel.errors import Invalid, NotFound
from tocsin.sdk.mapping import check_name, read_mapping

#: rows of one request; the door cuts them into envelopes
MAX_ROWS = 2_000
#: at the end the file's clock goes on by this, so that what waits for late readings is let go
DRAIN = timedelta(hours=1)

_NOT_NAME = re.compile(r"[^a-z0-9_\-]+")

log = structlog.get_logger(__name__)


class Target(Protocol):
    """Where the rows go: a running instance."""

    async def save_mapping(self, name: str, toml: str) -> None: ...

    async def send(self, name: str, rows: Sequence[bytes], clock: datetime | None) -> int:
        """How many were accepted, durably."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """``readings``: in the files, in every round, without ``missing`` cells. ``shift``: added to the times.

    ``by_source``: what was accepted, by the name of the mapping, which is the source's.
    """

    readings: int
    missing: int
    accepted: int
    first: datetime
    last: datetime
    shift: timedelta
    rounds: int
    by_source: dict[str, int]

    def __str__(self) -> str:
        text = (
            f"{self.readings} readings in the file, {self.missing} missing values, {self.accepted} accepted; "
            f"{iso(self.first)} to {iso(self.last)}"
        )
        return text + (f", {self.rounds} rounds" if self.rounds > 1 else "")


@dataclass(frozen=True, slots=True)
class _Day:
    """Rows of all files, in order of time: (POSIX seconds, name of the mapping, JSON object)."""

    rows: Sequence[tuple[float, str, bytes]]
    missing: int
    first: float
    last: float


async def replay(
    file: Path,
    mapping: Path,
    target: Target,
    *,
    speed: float = 0.0,
    loop: bool = False,
    now: datetime | None = None,
    rounds: int | None = None,
) -> Report:
    """Play ``file`` into ``target``. As ``replay_together`` of one."""
    return await replay_together([(file, mapping)], target, speed=speed, loop=loop, now=now, rounds=rounds)


async def replay_together(
    files: Sequence[tuple[Path, Path]],
    target: Target,
    *,
    speed: float = 0.0,
    loop: bool = False,
    now: datetime | None = None,
    rounds: int | None = None,
) -> Report:
    """Play files, each with its mapping, into ``target`` as one day: a realm's clock never goes back.

    ``speed``: times faster than recorded, 0 as fast as it is accepted. ``now``: shift the times, with speed 1
    so that the day begins now, with speed 0 so that it ends now. ``loop``: begin again at the end, times
    going on, until cancelled or for so many ``rounds``. Raises ``Invalid``, ``NotFound`` and what the target
    raises.
    """
    _check(speed, loop, now)
    day, texts = await asyncio.to_thread(_read, files)
    for name, text in texts.items():
        await target.save_mapping(name, text)
    shift = _shift(day, speed, now)
    log.info("replay_begins", files=[str(file) for file, _ in files], readings=len(day.rows),
             missing=day.missing, shift_s=shift, words=_shift_words(shift, speed))  # fmt: skip
    accepted: Counter[str] = Counter()
    done = 0
    while True:
        await _play(day, target, speed, shift, accepted)
        done += 1
        if not loop or (rounds is not None and done >= rounds):
            break
        shift += day.last - day.first + _step(day)
    if now is None:
        drained = datetime.fromtimestamp(day.last + shift, UTC) + DRAIN
        await target.send(next(iter(texts)), [], drained)
    return Report(
        readings=len(day.rows) * done,
        missing=day.missing * done,
        accepted=accepted.total(),
        first=datetime.fromtimestamp(day.first + shift, UTC),
        last=datetime.fromtimestamp(day.last + shift, UTC),
        shift=timedelta(seconds=shift),
        rounds=done,
        by_source=dict(accepted),
    )


def _read(files: Sequence[tuple[Path, Path]]) -> tuple[_Day, dict[str, str]]:
    """All rows merged by time, and the text of each mapping by name. Blocks."""
    texts: dict[str, str] = {}
    read: list[tuple[str, Recorded]] = []
    for file, mapping in files:
        text = _read_text(mapping)
        name = check_name(_NOT_NAME.sub("-", mapping.stem.lower()).strip("-"))
        if texts.setdefault(name, text) != text:
            raise Invalid("two mappings of one name", field="mapping", value=mapping, cure="rename one")
        read.append((name, read_recorded(file, read_mapping(text))))
    tagged = [[(at, name, row) for at, row in recorded.rows] for name, recorded in read]
    rows = tagged[0] if len(tagged) == 1 else list(merge(*tagged, key=lambda one: one[0]))
    return _Day(rows, sum(r.missing for _, r in read), rows[0][0], rows[-1][0]), texts


async def _play(day: _Day, target: Target, speed: float, shift: float, accepted: Counter[str]) -> None:
    """One round, requests in order; adds what was accepted of each source."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    prefix = b'{"@shift_s":%.6f,' % shift if shift else b"{"
    rows = day.rows
    at = 0
    while at < len(rows):
        due = float("inf")
        if speed:
            wait = (rows[at][0] - day.first) / speed - (loop.time() - began)
            if wait > 0:
                await asyncio.sleep(wait)
            due = day.first + (loop.time() - began) * speed
        name = rows[at][1]
        upto = at + 1
        while upto < len(rows) and upto - at < MAX_ROWS and rows[upto][0] <= due and rows[upto][1] == name:
            upto += 1
        accepted[name] += await target.send(name, [prefix + row[1:] for _, _, row in rows[at:upto]], None)
        at = upto


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


def _shift(day: _Day, speed: float, now: datetime | None) -> float:
    if now is None:
        return 0.0
    return float(round(now.timestamp() - (day.first if speed == 1 else day.last), 3))


def _shift_words(shift: float, speed: float) -> str:
    if not shift:
        return "times as recorded"
    return "the file begins now" if speed == 1 else "the file ends now"


def _step(day: _Day) -> float:
    """Seconds between the end of a round and the next: as between two times of the day, at least one."""
    before = next((at for at, _, _ in reversed(day.rows) if at < day.last), day.last - 1)
    return max(1.0, day.last - before)
