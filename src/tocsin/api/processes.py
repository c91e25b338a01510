"""The supervisor's list of processes, as it stands in the state folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

_decode = msgspec.json.Decoder(dict[str, int]).decode


def processes_file(path: Path) -> Callable[[], Mapping[str, int]]:
    """Reads name -> pid from ``path`` (``<state>/run/processes.json``); empty while there is no such file."""

    def read() -> Mapping[str, int]:
        try:
            return _decode(path.read_bytes())
        except (OSError, msgspec.DecodeError):
            # Being written just now, or no supervisor (a stage run by hand): the next look will tell.
            return {}

    return read
