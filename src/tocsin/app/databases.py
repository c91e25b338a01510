"""Where the databases of an instance lie, and how careful each is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.app.hosting import Place
from tocsin.app.secret_files import secret_in
from tocsin.db import Database, dialect, migrate
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.ids import content_id
from tocsin.settings import load


def ops_db(place: Place) -> Database:
    """Alerts, incidents, identity, outbox: a commit has reached the disk."""
    return Database(_address(place, "ops"), durable=True, name="ops")


def context_db(place: Place) -> Database:
    """The city as it is; a power cut may cost moments that the log still has."""
    return Database(_address(place, "context"), durable=False, name="context")


def _address(place: Place, name: str) -> dialect.Address | Path:
    """A file of the state folder, or the schema of that name in the database that the settings name.

    Raises ``Misconfigured``.
    """
    wanted = place.settings.database
    if not wanted.url:
        return place.state / f"{name}.db"
    password = (
        secret_in(place.state, wanted.password_file, field="database.password_file")
        if wanted.password_file
        else ""
    )
    return dialect.schema_of(wanted.url, name if place.live else schema_name(place.realm, name), password)


def schema_name(realm: str, name: str) -> str:
    """Of a realm that is not live: small letters, and told apart by what was cut or replaced."""
    readable = re.sub(r"[^a-z0-9]", "_", realm.lower())[:30]
    return f"{name}_{readable}_{content_id(realm)}"


def existing(state: Path) -> Path:
    """The folder itself. Raises ``Misconfigured`` where no city is kept in it."""
    if not (state / "layout").exists():
        raise Misconfigured(
            "no city is kept in this folder",
            field="state",
            value=state,
            cure="give --state, or tocsin up first",
        )
    return state


@contextmanager
def opened(state: Path) -> Iterator[tuple[Place, Database]]:
    """For a command beside a city that may be running: its place, and its decisions in this version's shape.

    Raises ``Misconfigured`` where no city is kept, or one of a newer version.
    """
    place = Place(existing(state).resolve(), "live", load(state))
    ops = ops_db(place)
    try:
        migrate.upgrade(ops)
        yield place, ops
    finally:
        ops.close()
