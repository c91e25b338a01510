"""What people do with proposals, and what they ask. Every function takes its caller's transaction.

Accepting is a command over two stages: the caller opens the incident, or adds to it, lets the alerts join,
and calls ``accepted``, all in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tocsin.db import Connection
from tocsin.incidents.correlation import machine, repository
from tocsin.incidents.correlation.repository import events, find, separate
from tocsin.kernel.decisions import Alert
from tocsin.kernel.errors import Conflict
from tocsin.kernel.proposals import Proposal

__all__ = ["accepted", "decline", "events", "find", "get", "separate", "still_open", "take"]


def get(conn: Connection, proposal: str) -> Proposal:
    """Raises ``NotFound``."""
    return repository.one(conn, proposal)


def take(conn: Connection, proposal: str, version: int | None = None) -> Proposal:
    """An open proposal, to be decided. Raises ``NotFound``, ``Conflict`` (decided, withdrawn, version)."""
    found = repository.one(conn, proposal)
    machine.require_open(found)
    if version is not None and version != found.version:
        raise Conflict(
            f"{proposal} has changed since you looked: now {len(found.alerts)} alerts by {found.rule.id}",
            field="version",
            value=version,
            cure="look again, then decide",
        )
    return found


def still_open(alerts: Iterable[Alert]) -> None:
    """Raises ``Conflict`` where one was decided since: nothing that ended is joined unseen."""
    for alert in alerts:
        if alert.state in ("closed", "rejected"):
            raise Conflict(
                f"{alert.id} is {alert.state.value} since this was proposed",
                field="alerts",
                value=alert.id,
                cure="look at the proposals again",
            )


def accepted(conn: Connection, proposal: Proposal, incident: str, by: str, at: datetime) -> Proposal:
    """Raises ``Conflict``."""
    event = machine.accept(proposal, incident, by, at)
    repository.save(conn, event)
    return event.proposal


def decline(
    conn: Connection, proposal: str, reason: str, by: str, at: datetime, version: int | None = None
) -> Proposal:
    """Raises ``NotFound``, ``Invalid``, ``Conflict``."""
    event = machine.decline(take(conn, proposal, version), reason, by, at)
    repository.save(conn, event)
    return event.proposal
