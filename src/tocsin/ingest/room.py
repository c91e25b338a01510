"""Room on the disk that everything is stored on. When it runs out, nothing more is taken in by HTTP.

What was accepted needs more room on its way: the same reading stands in two streams, the lake and the
picture, and the decisions of operators must still be kept when readings are not.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from tocsin.kernel.errors import Unavailable
from tocsin.kernel.ports import Health

#: below this readings are refused
LEAST_BYTES = 32 * 1024 * 1024
_LOOK_S = 1.0


class Room:
    """Stage. ``folder``: any on that disk; ``least``: bytes that must be free for readings to be taken."""

    name = "disk"

    def __init__(self, folder: Path, *, least: int = LEAST_BYTES) -> None:
        self._folder, self._least = folder, least
        self._free = self._look()

    def check(self) -> None:
        """Raises ``Unavailable`` while there is too little room."""
        if self._free < self._least:
            raise Unavailable(
                f"{self._words()}; nothing of this was accepted",
                field="disk",
                value=self._folder,
                cure="make room on that disk; then the same call goes through",
            )

    async def run(self) -> None:
        while True:
            self._free = await asyncio.to_thread(self._look)
            await asyncio.sleep(_LOOK_S)

    def health(self) -> Health:
        low = self._free < self._least
        return Health(
            self.name,
            state="degraded" if low else "working",
            words=self._words() if low else "",
            figures={"free_mb": round(self._free / 1e6)},
        )

    def _look(self) -> int:
        return shutil.disk_usage(self._folder).free

    def _words(self) -> str:
        return (
            f"the disk is full: {self._free / 1e6:.0f} MB free; "
            f"below {self._least / 1e6:.0f} MB no readings are taken"
        )
