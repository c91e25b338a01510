"""Follows a file that grows by lines, over rotation (renamed to ``.1``) and truncation. Hosted by ingest."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec

from tocsin.kernel.errors import Unavailable
from tocsin.sdk.source import Fetched, Params

MOST_BYTES = 4 * 1024 * 1024
MOST_LINE = 512 * 1024
MOST_ITEMS = 5_000
_kind = msgspec.json.Decoder(msgspec.defstruct("Event", [("event_type", str, "")])).decode


class Fetch:
    """``cursor``: number of the file on its disk, and the byte up to which it was taken: each line once."""

    def __init__(self, params: Params) -> None:
        self._file = Path(str(params["file"]))
        self._sensor = str(params["sensor"])
        self._events = frozenset(str(params["events"]).split())

    async def fetch(self, cursor: str | None) -> Fetched:
        """Raises ``Unavailable`` where there is no such file."""
        return await asyncio.to_thread(self._read, cursor)

    def _read(self, cursor: str | None) -> Fetched:
        number, _, byte = (cursor or "0:0").partition(":")
        inode, at = int(number), int(byte)
        rotated = self._file.with_name(self._file.name + ".1")
        try:
            if inode and self._file.stat().st_ino != inode:
                if rotated.exists() and rotated.stat().st_ino == inode and rotated.stat().st_size > at:
                    return self._lines(rotated, at, last=True)
                at = 0
            return self._lines(self._file, at)
        except OSError as error:
            raise Unavailable(
                f"the file cannot be read: {error.strerror}", field="file", value=self._file,
                cure="does Suricata write it here, and may we read it?",
            ) from None  # fmt: skip

    def _lines(self, file: Path, at: int, *, last: bool = False) -> Fetched:
        """Whole lines alone: what is still being written waits, but in a file that is complete."""
        with file.open("rb") as lines:
            status = os.fstat(lines.fileno())
            if status.st_size < at:  # truncated: it begins anew
                at = 0
            lines.seek(at)
            block = lines.read(MOST_BYTES)
        items: list[bytes] = []
        while block:
            line, newline, rest = block.partition(b"\n")
            if not newline and not last and len(block) < MOST_LINE:
                break
            if newline and len(items) >= MOST_ITEMS:
                break
            at += len(line) + len(newline)
            if line.strip() and self._wanted(line):
                items.append(b"sensor: " + self._sensor.encode() + b"\n" + line[:MOST_LINE])
            block = rest
            if not newline:
                break
        return Fetched(items, f"{status.st_ino}:{at}")

    def _wanted(self, line: bytes) -> bool:
        """What is no event at all is taken, to be shown in quarantine."""
        try:
            return _kind(line).event_type in self._events  # type: ignore[attr-defined]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
            return True
