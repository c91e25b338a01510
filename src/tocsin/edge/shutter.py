"""Pictures leave a box blurred or not at all.

A program beside the box that found something lays its picture into ``shots/`` as ``<finding>.jpg`` (or png,
webp; written under another name and renamed, so that it is whole). It is blurred, kept for the centre, and
its file is deleted. Nothing clear ever stands in the log.
"""

from __future__ import annotations

import asyncio
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import structlog

from tocsin.bus.codec import encode
from tocsin.kernel.errors import TocsinError, Unavailable
from tocsin.kernel.events import Shot
from tocsin.kernel.ports import Bus, Health, Outgoing
from tocsin.kernel.subjects import token

FOLDER = "shots"
#: what cannot be drawn is put aside here, for whoever wrote it to see
REFUSED = "refused"
LOOK_S = 1.0
MOST_BYTES = 25 * 2**20
_NAME = re.compile(r"^([A-Za-z0-9_~.-]{1,128})\.(jpe?g|png|webp)\Z")

log = structlog.get_logger(__name__)


class Shutter:
    """Stage of a box. ``blur``: the blurred JPEG of a picture; raises ``TocsinError`` for what is none."""

    name = "shutter"

    def __init__(
        self, bus: Bus, folder: Path, blur: Callable[[bytes], bytes], *, look_s: float = LOOK_S
    ) -> None:
        self._bus, self._folder, self._blur, self._look_s = bus, folder, blur, look_s
        self._taken = self._refused = 0
        self._words = ""
        (folder / REFUSED).mkdir(parents=True, exist_ok=True, mode=0o700)

    def health(self) -> Health:
        figures = {"taken": float(self._taken), "refused": float(self._refused)}
        return Health(self.name, "degraded" if self._words else "working", self._words, figures=figures)

    async def run(self) -> None:
        while True:
            words = ""
            try:
                files = await asyncio.to_thread(self._waiting)
            except OSError as error:
                files, words = [], f"cannot look into {self._folder}: {error.strerror}"
            for file in files:
                try:
                    await self._take(file)
                except FileNotFoundError:  # whoever laid it in took it back
                    log.info("picture_gone", file=file.name)
                except Unavailable as error:  # it stays where it is
                    words = error.message
                    log.warning("shutter_waits", reason=str(error))
                except OSError as error:  # others go on; this one is tried again
                    words = f"cannot read, move or delete {file.name}: {error.strerror}"
                    log.warning("shutter_waits", file=file.name, reason=str(error))
            self._words = words
            await asyncio.sleep(self._look_s)

    def _waiting(self) -> list[Path]:
        """In order of age. Raises ``OSError``."""
        found = []
        for file in self._folder.iterdir():
            if _NAME.match(file.name):
                with suppress(FileNotFoundError):
                    told = file.stat()
                    if stat.S_ISREG(told.st_mode):
                        found.append((told.st_mtime, file))
        return [file for _, file in sorted(found)]

    async def _take(self, file: Path) -> None:
        found = _NAME.match(file.name)
        assert found is not None
        try:
            shot, digest = await asyncio.to_thread(self._shot, file, found[1])
        except TocsinError as error:
            log.error("picture_refused", file=file.name, reason=str(error))
            await asyncio.to_thread(file.replace, self._folder / REFUSED / file.name)
            self._refused += 1
            return
        msg_id = f"shot:{shot.finding}:{digest}"
        await self._bus.publish(Outgoing(f"shot.{token(shot.finding)}", encode(shot), msg_id=msg_id))
        await asyncio.to_thread(file.unlink)
        self._taken += 1

    def _shot(self, file: Path, finding: str) -> tuple[Shot, str]:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
        taken_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        return Shot(finding, taken_at, self._blur(data)), sha256(data).hexdigest()
