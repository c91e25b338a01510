"""Which box this is: a name drawn once for each store of messages.

Positions count within a store. A disk that was replaced, or emptied, begins again at 1, and the centre must
not take its first messages for ones that it has. So the name lies in the store itself and goes with it.
"""

from __future__ import annotations

from pathlib import Path

from tocsin.bus.accounts import Folder, write_private
from tocsin.kernel.ids import random_id


class Box:
    def __init__(self, state: Path) -> None:
        self._folder = Folder(state.resolve()).root / "store"
        name = self._folder / "tocsin-box"
        if not name.exists():
            write_private(name, random_id().encode())
        self.id = name.read_text("ascii")

    def begun(self, lane: str) -> bool:
        """Whether the centre has taken something of this lane of this store."""
        return self._mark(lane).exists()

    def begin(self, lane: str) -> None:
        if not self.begun(lane):
            write_private(self._mark(lane), b"")

    def note(self, lane: str, seq: int) -> None:
        """How far the centre is, for the time that it cannot say; after a power cut it may be older."""
        self._hint(lane).write_text(str(seq))

    def noted(self, lane: str) -> int:
        try:
            return int(self._hint(lane).read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def _hint(self, lane: str) -> Path:
        return self._folder / f"tocsin-through-{lane}"

    def _mark(self, lane: str) -> Path:
        return self._folder / f"tocsin-begun-{lane}"
