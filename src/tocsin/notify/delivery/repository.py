"""Rows of deliveries, of the lanes that they go by, and of alerts that nobody has acknowledged yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    select,
)

from tocsin.bus.codec import decode, encode
from tocsin.db.dialect import execute_rows, upsert
from tocsin.db.metadata import ops
from tocsin.db.times import micros
from tocsin.kernel.errors import NotFound
from tocsin.kernel.events import SEVERITIES
from tocsin.notify.delivery.model import FINAL, Delivery, Lane

deliveries = Table(
    "notify_deliveries",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String, nullable=False, unique=True),
    Column("state", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("target", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("planned_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("digest", BigInteger),
    Column("paced", Boolean, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("ix_notify_deliveries_due", "state", "lane", "due_at"),
    Index("ix_notify_deliveries_topic", "topic"),
    Index("ix_notify_deliveries_recipient", "recipient", "channel", "planned_at"),
    Index("ix_notify_deliveries_digest", "digest"),
)
lanes = Table(
    "notify_lanes",
    ops,
    Column("lane", String, primary_key=True),
    Column("retry_at", BigInteger),
    Column("doc", LargeBinary, nullable=False),
)
#: ``step``: the next one of its rule; ``doc``: the rule's id, since when, the alert's notice
watches = Table(
    "notify_watches",
    ops,
    Column("alert", String, primary_key=True),
    Column("due_at", BigInteger, nullable=False, index=True),
    Column("doc", LargeBinary, nullable=False),
)
_D, _L, _W = deliveries.c, lanes.c, watches.c
_NAMES = tuple(column.name for column in deliveries.columns)


def next_number(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(_D.number), 0))).scalar_one()) + 1


def save(conn: Connection, those: Iterable[Delivery]) -> None:
    """Insert, or replace by number."""
    names = [name for name in _NAMES if name != "number"]
    execute_rows(conn, upsert(conn, deliveries, ["number"], names), _NAMES, [_row(one) for one in those])


def _row(one: Delivery) -> tuple[object, ...]:
    paced = one.channel != "webhook" and one.notice.kind not in ("digest", "test")
    return (
        one.number,
        one.key,
        one.state,
        one.lane,
        one.channel,
        one.recipient,
        one.target,
        one.notice.kind,
        one.notice.topic,
        SEVERITIES.index(one.notice.severity),
        micros(one.planned_at),
        micros(one.due_at),
        one.digest,
        paced,
        encode(one),
    )


def get(conn: Connection, number: int) -> Delivery:
    """Raises ``NotFound``."""
    doc = conn.execute(select(_D.doc).where(_D.number == number)).scalar_one_or_none()
    if doc is None:
        raise NotFound("no such message", field="id", value=number, cure="look at the ledger again")
    return decode(doc, Delivery)


def known(conn: Connection, keys: Collection[str]) -> frozenset[str]:
    """Those of these keys that are planned already."""
    return frozenset(conn.execute(select(_D.key).where(_D.key.in_(list(keys)))).scalars())


def told(conn: Connection, topic: str) -> dict[tuple[str, str, str], int]:
    """(recipient, channel, target) to the highest severity that they were told of; withdrawn is not told."""
    found = conn.execute(
        select(_D.recipient, _D.channel, _D.target, func.max(_D.rank))
        .where(_D.topic == topic, _D.state != "withdrawn")
        .group_by(_D.recipient, _D.channel, _D.target)
    )
    return {(recipient, channel, target): int(rank) for recipient, channel, target, rank in found}


def recent(conn: Connection, recipient: str, channel: str, target: str, since: datetime) -> int:
    """Messages of their own planned for this address since then; those held for a digest do not count."""
    mine = (_D.recipient == recipient, _D.channel == channel, _D.target == target, _D.paced.is_(True))
    query = select(func.count()).where(*mine, _D.planned_at > micros(since), _D.digest.is_(None))
    return int(conn.execute(query).scalar_one())


def open_digest(conn: Connection, recipient: str, channel: str, target: str) -> Delivery | None:
    """The digest that is still gathering."""
    mine = (_D.recipient == recipient, _D.channel == channel, _D.target == target)
    query = select(_D.doc).where(*mine, _D.kind == "digest", _D.state == "planned").order_by(_D.number.desc())
    for doc in conn.execute(query).scalars():
        found = decode(doc, Delivery)
        if not found.tries:
            return found
    return None


def held(conn: Connection, digest: int) -> list[Delivery]:
    query = select(_D.doc).where(_D.digest == digest, _D.state == "held").order_by(_D.number)
    return [decode(doc, Delivery) for doc in conn.execute(query).scalars()]


def in_state(conn: Connection, state: str) -> list[Delivery]:
    query = select(_D.doc).where(_D.state == state).order_by(_D.number)
    return [decode(doc, Delivery) for doc in conn.execute(query).scalars()]


def waiting_on(conn: Connection, lane: str) -> list[Delivery]:
    query = select(_D.doc).where(_D.lane == lane, _D.state.in_(("planned", "held"))).order_by(_D.number)
    return [decode(doc, Delivery) for doc in conn.execute(query).scalars()]


def due_lanes(conn: Connection, now: datetime) -> list[str]:
    """Lanes with something to send now that are not waiting for their next try."""
    at = micros(now)
    blocked = select(_L.lane).where(_L.retry_at > at)
    query = select(_D.lane).where(_D.state == "planned", _D.due_at <= at, _D.lane.not_in(blocked)).distinct()
    return list(conn.execute(query.order_by(_D.lane)).scalars())


def next_due(conn: Connection, lane: str, now: datetime) -> Delivery | None:
    """The oldest of the lane that is due."""
    query = select(_D.doc).where(_D.state == "planned", _D.lane == lane, _D.due_at <= micros(now))
    doc = conn.execute(query.order_by(_D.number).limit(1)).scalar_one_or_none()
    return None if doc is None else decode(doc, Delivery)


def waiting(conn: Connection) -> dict[str, int]:
    """Lane to how many messages wait there, those held for a digest too."""
    query = select(_D.lane, func.count()).where(_D.state.in_(("planned", "sending", "held")))
    return {lane: int(count) for lane, count in conn.execute(query.group_by(_D.lane))}


def figures(conn: Connection, since: datetime) -> dict[str, int]:
    """How many messages planned since then are in each state."""
    query = select(_D.state, func.count()).where(_D.planned_at > micros(since)).group_by(_D.state)
    return {state: int(count) for state, count in conn.execute(query)}


def find(
    conn: Connection,
    *,
    states: Sequence[str] = (),
    channel: str | None = None,
    recipient: str | None = None,
    limit: int = 100,
    below: int | None = None,
) -> list[Delivery]:
    """Newest first."""
    query = select(_D.doc)
    if states:
        query = query.where(_D.state.in_(list(states)))
    if channel is not None:
        query = query.where(_D.channel == channel)
    if recipient is not None:
        query = query.where(_D.recipient == recipient)
    if below is not None:
        query = query.where(_D.number < below)
    found = conn.execute(query.order_by(_D.number.desc()).limit(limit)).scalars()
    return [decode(doc, Delivery) for doc in found]


def forget_before(conn: Connection, at: datetime) -> int:
    """Delete what is done with and was planned before; how many that were."""
    old = (_D.planned_at < micros(at), _D.state.in_(FINAL))
    return conn.execute(delete(deliveries).where(*old)).rowcount


# lanes


def lane(conn: Connection, name: str) -> Lane:
    doc = conn.execute(select(_L.doc).where(_L.lane == name)).scalar_one_or_none()
    return Lane(name) if doc is None else decode(doc, Lane)


def all_lanes(conn: Connection) -> list[Lane]:
    return [decode(doc, Lane) for doc in conn.execute(select(_L.doc).order_by(_L.lane)).scalars()]


def save_lane(conn: Connection, now: Lane) -> None:
    retry_at = None if now.retry_at is None else micros(now.retry_at)
    row = {"lane": now.lane, "retry_at": retry_at, "doc": encode(now)}
    conn.execute(upsert(conn, lanes, ["lane"], ["retry_at", "doc"]), row)


def drop_lane(conn: Connection, name: str) -> None:
    conn.execute(delete(lanes).where(_L.lane == name))


# alerts that wait for somebody


def watch(conn: Connection, alert: str, due_at: datetime, doc: bytes) -> None:
    row = {"alert": alert, "due_at": micros(due_at), "doc": doc}
    conn.execute(upsert(conn, watches, ["alert"], ["due_at", "doc"]), row)


def unwatch(conn: Connection, alert: str) -> None:
    conn.execute(delete(watches).where(_W.alert == alert))


def watched(conn: Connection, alert: str) -> bytes | None:
    doc = conn.execute(select(_W.doc).where(_W.alert == alert)).scalar_one_or_none()
    return None if doc is None else bytes(doc)


def due_watches(conn: Connection, now: datetime, limit: int) -> list[tuple[str, bytes]]:
    query = (
        select(_W.alert, _W.doc).where(_W.due_at <= micros(now)).order_by(_W.due_at, _W.alert).limit(limit)
    )
    return [(alert, bytes(doc)) for alert, doc in conn.execute(query)]


def count_watches(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(watches)).scalar_one())
