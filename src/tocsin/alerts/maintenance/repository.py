"""Rows of maintenance windows, and which alerts each set aside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    select,
)

from tocsin.bus.codec import decode, encode
from tocsin.db.dialect import execute_rows, upsert
from tocsin.db.metadata import ops
from tocsin.db.times import micros
from tocsin.kernel.errors import NotFound
from tocsin.kernel.maintenance import MaintenanceWindow

_ID = re.compile(r"^MW-(\d{4,18})\Z")

#: ``applied``: the version that the alerts follow; behind ``version``, the next tick has work
maintenance_windows = Table(
    "maintenance_windows",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("applied", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("ix_maintenance_windows_state", "state", "number"),
)
#: ``how`` it came back (returned, ended, moved); empty while it has not
maintenance_alerts = Table(
    "maintenance_alerts",
    ops,
    Column("window", BigInteger, primary_key=True, autoincrement=False),
    Column("alert", BigInteger, primary_key=True, autoincrement=False),
    Column("how", String, nullable=False),
)
_WINDOW = ("number", "version", "applied", "state", "starts_at", "ends_at", "doc")


def number_of(window: str) -> int:
    """The number in ``MW-0007``. Raises ``NotFound``."""
    found = _ID.match(window)
    if not found:
        raise NotFound(
            f"there is no maintenance window {window[:40]!r}", field="id", value=window, cure="as in MW-0001"
        )
    return int(found[1])


def next_number(conn: Connection) -> int:
    t = maintenance_windows.c
    return int(conn.execute(select(func.coalesce(func.max(t.number), 0))).scalar_one()) + 1


def one(conn: Connection, window: str) -> MaintenanceWindow:
    """Raises ``NotFound``."""
    t = maintenance_windows.c
    doc = conn.execute(select(t.doc).where(t.number == number_of(window))).scalar_one_or_none()
    if doc is None:
        raise NotFound(
            f"there is no maintenance window {window}",
            field="id",
            value=window,
            cure="look at the list of windows",
        )
    return decode(doc, MaintenanceWindow)


def save(conn: Connection, window: MaintenanceWindow, *, applied: bool) -> None:
    """``applied``: the alerts follow this version; else the next tick does it."""
    row = (
        number_of(window.id),
        window.version,
        window.version if applied else 0,
        window.state,
        micros(window.start),
        micros(window.end),
        encode(window),
    )
    execute_rows(conn, upsert(conn, maintenance_windows, ["number"], _WINDOW[1:]), _WINDOW, [row])


def unfinished(conn: Connection) -> list[tuple[MaintenanceWindow, bool]]:
    """Windows that are not over or that the alerts do not follow yet, and whether they do; oldest first."""
    t = maintenance_windows.c
    query = select(t.doc, t.version, t.applied).where((t.state != "over") | (t.version != t.applied))
    return [
        (decode(doc, MaintenanceWindow), version == applied)
        for doc, version, applied in conn.execute(query.order_by(t.number))
    ]


def running(conn: Connection) -> list[MaintenanceWindow]:
    t = maintenance_windows.c
    query = select(t.doc).where(t.state == "running").order_by(t.number)
    return [decode(doc, MaintenanceWindow) for doc in conn.execute(query).scalars()]


def count_unfinished(conn: Connection) -> int:
    t = maintenance_windows.c
    return int(conn.execute(select(func.count()).where(t.state != "over")).scalar_one())


def find(
    conn: Connection, states: Sequence[str], limit: int, below: int | None
) -> tuple[list[MaintenanceWindow], int | None]:
    """Newest first, and the number to pass as ``below`` for more."""
    t = maintenance_windows.c
    query = select(t.doc, t.number).where(t.state.in_(list(states)))
    if below is not None:
        query = query.where(t.number < below)
    found = conn.execute(query.order_by(t.number.desc()).limit(limit + 1)).all()
    more = int(found[limit - 1][1]) if len(found) > limit else None
    return [decode(doc, MaintenanceWindow) for doc, _ in found[:limit]], more


def note(conn: Connection, held: Iterable[tuple[str, int, str]]) -> None:
    """(window, alert number, how) as it is now."""
    rows = [(number_of(window), alert, how) for window, alert, how in held]
    names = ("window", "alert", "how")
    execute_rows(conn, upsert(conn, maintenance_alerts, ["window", "alert"], ["how"]), names, rows)


def alerts_of(conn: Connection, window: str, limit: int) -> list[tuple[int, str]]:
    """(alert number, how), newest first."""
    t = maintenance_alerts.c
    query = select(t.alert, t.how).where(t.window == number_of(window)).order_by(t.alert.desc()).limit(limit)
    return [(int(alert), how) for alert, how in conn.execute(query)]
