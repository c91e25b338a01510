"""Asking for what is closed to one's room, and deciding about it. Within the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from tocsin.db import Connection
from tocsin.identity.access import repository
from tocsin.identity.access.repository import find
from tocsin.kernel.access import AccessKind, AccessRequest
from tocsin.kernel.decisions import Mark
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.text import clean

__all__ = ["ask", "decide", "find", "get"]

REASON_CHARS = 1000


def ask(
    conn: Connection,
    kind: AccessKind,
    thing: str,
    *,
    owner: str,
    room: str,
    by: str,
    at: datetime,
    reason: str,
) -> AccessRequest:
    """One open request a room and thing: asking again answers the one that waits. Raises ``Invalid``."""
    said = clean(reason, REASON_CHARS)
    if not said:
        raise Invalid("a reason is needed", field="reason", value=reason, cure="say what it is needed for")
    waiting = repository.waiting(conn, kind, thing, room)
    if waiting is not None:
        return waiting
    number = repository.next_number(conn)
    made = AccessRequest(f"AR-{number:04d}", 1, "open", kind, thing, owner, room, by, at, said)
    repository.save(conn, made)
    return made


def get(conn: Connection, request: str) -> AccessRequest:
    """Raises ``NotFound``."""
    return repository.one(conn, request)


def decide(
    conn: Connection, request: AccessRequest, granted: bool, by: str, at: datetime, reason: str
) -> AccessRequest:
    """The caller opens the thing in the same transaction. Raises ``Conflict``, ``Invalid``."""
    if request.state != "open":
        who = f" by {request.decided.by}" if request.decided else ""
        raise Conflict(
            f"{request.id} was {request.state}{who}", field="state", value=request.state, cure="look again"
        )
    said = clean(reason, REASON_CHARS)
    if not granted and not said:
        raise Invalid("a reason is needed", field="reason", value=reason, cure="say why it stays closed")
    decided = replace(
        request,
        version=request.version + 1,
        state="granted" if granted else "refused",
        decided=Mark(by, at, said or None),
    )
    repository.save(conn, decided)
    return decided
