"""Notices a bus server that has given up storing, so that it can be started anew.

Once a write to the disk has failed, nats-server (2.15) gives that stream up for good: it leaves every later
message unanswered, also when there is room again, until it is started anew. What it had acknowledged is
whole.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tocsin.bus.accounts import Folder

#: below this the server would only fail again
ROOM_BYTES = 8 * 1024 * 1024
#: what it says in its log, beside "failed to store a msg", when the disk and not a limit of ours refused
_REFUSALS = ("no space left on device", "disk quota exceeded", "input/output error", "read-only file system")
_GIVEN_UP = ("failed to store a msg", "will be DISABLED")
#: a log that grew by more between two looks is read from its end
_MOST_BYTES = 1 << 20


class StuckStore:
    """``look`` every second or so; ``forget`` when the server was started anew."""

    def __init__(self, state_dir: Path) -> None:
        folder = Folder(state_dir.resolve())
        self._log, self._root = folder.log, folder.root
        self._seen = self._size()
        self._failed = False

    def look(self) -> bool:
        """Whether a write has failed since ``forget`` and there is room to store again. Reads files."""
        self._failed = self._failed or any(_is_refusal(line) for line in self._news())
        return self._failed and shutil.disk_usage(self._root).free >= ROOM_BYTES

    @property
    def failed(self) -> bool:
        return self._failed

    def forget(self) -> None:
        self._seen, self._failed = self._size(), False

    def _size(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0

    def _news(self) -> list[str]:
        size = self._size()
        if size == self._seen:
            return []
        start = self._seen if size > self._seen else 0  # smaller: the log was rotated
        self._seen = size
        with self._log.open("rb") as file:
            file.seek(max(start, size - _MOST_BYTES))
            text = file.read(_MOST_BYTES)
        return text.decode(errors="replace").splitlines()


def _is_refusal(line: str) -> bool:
    return any(words in line for words in _GIVEN_UP) and (
        "DISABLED" in line or any(words in line for words in _REFUSALS)
    )
