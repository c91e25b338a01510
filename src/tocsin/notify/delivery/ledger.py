"""What becomes of a delivery: one line of its notes for each step. Pure."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from tocsin.kernel.text import clean
from tocsin.notify.delivery.model import Delivery, LedgerNote

WORDS_CHARS = 200
#: a message that was tried more often keeps its first and its newest lines
_MOST_NOTES = 40


def sending(one: Delivery, now: datetime) -> Delivery:
    return _with(replace(one, state="sending", tries=one.tries + 1), now, "tried", "")


def sent(one: Delivery, now: datetime, words: str = "") -> Delivery:
    return _with(replace(one, state="sent", sent_at=now), now, "sent", words)


def failed(one: Delivery, now: datetime, due_at: datetime, words: str) -> Delivery:
    return _with(replace(one, state="planned", due_at=due_at), now, "failed", words)


def given_up(one: Delivery, now: datetime, words: str) -> Delivery:
    return _with(replace(one, state="given up"), now, "given up", words)


def withdrawn(one: Delivery, now: datetime, words: str) -> Delivery:
    return _with(replace(one, state="withdrawn"), now, "withdrawn", words)


def gathered(one: Delivery, now: datetime) -> Delivery:
    return _with(replace(one, state="in digest", sent_at=now), now, "in digest", "")


def interrupted(one: Delivery, now: datetime) -> Delivery:
    """The process ended between sending and writing it down."""
    words = "the process ended while it was sent; sent again under the same key"
    return _with(replace(one, state="planned", due_at=now), now, "interrupted", words)


def again(one: Delivery, now: datetime, by: str) -> Delivery:
    """Asked for by an administrator."""
    after = replace(one, state="planned", tries=0, due_at=now, wanted_at=now)
    return _with(after, now, "again", by)


def _with(one: Delivery, now: datetime, what: str, words: str) -> Delivery:
    notes = (*one.notes, LedgerNote(now, what, clean(words, WORDS_CHARS)))
    if len(notes) > _MOST_NOTES:
        notes = (*notes[:5], *notes[5 - _MOST_NOTES :])
    return replace(one, notes=notes)
