"""What may happen to a piece of evidence: pure, each act a new version with its link of custody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tocsin.evidence.exhibit import Custody, CustodyAct, Exhibit
from tocsin.kernel.decisions import Mark
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.events import Place
from tocsin.kernel.ids import random_id
from tocsin.kernel.sharing import Level, Sharing
from tocsin.kernel.text import clean

REASON_CHARS, NAME_CHARS = 1000, 120


def beginning(sharing: Sharing, room: str) -> Sharing:
    """As what it belongs to; a thing that nobody took yet: the room that brought it owns it."""
    owner = sharing.room or room
    named = tuple(r for r in sharing.rooms if r != owner)
    return Sharing(owner, sharing.level, named)


def file_name(given: str) -> str:
    """The last part of what its sender calls it, made safe to show. It names nothing on our disk."""
    last = given.replace("\\", "/").rpartition("/")[2]
    return clean(last, NAME_CHARS) or f"unnamed {random_id()[:4]}"


def said(reason: str, *, act: str) -> str:
    """A reason worth keeping. Raises ``Invalid``."""
    words = clean(reason, REASON_CHARS)
    if len(words) < 3:
        raise Invalid(f"to {act} it needs a reason", field="reason", value=reason, cure="say why in words")
    return words


def shared(exhibit: Exhibit, sharing: Sharing, reason: str, by: str, at: datetime) -> Exhibit:
    require_readable(exhibit)
    told = sharing.level.value
    if sharing.level is Level.NAMED:
        told += f": {', '.join(sharing.rooms)}"
    words = f"{told}. {clean(reason, REASON_CHARS)}".removesuffix(" ")
    return _step(exhibit, "shared", by, at, words, sharing=sharing)


def handed_over(exhibit: Exhibit, sharing: Sharing, by: str, at: datetime) -> Exhibit:
    """It goes to the room that took over what it belongs to."""
    words = f"from {exhibit.sharing.room} to {sharing.room}"
    return _step(exhibit, "handed over", by, at, words, sharing=sharing)


def held(exhibit: Exhibit, reason: str, by: str, at: datetime) -> Exhibit:
    """A legal hold: kept past its time until it is released."""
    require_readable(exhibit)
    if exhibit.held:
        raise Conflict(
            f"{exhibit.id} is held already: {exhibit.held.reason}", field="held", cure="release it first"
        )
    words = said(reason, act="hold")
    return _step(exhibit, "held", by, at, words, held=Mark(by, at, words))


def released(exhibit: Exhibit, reason: str, by: str, at: datetime) -> Exhibit:
    require_readable(exhibit)
    if not exhibit.held:
        raise Conflict(f"{exhibit.id} is not held", field="held", cure="look again")
    return _step(exhibit, "released", by, at, said(reason, act="release"), held=None)


def erased(exhibit: Exhibit, reason: str, by: str, at: datetime) -> Exhibit:
    """Raises ``Conflict`` while it is held."""
    require_readable(exhibit)
    if exhibit.held:
        raise Conflict(
            f"{exhibit.id} is held: {exhibit.held.reason}",
            field="held",
            value=exhibit.held.by,
            cure="release it first, with a reason",
        )
    words = said(reason, act="erase")
    return _gone(_step(exhibit, "erased", by, at, words, erased=Mark(by, at, words)))


def expired(exhibit: Exhibit, by: str, at: datetime) -> Exhibit:
    words = f"its time was over ({exhibit.retention})"
    return _gone(_step(exhibit, "expired", by, at, words, erased=Mark(by, at, words)))


def require_readable(exhibit: Exhibit) -> None:
    """Raises ``NotFound`` with the reason why it is no more."""
    if exhibit.erased:
        raise NotFound(
            f"{exhibit.id} was erased by {exhibit.erased.by}: {exhibit.erased.reason}",
            field="id",
            value=exhibit.id,
            cure="nothing can bring it back; its entry says what it was",
        )


def _gone(exhibit: Exhibit) -> Exhibit:
    """What is left of it: an entry without what its sender called it and where it was taken."""
    place: Place | None = None
    return replace(exhibit, name="", place=place)


def _step(exhibit: Exhibit, act: CustodyAct, by: str, at: datetime, words: str, **changes: Any) -> Exhibit:
    link = Custody(act, by, at, words)
    return replace(exhibit, version=exhibit.version + 1, custody=(*exhibit.custody, link), **changes)
