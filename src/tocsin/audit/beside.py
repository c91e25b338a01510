"""The file of checkpoints beside the database: whoever rewrites the tables must rewrite this as well.

One JSON object a line, only ever appended to; copy it to another machine as often as you like.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tocsin.audit.keys import Checkpoint
from tocsin.kernel.errors import Unavailable

NAME = "audit-checkpoints.jsonl"
_decoder = msgspec.json.Decoder(Checkpoint)
_encoder = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Lines:
    """What the file holds. ``damaged``: numbers (from 1) of lines that hold no checkpoint; ``last``: of the
    last line that holds one."""

    checkpoints: Sequence[Checkpoint] = ()
    damaged: Sequence[int] = ()
    last: int = 0


def append(path: Path, checkpoint: Checkpoint) -> None:
    """Add a line; on the disk when this returns. Raises ``Unavailable``."""
    line = _encoder.encode(checkpoint) + b"\n"
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        try:
            size = os.fstat(handle).st_size
            # A power cut may have left half a line: it stays as it is, ours begins on its own.
            if size and os.pread(handle, 1, size - 1) != b"\n":
                line = b"\n" + line
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written ({error.strerror}); no checkpoint was signed",
            cure="look at the disk and at the rights of the state folder",
        ) from error


def load(path: Path) -> Lines:
    """All lines; none where there is no file yet."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return Lines()
    checkpoints, damaged, last = [], [], 0
    for number, line in enumerate(text.split(b"\n"), 1):
        if not line:
            continue
        try:
            checkpoints.append(_decoder.decode(line))
            last = number
        except (msgspec.DecodeError, UnicodeDecodeError):
            damaged.append(number)
    return Lines(checkpoints, damaged, last)
