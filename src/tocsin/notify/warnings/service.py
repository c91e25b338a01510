"""What people do with warnings, and what they ask. Who may see them, the caller has asked the policy.

Every function takes the connection of its caller's transaction: of two approvers the second finds the state
changed, whoever they are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from tocsin.db import Connection
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.sharing import Sharing
from tocsin.notify.warnings import machine, repository
from tocsin.notify.warnings.issuer import Issuer
from tocsin.notify.warnings.model import OPEN, Kind, PublicWarning, WarningContent, WarningState

MOST = 500
MOST_OPEN = 500
_LISTS: dict[str, tuple[WarningState, ...]] = {
    "open": (*OPEN, WarningState.ISSUED),
    "drafts": OPEN,
    "in force": (WarningState.ISSUED,),
    "sent": (WarningState.ISSUED, WarningState.UPDATED, WarningState.CANCELLED, WarningState.EXPIRED),
    "all": tuple(WarningState),
}
#: a cancellation is listed at least so long, so that no receiver misses it
_CANCEL_SHOWN = timedelta(hours=1)


def get(conn: Connection, warning: str) -> PublicWarning:
    """Raises ``NotFound``."""
    return repository.one(conn, warning)


def find(
    conn: Connection,
    *,
    state: str,
    room: str,
    partner: bool,
    incident: str | None = None,
    limit: int = 100,
    below: int | None = None,
) -> tuple[Sequence[PublicWarning], int | None]:
    """Raises ``Invalid``."""
    if state not in _LISTS:
        raise Invalid("no such list", field="state", value=state, cure=f"use one of {', '.join(_LISTS)}")
    return repository.find(
        conn, _LISTS[state], room=room, partner=partner, incident=incident, limit=limit, below=below
    )


def compose(
    conn: Connection,
    content: WarningContent,
    by: str,
    at: datetime,
    *,
    issuer: Issuer,
    sharing: Sharing,
    incident: str | None = None,
) -> PublicWarning:
    """Raises ``Invalid``, ``Conflict``."""
    number = _free_number(conn)
    made = machine.compose(number, content, by, at, issuer=issuer, sharing=sharing, incident=incident)
    repository.save(conn, made)
    return made


def follow(
    conn: Connection, warning: str, kind: Kind, content: WarningContent | None, by: str, at: datetime
) -> PublicWarning:
    """``content`` None: as it stands now. Raises ``NotFound``, ``Conflict``, ``Invalid``."""
    before = repository.one(conn, warning)
    made = machine.follow(_free_number(conn), before, kind, content or before.content, by, at)
    repository.save(conn, made)
    return made


def change(
    conn: Connection, warning: str, content: WarningContent, by: str, at: datetime, version: int | None
) -> PublicWarning:
    return _keep(conn, machine.change(_seen(conn, warning, version), content, by, at))


def submit(
    conn: Connection,
    warning: str,
    approver: str | None,
    by: str,
    at: datetime,
    version: int | None,
    *,
    issuer: Issuer,
) -> PublicWarning:
    now = _seen(conn, warning, version)
    return _keep(conn, machine.submit(now, approver, by, at, issuer=issuer))


def take_back(conn: Connection, warning: str, by: str, at: datetime, version: int | None) -> PublicWarning:
    return _keep(conn, machine.take_back(_seen(conn, warning, version), by, at))


def withdraw(conn: Connection, warning: str, by: str, at: datetime, version: int | None) -> PublicWarning:
    return _keep(conn, machine.withdraw(_seen(conn, warning, version), by, at))


def refuse(
    conn: Connection,
    warning: str,
    by: str,
    at: datetime,
    roles: Collection[str],
    reason: str,
    version: int | None,
) -> PublicWarning:
    return _keep(conn, machine.refuse(_seen(conn, warning, version), by, at, roles, reason))


def approve(
    conn: Connection,
    warning: str,
    by: str,
    at: datetime,
    roles: Collection[str],
    version: int | None,
    *,
    issuer: Issuer,
) -> PublicWarning:
    """Signed, before the public, and what it follows is ended: one transaction, all of it or none.

    ``version``: the one that was read. Raises ``Forbidden``, ``Conflict``, ``Invalid``.
    """
    issued = machine.approve(_seen(conn, warning, version), by, at, roles, issuer=issuer)
    assert issued.identifier is not None
    assert issued.expires_at is not None
    until = issued.expires_at
    if issued.of is not None:
        before = repository.one(conn, issued.of)
        repository.save(conn, machine.ended_by(before, issued, at), unlisted=True)
        if issued.kind == "Cancel":
            until = max(before.expires_at or at, at + _CANCEL_SHOWN)
    document = issuer.signed(issuer.message(issued, at, issued.identifier))
    repository.save(conn, issued, feed_until=until, cap=document)
    return issued


def _free_number(conn: Connection) -> int:
    if repository.count(conn, OPEN) >= MOST_OPEN:
        raise Conflict(
            f"{MOST_OPEN} drafts are open already", field="warning", cure="withdraw those no longer needed"
        )
    return repository.next_number(conn)


def _seen(conn: Connection, warning: str, version: int | None) -> PublicWarning:
    found = repository.one(conn, warning)
    machine.require_version(found, version)
    return found


def _keep(conn: Connection, warning: PublicWarning) -> PublicWarning:
    repository.save(conn, warning)
    return warning
