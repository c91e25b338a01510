"""Rows of correlation: alerts as it sees them, proposals with their events, who was split from whom."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
from tocsin.db import outbox
from tocsin.db.dialect import execute_rows, upsert
from tocsin.db.metadata import ops
from tocsin.db.times import micros
from tocsin.incidents.correlation.candidates import Apart, Candidate, Declined, Held, Past
from tocsin.incidents.machine import incident_id
from tocsin.incidents.repository import incident_alerts, incidents
from tocsin.kernel.errors import Invalid, NotFound
from tocsin.kernel.proposals import PROPOSAL_SUBJECT, Proposal, ProposalEvent

_ID = re.compile(r"^PR-(\d{4,18})\Z")
_CHUNK, MOST = 500, 500

correlation_alerts = Table(
    "correlation_alerts",
    ops,
    Column("alert", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("onset", BigInteger, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("ix_correlation_alerts_open", "is_open", "onset"),
)
#: one separation is one act of a person: whoever stands on one side was split from all on the other
separations = Table(
    "separations",
    ops,
    Column("separation", BigInteger, primary_key=True, autoincrement=False),
    Column("alert", String, primary_key=True),
    Column("side", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Index("ix_separations_alert", "alert"),
)
proposals = Table(
    "proposals",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("incident", String),
    Column("doc", LargeBinary, nullable=False),
    Index("ix_proposals_queue", "state", "number"),
)
proposal_alerts = Table(
    "proposal_alerts",
    ops,
    Column("proposal", BigInteger, primary_key=True, autoincrement=False),
    Column("alert", String, primary_key=True),
    Index("ix_proposal_alerts_alert", "alert"),
)
proposal_events = Table(
    "proposal_events",
    ops,
    Column("proposal", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("act", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("doc", LargeBinary, nullable=False),
)


# --- alerts ------------------------------------------------------------------------------------------------


def known(conn: Connection, alerts: Iterable[str]) -> dict[str, tuple[int, Candidate]]:
    """Version and content of those of these alerts that were seen before."""
    t = correlation_alerts.c
    found: dict[str, tuple[int, Candidate]] = {}
    for chunk in _chunks(alerts):
        for alert, version, doc in conn.execute(select(t.alert, t.version, t.doc).where(t.alert.in_(chunk))):
            found[alert] = int(version), decode(doc, Candidate)
    return found


def put(conn: Connection, heard: Iterable[tuple[int, Candidate]]) -> None:
    columns = ("alert", "version", "is_open", "onset", "doc")
    execute_rows(
        conn,
        upsert(conn, correlation_alerts, ["alert"], columns[1:]),
        columns,
        [(c.id, version, c.open, micros(c.onset), encode(c)) for version, c in heard],
    )


def forget(conn: Connection, before: datetime) -> int:
    """Drop closed alerts older than ``before`` that are in no open incident; how many."""
    t = correlation_alerts.c
    held = (
        select(incident_alerts.c.alert)
        .join(incidents, incidents.c.number == incident_alerts.c.incident)
        .where(incidents.c.state == "open")
    )
    old = (t.is_open.is_(False), t.onset < micros(before), t.alert.not_in(held))
    return int(conn.execute(delete(correlation_alerts).where(*old)).rowcount)


def free(conn: Connection, most: int) -> list[Candidate]:
    """Open alerts that belong to no incident, the newest ``most`` by onset."""
    t = correlation_alerts.c
    held = select(incident_alerts.c.alert)
    query = select(t.doc).where(t.is_open.is_(True), t.alert.not_in(held)).order_by(t.onset.desc(), t.alert)
    return [decode(doc, Candidate) for doc in conn.execute(query.limit(most)).scalars()]


def held(conn: Connection) -> list[Held]:
    """Open incidents and their alerts."""
    t, m = correlation_alerts.c, incident_alerts.c
    query = (
        select(m.incident, m.alert, t.doc)
        .join(incidents, incidents.c.number == m.incident)
        .join(correlation_alerts, t.alert == m.alert, isouter=True)
        .where(incidents.c.state == "open")
    )
    sizes: dict[int, int] = defaultdict(int)
    members: dict[int, list[Candidate]] = defaultdict(list)
    for number, _alert, doc in conn.execute(query):
        sizes[int(number)] += 1
        if doc is not None:
            members[int(number)].append(decode(doc, Candidate))
    return [Held(incident_id(n), True, tuple(members[n]), size) for n, size in sorted(sizes.items())]


def past(conn: Connection, alerts: Iterable[str], others: Iterable[str]) -> Past:
    """What people decided about ``alerts``; ``others``: whom they may have been split from."""
    declined, wanted = [], set(alerts)
    p, a = proposals.c, proposal_alerts.c
    docs: dict[int, bytes] = {}
    sides: dict[str, dict[int, int]] = defaultdict(dict)
    s = separations.c
    for chunk in _chunks(wanted):
        query = select(p.number, p.doc).join(proposal_alerts, a.proposal == p.number)
        docs.update(
            (int(n), d) for n, d in conn.execute(query.where(p.state == "declined", a.alert.in_(chunk)))
        )
    for chunk in _chunks({*wanted, *others}):
        found = conn.execute(select(s.separation, s.alert, s.side).where(s.alert.in_(chunk)))
        for separation, alert, side in found:
            sides[alert][int(separation)] = int(side)
    for _, doc in sorted(docs.items()):
        proposal = decode(doc, Proposal)
        declined.append(Declined(frozenset(proposal.alerts), proposal.incident))
    return Past(tuple(declined), Apart(dict(sides)))


def decided(conn: Connection) -> tuple[object, ...]:
    """What people's decisions leave behind: another value after each of them that a proposal depends on."""
    t, i = proposals.c, incidents.c
    waiting = conn.execute(select(t.number, t.version).where(t.state == "open").order_by(t.number))
    grouped = select(func.count(), func.coalesce(func.sum(i.version), 0)).where(i.state == "open")
    split = select(func.coalesce(func.max(separations.c.separation), 0))
    return (
        tuple(map(tuple, waiting)),
        tuple(conn.execute(grouped).one()),
        conn.execute(split).scalar_one(),
    )


