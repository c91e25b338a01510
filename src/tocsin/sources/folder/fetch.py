"""Takes files out of a folder, each once, a piece at a time. Hosted by ingest.

The cursor names the file and how many of its readings are stored. It comes back with the next call, so a file
is moved to ``done/`` only when all of it lies on the bus; killed in between, it goes on behind the cursor.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.kernel.text import clean
from tocsin.sdk.source import Fetched, Params

from .files import ENDINGS, MOST_BYTES, readings

MOST_AT_ONCE = 2_000
MOST_ITEM = 1024 * 1024


class Fetch:
    """One file a call, the one that lies longest first."""

    def __init__(self, params: Params, *, now: Callable[[], float] = time.time) -> None:
        """Raises ``Invalid`` for a path that is not absolute: it would depend on who starts us."""
        self._folder = Path(str(params["folder"]))
        self._settled_s, self._now = float(params["settled_s"]), now
        if not self._folder.is_absolute():
            raise Invalid("not a whole path", field="folder", value=self._folder, cure="as in /srv/readings")

    async def fetch(self, cursor: str | None) -> Fetched:
        """Raises ``Unavailable`` where the folder cannot be read or written."""
        return await asyncio.to_thread(self._take, cursor)

    def _take(self, cursor: str | None) -> Fetched:
        try:
            for name in ("done", "failed"):
                (self._folder / name).mkdir(parents=True, exist_ok=True)
            for file in self._waiting():
                try:
                    taken = self._of(file, cursor)
                except Invalid as error:
                    self._failed(file, str(error))
                    continue
                if taken is not None:
                    return taken
        except OSError as error:
            raise Unavailable(
                f"the folder cannot be used: {error.strerror}", field="folder", value=self._folder,
                cure="may we read, write and move files there?",
            ) from None  # fmt: skip
        return Fetched((), cursor)

    def _waiting(self) -> list[Path]:
        found = []
        for file in self._folder.iterdir():
            if file.name.startswith(".") or file.is_symlink() or not file.is_file():
                continue  # a link could lead to any file of ours
            status = file.stat()
            if self._now() - status.st_mtime >= self._settled_s:
                found.append((status.st_mtime, file.name, file))
        return [file for _, _, file in sorted(found)]

    def _of(self, file: Path, cursor: str | None) -> Fetched | None:
        """The next piece of a file; None where it is done with. Raises ``Invalid`` for one that fails."""
        if file.suffix.lower() not in ENDINGS:
            raise Invalid(f"a file of readings ends in {', '.join(ENDINGS)}")
        if (size := file.stat().st_size) > MOST_BYTES:
            raise Invalid(f"it has {size} bytes, at most {MOST_BYTES} are taken", cure="send several")
        content = file.read_bytes()
        mark = sha256(file.name.encode("utf-8", "surrogateescape") + b"\0" + content).hexdigest()[:16]
        known, _, count = (cursor or "").partition(":")
        begin = int(count) if known == mark and count.isdigit() else 0
        items = readings(content, file.suffix.lower())
        large = next((n for n, item in enumerate(items) if len(item) > MOST_ITEM), None)
        if large is not None:
            raise Invalid(f"reading {large} is larger than {MOST_ITEM} bytes")
        if begin >= len(items):
            self._move(file, "done")
            return None
        piece = items[begin : begin + MOST_AT_ONCE]
        return Fetched(piece, f"{mark}:{begin + len(piece)}")

    def _failed(self, file: Path, reason: str) -> None:
        moved = self._move(file, "failed")
        moved.with_name(f"{moved.name}.reason.txt").write_text(clean(reason, 2000) + "\n", "utf-8")

    def _move(self, file: Path, to: str) -> Path:
        """Never over another one of that name."""
        target, number = self._folder / to / file.name, 1
        while target.exists():
            number += 1
            target = self._folder / to / f"{file.stem}-{number}{file.suffix}"
        file.rename(target)
        return target
