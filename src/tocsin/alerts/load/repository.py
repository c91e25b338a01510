"""How many alerts come, stand and wait."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, select

from tocsin.alerts.repository import alerts, floods
from tocsin.db import Connection, reach
from tocsin.db.times import micros, moment
from tocsin.identity.policy import Seat
from tocsin.kernel.decisions import AlertState
from tocsin.kernel.events import SEVERITIES, Severity

WINDOW = timedelta(minutes=10)
WINDOWS = 6
STALE = timedelta(hours=24)
_TOP = 10


class AlarmLoad(msgspec.Struct, frozen=True):
    """``per_10min``: shown to people in the last 10 minutes; ``windows``: the same for each 10 minutes of the
    last hour, oldest first. Held back ones count only in ``suppressed`` and ``floods`` (rule and scope).
    ``stale``: open for longer than 24 h. ``top``: the kinds that came most in the last hour.
    """

    at: datetime
    per_10min: int
    windows: tuple[int, ...]
    open: int
    unacknowledged: int
    suppressed: int
    shelved: int
    flapping: int
    stale: int
    by_severity: dict[Severity, int]
    top: tuple[tuple[str, int], ...]
    floods: tuple[str, ...]


def load(conn: Connection, seat: Seat, now: datetime) -> AlarmLoad:
    """Of what is open to ``seat``; floods are told of the whole house."""
    t = alerts.c
    mine = reach.open_to(alerts, seat.organisation, partner=seat.partner)
    shown = and_(
        mine,
        t.suppressed_by.is_(None),
        t.raised_at > micros(now - WINDOWS * WINDOW),
        t.raised_at <= micros(now),
    )
    times = conn.execute(select(t.raised_at).where(shown)).scalars()
    ages = [(now - moment(us)) // WINDOW for us in times]
    windows = tuple(ages.count(age) for age in reversed(range(WINDOWS)))
    top = conn.execute(
        select(t.kind, func.count())
        .where(shown)
        .group_by(t.kind)
        .order_by(func.count().desc(), t.kind)
        .limit(_TOP)
    )

    def count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    standing = conn.execute(
        select(
            func.count(),
            count_if(t.state == AlertState.NEW.value),
            count_if(t.suppressed_by.is_not(None)),
            count_if(t.shelved_until.is_not(None)),
            count_if(t.flapping.is_(True)),
            count_if(t.raised_at <= micros(now - STALE)),
            *(count_if(t.severity == rank) for rank in range(len(SEVERITIES))),
        ).where(t.is_open.is_(True), mine)
    ).one()
    counts = [int(value) for value in standing]
    return AlarmLoad(
        at=now,
        per_10min=windows[-1],
        windows=windows,
        open=counts[0],
        unacknowledged=counts[1],
        suppressed=counts[2],
        shelved=counts[3],
        flapping=counts[4],
        stale=counts[5],
        by_severity=dict(zip(SEVERITIES, counts[6:], strict=True)),
        top=tuple((kind, int(count)) for kind, count in top),
        floods=tuple(f"{flood.rule} {flood.scope}" for flood in floods(conn)),
    )
