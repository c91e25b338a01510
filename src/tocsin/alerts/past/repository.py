"""The queue as it stood at an earlier moment, whole: from the events, which are only ever added to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import and_, func, or_, select

from tocsin.alerts.repository import alert_events, alerts, number_of
from tocsin.bus.codec import decode
from tocsin.db import Connection
from tocsin.db.times import micros
from tocsin.kernel.decisions import Alert, AlertEvent, AlertState
from tocsin.kernel.sharing import OPEN_TO_ALL, Sharing

_CHUNK = 500


class _Shared(msgspec.Struct, frozen=True):
    """The one field of an alert that is asked for here; the rest is passed over unread."""

    sharing: Sharing = OPEN_TO_ALL


def standing(conn: Connection, at: datetime) -> list[Alert]:
    """Alerts that were open at ``at``, each as its newest event up to then left it, in order of number.

    Events at that very moment have happened. Charts' points are not kept in events: readings have them.
    """
    us, t, e, inner = micros(at), alerts.c, alert_events.c, alert_events.alias()
    # one closed by then is closed for good: to reopen it would have cleared ``closed_at``
    candidates = select(t.number).where(t.raised_at <= us, or_(t.closed_at.is_(None), t.closed_at > us))
    newest = (
        select(inner.c.alert, func.max(inner.c.version).label("version"))
        .where(inner.c.alert.in_(candidates), inner.c.at <= us)
        .group_by(inner.c.alert)
        .subquery()
    )
    found = conn.execute(
        select(e.doc)
        .join_from(newest, alert_events, and_(e.alert == newest.c.alert, e.version == newest.c.version))
        .where(e.state != AlertState.CLOSED.value)
        .order_by(e.alert)
    )
    return [decode(doc, AlertEvent).alert for doc in found.scalars()]


def sharing_now(conn: Connection, ids: Iterable[str]) -> dict[str, Sharing]:
    """To whom these alerts are open today."""
    numbers = {number_of(alert): alert for alert in ids}
    wanted, found = list(numbers), dict[str, Sharing]()
    for start in range(0, len(wanted), _CHUNK):
        some = select(alerts.c.number, alerts.c.doc).where(
            alerts.c.number.in_(wanted[start : start + _CHUNK])
        )
        found.update({numbers[number]: decode(doc, _Shared).sharing for number, doc in conn.execute(some)})
    return found
