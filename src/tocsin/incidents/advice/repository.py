"""Rows of consultations: the view, its events, the answer in full, and plans that were saved."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

from tocsin.bus.codec import decode, encode
from tocsin.db import outbox
from tocsin.db.dialect import upsert
from tocsin.db.metadata import ops
from tocsin.db.times import micros
from tocsin.incidents.repository import incidents, number_of
from tocsin.kernel.advice import (
    CONSULTATION_SUBJECT,
    AdviceAsked,
    Consultation,
    ConsultationEvent,
    Footing,
    SavedPlan,
)
from tocsin.kernel.errors import NotFound
from tocsin.kernel.events import Advice
from tocsin.kernel.subjects import token

_ID = re.compile(r"^AD-(\d{4,18})\Z")
MOST = 200

consultations = Table(
    "consultations",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("incident", BigInteger, nullable=False),
    Column("key", String, nullable=False),
    Column("state", String, nullable=False),
    Column("standing", String, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("ix_consultations_key", "incident", "key", unique=True),
    Index("ix_consultations_state", "state", "number"),
)
answers = Table(
    "consultation_answers",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("advice", LargeBinary, nullable=False),
    Column("footing", LargeBinary, nullable=False),
)
consultation_events = Table(
    "consultation_events",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("act", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("doc", LargeBinary, nullable=False),
)
saved_plans = Table(
    "saved_plans",
    ops,
    Column("id", String, primary_key=True),
    Column("room", String, nullable=False),
    Column("space", String),
    Column("at", BigInteger, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Column("advice", LargeBinary, nullable=False),
    Index("ix_saved_plans_space", "space"),
)
_C = consultations.c


def next_number(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(_C.number), 0))).scalar_one()) + 1


def number(consultation: str) -> int:
    """The number in ``AD-0001``. Raises ``NotFound``."""
    found = _ID.match(consultation)
    if not found:
        raise NotFound(
            f"there is no advice {consultation[:40]!r}", field="id", value=consultation, cure="as in AD-0001"
        )
    return int(found[1])


def one(conn: Connection, consultation: str) -> Consultation:
    """Raises ``NotFound``."""
    doc = conn.execute(select(_C.doc).where(_C.number == number(consultation))).scalar()
    if doc is None:
        cure = "look at the advice of the incident"
        raise NotFound(f"there is no advice {consultation}", field="id", value=consultation, cure=cure)
    return decode(doc, Consultation)


def by_key(conn: Connection, incident: str, key: str) -> Consultation | None:
    """What was asked in the incident under this key, if it was."""
    query = select(_C.doc).where(_C.incident == number_of(incident), _C.key == key)
    doc = conn.execute(query).scalar()
    return None if doc is None else decode(doc, Consultation)


def known(conn: Connection, incident: str, key: str) -> bool:
    """Whether this was asked in the incident already."""
    return by_key(conn, incident, key) is not None


def save(conn: Connection, event: ConsultationEvent, key: str | None = None) -> None:
    """Write the view, add the event, promise to tell screens. ``key``: of a new one."""
    c = event.consultation
    n = number(c.id)
    row = {"number": n, "version": c.version, "state": c.state, "standing": c.standing, "doc": encode(c)}
    if key is not None:
        conn.execute(insert(consultations).values(**row, incident=number_of(c.incident), key=key))
    else:
        conn.execute(consultations.update().where(_C.number == n).values(**row))
    conn.execute(
        consultation_events.insert(),
        {
            "number": n,
            "version": c.version,
            "at": micros(event.at),
            "act": event.act,
            "actor": event.by,
            "doc": encode(event),
        },
    )
    outbox.add(conn, f"{CONSULTATION_SUBJECT}{c.id}", encode(event))


def send(conn: Connection, asked: AdviceAsked) -> None:
    """Promise to ask, or to withdraw what was asked."""
    outbox.add(conn, f"advice.requested.{token(asked.id)}", encode(asked))


def of_incident(conn: Connection, incident: str) -> list[Consultation]:
    """Newest first."""
    query = select(_C.doc).where(_C.incident == number_of(incident)).order_by(_C.number.desc()).limit(MOST)
    return [decode(doc, Consultation) for doc in conn.execute(query).scalars()]


def of_open(conn: Connection) -> list[Consultation]:
    """Of all open incidents, oldest first."""
    i = incidents.c
    query = select(_C.doc).join(incidents, i.number == _C.incident).where(i.state == "open")
    return [decode(doc, Consultation) for doc in conn.execute(query.order_by(_C.number)).scalars()]


def left_behind(conn: Connection) -> list[str]:
    """Asked in incidents that were closed meanwhile."""
    i = incidents.c
    query = select(_C.doc).join(incidents, i.number == _C.incident)
    found = conn.execute(query.where(_C.state == "asked", i.state != "open"))
    return [decode(doc, Consultation).id for doc in found.scalars()]


def events(conn: Connection, consultation: str) -> list[ConsultationEvent]:
    """Every step, oldest first. Raises ``NotFound``."""
    one(conn, consultation)
    t = consultation_events.c
    found = conn.execute(select(t.doc).where(t.number == number(consultation)).order_by(t.version))
    return [decode(doc, ConsultationEvent) for doc in found.scalars()]


def put_answer(conn: Connection, consultation: str, advice: Advice, footing: Sequence[Footing]) -> None:
    conn.execute(
        upsert(conn, answers, ["number"], ("advice", "footing")),
        {"number": number(consultation), "advice": encode(advice), "footing": encode(tuple(footing))},
    )


def answer(conn: Connection, consultation: str) -> Advice:
    """In full, with its plan. Raises ``NotFound``."""
    query = select(answers.c.advice).where(answers.c.number == number(consultation))
    doc = conn.execute(query).scalar()
    if doc is None:
        what = f"{consultation} has no answer"
        raise NotFound(what, field="id", value=consultation, cure="look at its state and trouble")
    return decode(doc, Advice)


def footing(conn: Connection, consultation: str) -> tuple[Footing, ...]:
    query = select(answers.c.footing).where(answers.c.number == number(consultation))
    doc = conn.execute(query).scalar()
    return () if doc is None else decode(doc, tuple[Footing, ...])


# --- saved plans -------------------------------------------------------------------------------------------


def save_plan(conn: Connection, plan: SavedPlan, advice: Advice) -> None:
    values = {"id": plan.id, "room": plan.room, "space": plan.space, "at": micros(plan.at)}
    conn.execute(insert(saved_plans).values(**values, doc=encode(plan), advice=encode(advice)))


def plans(conn: Connection, spaces: Sequence[str] | None = None) -> list[SavedPlan]:
    """Newest first; ``spaces``: those of these alone."""
    query = select(saved_plans.c.doc).order_by(saved_plans.c.at.desc()).limit(MOST)
    if spaces is not None:
        query = query.where(saved_plans.c.space.in_(list(spaces)))
    return [decode(doc, SavedPlan) for doc in conn.execute(query).scalars()]


def plan(conn: Connection, name: str) -> tuple[SavedPlan, Advice]:
    """Raises ``NotFound``."""
    t = saved_plans.c
    row = conn.execute(select(t.doc, t.advice).where(t.id == name)).first()
    if row is None:
        cure = "look at the list of plans"
        raise NotFound(f"there is no plan {name[:40]!r}", field="id", value=name, cure=cure)
    return decode(row.doc, SavedPlan), decode(row.advice, Advice)


def drop_plan(conn: Connection, name: str) -> None:
    conn.execute(delete(saved_plans).where(saved_plans.c.id == name))
