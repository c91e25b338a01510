"""Snapshot files: a tool's state together with the position of the log it belongs to, written whole or not.

``<folder>/snapshot`` and ``<folder>/snapshot.previous``: 8 bytes name, 16 bytes digest, msgpack body.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

_NAME = b"TOCSIN01"


@dataclass(frozen=True, slots=True)
class Saved:
    """``position``: read the log on after this sequence."""

    position: int
    state: dict[str, Any]


class _Body(msgspec.Struct, array_like=True):
    tool: str
    tool_version: str
    position: int
    state: dict[str, Any]


class Snapshots:
    """Of one tool, in a folder of its own."""

    def __init__(self, folder: Path, tool: str, tool_version: str) -> None:
        self._folder, self._tool, self._version = folder, tool, tool_version
        folder.mkdir(parents=True, exist_ok=True)
        self._current, self._previous = folder / "snapshot", folder / "snapshot.previous"

    def candidates(self) -> tuple[list[Saved], list[str]]:
        """The sound ones, newest first; and words on those that are not, which are put aside."""
        sound, words = [], []
        for path in (self._current, self._previous):
            try:
                sound.append(self._read(path))
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                words.append(f"{path.name} cannot be used: {error}")
                with suppress(OSError):
                    path.replace(path.with_name("snapshot.damaged"))  # never over a sound one
        return sound, words

    def encode(self, saved: Saved) -> bytes:
        """The file's content; in the caller's thread, while nobody changes the state."""
        body = msgspec.msgpack.encode(_Body(self._tool, self._version, saved.position, saved.state))
        return _NAME + blake2b(body, digest_size=16).digest() + body

    def write(self, content: bytes) -> None:
        """Replace the current file, keep the one before. Durable when it returns. Raises ``OSError``."""
        fresh = self._folder / "snapshot.new"
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if self._current.exists():
            self._current.replace(self._previous)
        fresh.replace(self._current)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def forget(self) -> None:
        """Start afresh from the log the next time."""
        self._current.unlink(missing_ok=True)
        self._previous.unlink(missing_ok=True)

    def _read(self, path: Path) -> Saved:
        content = path.read_bytes()
        if content[:8] != _NAME:
            raise ValueError("not a snapshot of this version")
        body = content[24:]
        if blake2b(body, digest_size=16).digest() != content[8:24]:
            raise ValueError("damaged")
        try:
            read = msgspec.msgpack.decode(body, type=_Body)
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from None
        if read.tool != self._tool:
            raise ValueError(f"it belongs to {read.tool!r}")
        return Saved(read.position, read.state)
