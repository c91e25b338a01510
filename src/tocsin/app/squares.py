"""The demonstration's square as a public space, so that its third act can be planned on."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files

from tocsin.db import Database
from tocsin.sdk.spaces.geojson import read_geojson
from tocsin.spaces import repository, service

_BY = "demonstration"
#: who draws spaces in the demonstration (``rooms.py``)
_ROOM = "planning"


def lay_out(ops: Database) -> None:
    """Unless it was drawn already, by us or by anybody."""
    text = files("tocsin").joinpath("simulate", "space.geojson").read_text("utf-8")
    space = read_geojson(text)
    ops.write_now(
        lambda conn: (
            None
            if repository.newest(conn, space.id)
            else service.keep(conn, space, _ROOM, _BY, datetime.now(UTC))
        )
    )
