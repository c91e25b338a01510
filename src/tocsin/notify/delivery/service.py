"""What other packages ask of delivery: send again. In the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from tocsin.db import Connection
from tocsin.kernel.errors import Conflict
from tocsin.notify.delivery import ledger, repository
from tocsin.notify.delivery.model import Delivery


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
