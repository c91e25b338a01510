"""An organisation removed from the command line, with what is open there handed on."""

from __future__ import annotations

from pathlib import Path

from tocsin.api.commands.closing import Remains, close_room
from tocsin.app.databases import opened
from tocsin.kernel.clock import WallClock


def close_organisation(state: Path, organisation: str, successor: str | None, *, by: str) -> Remains:
    """Remove it; ``successor`` takes over what is open. Answers what that was. Raises as ``close_room``."""
    with opened(state) as (_, ops):
        return ops.write_now(lambda conn: close_room(conn, by, organisation, successor, WallClock().now()))
