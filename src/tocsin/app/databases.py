"""Where the databases of an instance lie, and how careful each is."""

from __future__ import annotations

from tocsin.app.hosting import Place
from tocsin.db import Database


def ops_db(place: Place) -> Database:
    """Alerts, incidents, identity, outbox: a commit has reached the disk."""
    return Database(place.state / "ops.db", durable=True, name="ops")


def context_db(place: Place) -> Database:
    """The city as it is; a power cut may cost moments that the log still has."""
    return Database(place.state / "context.db", durable=False, name="context")