def separate(conn: Connection, ones: Sequence[str], others: Sequence[str], by: str, at: datetime) -> None:
    """A person split these from those: they are never proposed together again."""
    if not ones or not others:
        return
    top = conn.execute(select(func.coalesce(func.max(separations.c.separation), 0))).scalar_one()
    conn.execute(
        separations.insert(),
        [
            {"separation": int(top) + 1, "alert": alert, "side": side, "at": micros(at), "actor": by}
            for side, group in enumerate((ones, others))
            for alert in dict.fromkeys(group)
        ],
    )


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]


# --- proposals ---------------------------------------------------------------------------------------------


def number_of(proposal: str) -> int:
    """The number in ``PR-0007``. Raises ``NotFound``."""
    found = _ID.match(proposal)
    if not found:
        raise NotFound(
            f"there is no proposal {proposal[:40]!r}", field="id", value=proposal, cure="as in PR-0001"
        )
    return int(found[1])


def next_number(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(proposals.c.number), 0))).scalar_one()) + 1


def one(conn: Connection, proposal: str) -> Proposal:
    """Raises ``NotFound``."""
    doc = conn.execute(select(proposals.c.doc).where(proposals.c.number == number_of(proposal))).scalar()
    if doc is None:
        raise NotFound(
            f"there is no proposal {proposal}", field="id", value=proposal, cure="look at the proposals"
        )
    return decode(doc, Proposal)


def pending(conn: Connection) -> list[Proposal]:
    query = select(proposals.c.doc).where(proposals.c.state == "open").order_by(proposals.c.number)
    return [decode(doc, Proposal) for doc in conn.execute(query).scalars()]


def save(conn: Connection, event: ProposalEvent) -> None:
    """Write the view, add the event, promise to publish it. One transaction with the caller's."""
    p = event.proposal
    number = number_of(p.id)
    conn.execute(
        upsert(conn, proposals, ["number"], ("version", "state", "incident", "doc")),
        {
            "number": number,
            "version": p.version,
            "state": p.state,
            "incident": p.incident,
            "doc": encode(p),
        },
    )
    if event.act in ("proposed", "revised"):
        conn.execute(delete(proposal_alerts).where(proposal_alerts.c.proposal == number))
        conn.execute(proposal_alerts.insert(), [{"proposal": number, "alert": a} for a in p.alerts])
    conn.execute(
        proposal_events.insert(),
        {
            "proposal": number,
            "version": p.version,
            "at": micros(event.at),
            "act": event.act,
            "actor": event.by,
            "doc": encode(event),
        },
    )
    outbox.add(conn, f"{PROPOSAL_SUBJECT}{p.id}", encode(event))


def find(
    conn: Connection, *, state: str = "open", limit: int = 100, after: str | None = None
) -> tuple[Sequence[Proposal], str | None]:
    """Proposals of a state (or ``all``), newest first, and ``after`` for more. Raises ``Invalid``."""
    states = ("open", "accepted", "declined", "withdrawn", "all")
    if state not in states:
        raise Invalid("no such state", field="state", value=state, cure=f"use one of {', '.join(states)}")
    if not 1 <= limit <= MOST:
        raise Invalid("limit is out of bounds", field="limit", value=limit, cure=f"ask for 1 to {MOST}")
    query = select(proposals.c.doc)
    if state != "all":
        query = query.where(proposals.c.state == state)
    if after is not None:
        query = query.where(proposals.c.number < number_of(after))
    found = conn.execute(query.order_by(proposals.c.number.desc()).limit(limit + 1)).scalars().all()
    items = [decode(doc, Proposal) for doc in found[:limit]]
    return items, items[-1].id if len(found) > limit else None


def events(conn: Connection, proposal: str) -> Sequence[ProposalEvent]:
    """Every step of one proposal, oldest first. Raises ``NotFound``."""
    one(conn, proposal)
    t = proposal_events.c
    found = conn.execute(select(t.doc).where(t.proposal == number_of(proposal)).order_by(t.version))
    return [decode(doc, ProposalEvent) for doc in found.scalars()]
