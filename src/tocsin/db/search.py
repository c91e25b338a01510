"""Full-text search over alerts and incidents: a table of words beside theirs, in the same transaction.

One code path for both databases (ADR 0010). ``search_words`` finds by the beginning of a word;
``search_docs`` holds all words of a thing, so that what changed is known without asking, and so that what
many things have in common is looked for newest first instead of gathered. To whom a thing is open stands
among its words as marks (``@police``), which no text can hold: a list of what is found is cut to a seat by
the same query.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
)

from tocsin.db.dialect import execute_rows, upsert
from tocsin.db.metadata import ops
from tocsin.kernel.sharing import Level, Sharing
from tocsin.kernel.tokens import terms, tokens

Kind = Literal["alert", "incident"]
#: (number, texts, to whom it is open)
Doc = tuple[int, Iterable[str], Sharing]

_CHUNK = 500
#: a word of more things than this is common: the newest of them are looked at one by one
_RARE = 5_000
_LAST = "\U0010ffff"
#: words in the order of their code points, in PostgreSQL too, so that a beginning is a range
Token = String().with_variant(String(collation="C"), "postgresql")

search_words = Table(
    "search_words",
    ops,
    Column("kind", String, primary_key=True),
    Column("token", Token, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
search_docs = Table(
    "search_docs",
    ops,
    Column("kind", String, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
)


def put(conn: Connection, kind: Kind, docs: Iterable[Doc]) -> None:
    """Find these things by these texts from now on; what did not change costs one read."""
    fresh = {number: _words(texts, sharing) for number, texts, sharing in docs}
    known = _known(conn, kind, list(fresh))
    changed = {number: words for number, words in fresh.items() if known.get(number) != words}
    if not changed:
        return
    w = search_words.c
    gone = [
        {"k": kind, "t": token, "n": number}
        for number, words in changed.items()
        for token in known.get(number, set()) - words
    ]
    if gone:
        which = and_(w.kind == bindparam("k"), w.token == bindparam("t"), w.number == bindparam("n"))
        conn.execute(delete(search_words).where(which), gone)
    execute_rows(
        conn,
        upsert(conn, search_words, ["kind", "token", "number"], []),
        ("kind", "token", "number"),
        [
            (kind, token, number)
            for number, words in changed.items()
            for token in sorted(words - known.get(number, set()))
        ],
    )
    execute_rows(
        conn,
        upsert(conn, search_docs, ["kind", "number"], ["words"]),
        ("kind", "number", "words"),
        [(kind, number, _row(words)) for number, words in changed.items()],
    )


def find(conn: Connection, kind: Kind, query: str, seen_by: Iterable[str], limit: int) -> list[int]:
    """Numbers of things that have every word of ``query`` (or one that begins so), newest first.

    ``seen_by``: the marks that ``eyes`` gives of a seat. Whoever shows what was found asks the policy again.
    """
    wanted, marks = terms(query), sorted(seen_by)
    if not wanted or not marks:
        return []
    d, w = search_docs.c, search_words.c
    counts = {term: _count(conn, kind, term) for term in wanted}
    rarest = min(wanted, key=lambda term: (counts[term], -len(term)))
    which = [d.kind == kind, or_(*(d.words.contains(f" {mark} ", autoescape=True) for mark in marks))]
    if counts[rarest] <= _RARE:
        which.append(d.number.in_(select(w.number).where(w.kind == kind, _begins(rarest))))
    which += [
        d.words.contains(f" {term}", autoescape=True)
        for term in wanted
        if term != rarest or counts[rarest] > _RARE
    ]
    found = conn.execute(select(d.number).where(*which).order_by(d.number.desc()).limit(limit))
    return [int(number) for number in found.scalars()]


def reach(sharing: Sharing) -> set[str]:
    """The marks of a thing: whose seats see it. The rule itself is ``identity.policy.relation``."""
    open_to = {sharing.room, sharing.offer.to if sharing.offer else ""}
    if sharing.level is not Level.OWN:
        open_to |= set(sharing.rooms)
    marks = {f"@{room}" for room in open_to if room}
    if sharing.level in (Level.ALL, Level.CITY):
        marks.add("@*rooms")
    if sharing.level is Level.CITY:
        marks.add("@*city")
    return marks


def eyes(organisation: str, *, partner: bool) -> set[str]:
    """The marks that a seat sees; none without an organisation."""
    if not organisation:
        return set()
    return {f"@{organisation}", "@*city" if partner else "@*rooms"}


def differing(conn: Connection, kind: Kind, docs: Iterable[Doc]) -> list[int]:
    """Numbers whose stored words are not those that they ought to have."""
    fresh = {number: _words(texts, sharing) for number, texts, sharing in docs}
    known = _known(conn, kind, list(fresh))
    w = search_words.c
    listed: dict[int, set[str]] = {}
    for start in range(0, len(fresh), _CHUNK):
        chunk = list(fresh)[start : start + _CHUNK]
        asked = select(w.number, w.token).where(w.kind == kind, w.number.in_(chunk))
        for number, token in conn.execute(asked):
            listed.setdefault(int(number), set()).add(token)
    return [n for n, words in fresh.items() if not (words == known.get(n) == listed.get(n))]


def empty(conn: Connection) -> bool:
    return conn.execute(select(search_docs.c.number).limit(1)).first() is None


def forget(conn: Connection, kind: Kind) -> None:
    """Take every word of a kind away, before all of it is put anew."""
    conn.execute(delete(search_words).where(search_words.c.kind == kind))
    conn.execute(delete(search_docs).where(search_docs.c.kind == kind))


def _words(texts: Iterable[str], sharing: Sharing) -> set[str]:
    return tokens(texts) | reach(sharing)


def _row(words: set[str]) -> str:
    return f" {' '.join(sorted(words))} "


def _known(conn: Connection, kind: Kind, numbers: Sequence[int]) -> dict[int, set[str]]:
    d, found = search_docs.c, {}
    for start in range(0, len(numbers), _CHUNK):
        asked = select(d.number, d.words).where(d.kind == kind, d.number.in_(numbers[start : start + _CHUNK]))
        found.update({int(number): set(words.split(" ")) - {""} for number, words in conn.execute(asked)})
    return found


def _begins(term: str) -> ColumnElement[bool]:
    w = search_words.c
    return and_(w.token >= term, w.token < term + _LAST)


def _count(conn: Connection, kind: Kind, term: str) -> int:
    """How many, up to one more than are rare."""
    some = select(search_words.c.number).where(search_words.c.kind == kind, _begins(term)).limit(_RARE + 1)
    return int(conn.execute(select(func.count()).select_from(some.subquery())).scalar_one())
