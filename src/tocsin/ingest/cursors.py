"""Where each feed goes on after a restart, also when its newest message on the bus is trimmed away.

The message carries the cursor with what it stands for, so nothing is taken twice after a crash; messages of
the raw stream stay for minutes, though, and the file for good. The one that is newer counts.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import structlog

from tocsin.kernel.ports import Bus
from tocsin.kernel.subjects import token

#: on the last message of what was fetched
HEADER = "Tocsin-Cursor"

log = structlog.get_logger(__name__)


class Mark(msgspec.Struct, frozen=True):
    """``seq``: in RAW, of the last message of this feed when it was written; 0 where it had none."""

    seq: int = 0
    cursor: str | None = None


class Cursors:
    """``folder``: None keeps nothing but what lies on the bus. Calls to ``write`` block."""

    def __init__(self, bus: Bus, folder: Path | None = None) -> None:
        self._bus, self._folder = bus, folder

    async def newest(self, feed: str) -> Mark:
        """Raises ``Unavailable``."""
        kept = self._read(feed)
        message = await self._bus.last("RAW", f"raw.{token(feed)}")
        if message is not None and message.seq > kept.seq and HEADER in message.headers:
            return Mark(message.seq, message.headers[HEADER])
        return kept

    def write(self, feed: str, mark: Mark) -> None:
        """All of it or nothing. One that cannot be written is told: the bus has the same for a while."""
        if self._folder is None:
            return
        file = self._file(feed)
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = file.with_suffix(".new")
            draft.write_bytes(msgspec.json.encode(mark))
            draft.replace(file)
        except OSError as error:
            log.warning("cursor_not_written", feed=feed, reason=error.strerror)

    def _read(self, feed: str) -> Mark:
        if self._folder is None:
            return Mark()
        try:
            return msgspec.json.decode(self._file(feed).read_bytes(), type=Mark)
        except FileNotFoundError:
            return Mark()
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("cursor_unreadable", feed=feed, reason=str(error))
            return Mark()

    def _file(self, feed: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{token(feed)}.cursor"
