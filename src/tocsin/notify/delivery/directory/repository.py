"""Rows of what people want to be told, of their browsers, and of the webhooks of organisations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, LargeBinary, String, Table, delete, select

from tocsin.bus.codec import decode, encode
from tocsin.db.dialect import upsert
from tocsin.db.metadata import ops
from tocsin.notify.delivery.model import Browser, Kept, Webhook

people = Table(
    "notify_people",
    ops,
    Column("person", String, primary_key=True),
    Column("doc", LargeBinary, nullable=False),
)
browsers = Table(
    "notify_browsers",
    ops,
    Column("id", String, primary_key=True),
    Column("person", String, nullable=False, index=True),
    Column("doc", LargeBinary, nullable=False),
)
webhooks = Table(
    "notify_webhooks",
    ops,
    Column("id", String, primary_key=True),
    Column("organisation", String, nullable=False),
    Column("doc", LargeBinary, nullable=False),
)


def kept(conn: Connection, person: str) -> Kept | None:
    doc = conn.execute(select(people.c.doc).where(people.c.person == person)).scalar_one_or_none()
    return None if doc is None else decode(doc, Kept)


def all_kept(conn: Connection) -> dict[str, Kept]:
    found = conn.execute(select(people.c.person, people.c.doc).order_by(people.c.person))
    return {person: decode(doc, Kept) for person, doc in found}


def save_kept(conn: Connection, person: str, given: Kept) -> None:
    row = {"person": person, "doc": encode(given)}
    conn.execute(upsert(conn, people, ["person"], ["doc"]), row)


def browser(conn: Connection, browser_id: str) -> Browser | None:
    doc = conn.execute(select(browsers.c.doc).where(browsers.c.id == browser_id)).scalar_one_or_none()
    return None if doc is None else decode(doc, Browser)


def browsers_of(conn: Connection, person: str | None) -> Sequence[Browser]:
    """Of one person, or of all."""
    query = select(browsers.c.doc).order_by(browsers.c.id)
    if person is not None:
        query = query.where(browsers.c.person == person)
    return [decode(doc, Browser) for doc in conn.execute(query).scalars()]


def save_browser(conn: Connection, one: Browser) -> None:
    row = {"id": one.id, "person": one.person, "doc": encode(one)}
    conn.execute(upsert(conn, browsers, ["id"], ["person", "doc"]), row)


def drop_browser(conn: Connection, browser_id: str) -> bool:
    return conn.execute(delete(browsers).where(browsers.c.id == browser_id)).rowcount > 0


def webhook(conn: Connection, webhook_id: str) -> Webhook | None:
    doc = conn.execute(select(webhooks.c.doc).where(webhooks.c.id == webhook_id)).scalar_one_or_none()
    return None if doc is None else decode(doc, Webhook)


def all_webhooks(conn: Connection) -> Sequence[Webhook]:
    query = select(webhooks.c.doc).order_by(webhooks.c.organisation, webhooks.c.id)
    return [decode(doc, Webhook) for doc in conn.execute(query).scalars()]


def save_webhook(conn: Connection, one: Webhook) -> None:
    row = {"id": one.id, "organisation": one.organisation, "doc": encode(one)}
    conn.execute(upsert(conn, webhooks, ["id"], ["organisation", "doc"]), row)


def drop_webhook(conn: Connection, webhook_id: str) -> bool:
    return conn.execute(delete(webhooks).where(webhooks.c.id == webhook_id)).rowcount > 0
