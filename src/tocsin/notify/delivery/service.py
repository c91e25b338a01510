"""What other packages ask of delivery: tell of a public warning, send again. In the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from tocsin.db import Connection
from tocsin.identity.policy import Relation
from tocsin.kernel.errors import Conflict
from tocsin.kernel.events import Severity
from tocsin.kernel.sharing import Sharing
from tocsin.kernel.text import clean
from tocsin.notify.delivery import ledger, planning, repository
from tocsin.notify.delivery.model import Delivery, Notice, Reach
from tocsin.notify.delivery.notices import HEADLINE_CHARS
from tocsin.notify.delivery.planning import Terms


def tell_of_warning(
    conn: Connection,
    warning: str,
    version: int,
    act: str,
    headline: str,
    severity: Severity,
    sharing: Sharing,
    now: datetime,
    *,
    roles: tuple[str, ...] = (),
    terms: Terms | None = None,
) -> int:
    """A public warning waits for approval, went out, ends (``act``): how many messages that made.

    Once for each ``act``. ``roles``: only to people who hold one of them in a room that sees it. Call it in
    the transaction of what it tells of, in the live realm alone.
    """
    notice = Notice(
        kind="warning",
        act=act,
        topic=f"warning/{warning}/{act}",
        object_kind="warning",
        object=warning,
        version=version,
        severity=severity,
        headline=clean(headline, HEADLINE_CHARS),
        at=now,
        reach=(Reach(sharing, Relation.SEES),),
        roles=roles,
    )
    return planning.plan(conn, [notice], now, terms or Terms())


def send_again(conn: Connection, number: int, by: str, now: datetime) -> Delivery:
    """One that was given up. Raises ``NotFound``, ``Conflict``."""
    one = repository.get(conn, number)
    if one.state != "given up" or not one.recipient:
        raise Conflict(
            f"it is {one.state}", field="state", value=one.state, cure="only what was given up goes again"
        )
    after = ledger.again(one, now, by)
    repository.save(conn, [after])
    return after
