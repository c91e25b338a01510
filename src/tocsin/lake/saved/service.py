"""Keeping queries under a name. Every function takes its caller's transaction.

Who may change one is its owner; the room that it is shared with may open it and keep a copy.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from tocsin.db import Connection
from tocsin.identity.policy import Subject
from tocsin.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tocsin.kernel.ids import random_id
from tocsin.kernel.text import clean
from tocsin.lake.saved import repository
from tocsin.lake.saved.records import MOST, NAME_CHARS, QueryText, SavedQuery
from tocsin.lake.sql.records import MOST_CHARS


def listed(conn: Connection, subject: Subject) -> list[SavedQuery]:
    return repository.listed(conn, subject.seat.organisation, subject.name)


def read(conn: Connection, subject: Subject, query_id: str) -> SavedQuery:
    """Raises ``NotFound``, also for another's that is not shared: that it exists is theirs to tell."""
    found = repository.found(conn, query_id, subject.seat.organisation, subject.name)
    if found is None:
        raise NotFound(
            "no such query, or it is not shared with your room",
            field="id",
            value=query_id,
            cure="see the list of saved queries",
        )
    return found


def keep(
    conn: Connection, subject: Subject, name: str, text: QueryText, shared: bool, at: datetime
) -> SavedQuery:
    """A new one. Raises ``Invalid``, ``Conflict`` where the owner has one of that name."""
    room = subject.seat.organisation
    wanted, text = _name(name), _text(text)
    _shareable(subject, shared)
    _free(conn, subject, wanted)
    if repository.count(conn, room, subject.name) >= MOST:
        raise Conflict(
            "too many queries are saved", field="name", value=wanted, cure=f"delete one; {MOST} at most"
        )
    made = SavedQuery(
        random_id(), wanted, text.sql, text.view, shared, subject.name, True, 1, made_at=at, changed_at=at
    )
    repository.add(conn, room, made)
    return made


def change(
    conn: Connection,
    subject: Subject,
    query_id: str,
    name: str,
    text: QueryText,
    shared: bool,
    version: int,
    at: datetime,
) -> SavedQuery:
    """Its new name, text and reach. Raises ``NotFound``, ``Forbidden``, ``Conflict``, ``Invalid``."""
    before = _own(conn, subject, query_id)
    if before.version != version:
        raise Conflict(
            "this query was changed since you looked",
            field="version",
            value=version,
            cure="open it again, then change it; or save yours under another name",
        )
    wanted, text = _name(name), _text(text)
    _shareable(subject, shared)
    _free(conn, subject, wanted, query_id)
    after = replace(
        before,
        name=wanted,
        sql=text.sql,
        view=text.view,
        shared=shared,
        version=version + 1,
        changed_at=at,
    )
    repository.change(conn, after)
    return after


def drop(conn: Connection, subject: Subject, query_id: str) -> SavedQuery:
    """What it was. Raises ``NotFound``, ``Forbidden``."""
    gone = _own(conn, subject, query_id)
    repository.drop(conn, query_id)
    return gone


def _own(conn: Connection, subject: Subject, query_id: str) -> SavedQuery:
    found = read(conn, subject, query_id)
    if not found.mine:
        raise Forbidden(
            f"this query is {found.owner}'s",
            field="id",
            value=query_id,
            cure="save it under a name of your own, then change that",
        )
    return found


def _free(conn: Connection, subject: Subject, name: str, but: str = "") -> None:
    taken = repository.named(conn, subject.seat.organisation, subject.name, name)
    if taken is not None and taken != but:
        raise Conflict(
            "you have a query of that name",
            field="name",
            value=name,
            cure="choose another, or change that one",
        )


def _name(given: str) -> str:
    name = clean(given, NAME_CHARS + 1)
    if not name or len(name) > NAME_CHARS:
        raise Invalid(
            "no name for a query", field="name", value=name, cure=f"1 to {NAME_CHARS} characters on one line"
        )
    return name


def _text(given: QueryText) -> QueryText:
    """As it was written, lines and all: it is run, and shown as text. Whether it runs is asked when it is."""
    sql = given.sql
    if not sql.strip() or len(sql) > MOST_CHARS:
        raise Invalid("no text of a query", field="sql", value=len(sql), cure=f"1 to {MOST_CHARS} characters")
    if "\0" in sql or any("\ud800" <= c <= "\udfff" for c in sql):
        raise Invalid(
            "this is no text", field="sql", value="a control character or half a letter", cure="take it out"
        )
    return given


def _shareable(subject: Subject, shared: bool) -> None:
    if shared and not subject.seat.organisation:
        raise Invalid(
            "you sit in no room to share it with", field="shared", value=True, cure="take a seat first"
        )
