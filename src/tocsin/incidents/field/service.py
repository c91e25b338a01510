"""What responders do in the field, stored: answers once each, consents, positions.

Every function takes the connection of its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from tocsin.bus.codec import encode
from tocsin.db import Connection
from tocsin.identity.policy import Subject
from tocsin.incidents import repository as incidents
from tocsin.incidents.field import repository
from tocsin.incidents.field.answers import Answer, answered
from tocsin.incidents.field.mine import require_mine
from tocsin.incidents.field.repository import Consent, Position
from tocsin.kernel.decisions import Incident, Task, TaskState, sharing_of
from tocsin.kernel.errors import Conflict, Forbidden, TooMany

#: longest that one consent lasts; longer work asks again
CONSENT_LASTS = timedelta(hours=4)
#: between two positions. A phone's timer is not exact: a second early is no second position
EVERY = timedelta(seconds=15)
_EARLY = timedelta(seconds=1)
#: an answer that comes again later than this was on a phone that was lost
KEYS_LAST = timedelta(days=30)


def answer(
    conn: Connection, subject: Subject, incident: str, task: str, key: str, given: Answer, at: datetime
) -> tuple[Incident, bool]:
    """The incident as it then is, and whether this changed it. The same key again changes nothing.

    Raises ``NotFound``, ``Forbidden``, ``Invalid`` and ``Conflict``.
    """
    found = incidents.one(conn, incident)
    mine = require_mine(subject, found, task)
    digest = digest_of(incident, task, encode(given))
    if repeated(conn, subject, key, digest) is not None:
        return found, False
    event = answered(found, mine, given, subject.name, at)
    if event is not None:
        incidents.save(conn, event)
        found = event.incident
    repository.remember(conn, subject.name, key, digest, "", at)
    return found, event is not None


def repeated(conn: Connection, subject: Subject, key: str, digest: str) -> str | None:
    """What came of the same answer before; None where it is new. Raises ``Conflict`` for another one."""
    before = repository.known(conn, subject.name, key)
    if before is None:
        return None
    if before.digest != digest:
        raise Conflict(
            "this key was used for another answer", field="key", value=key, cure="a new key for each answer"
        )
    return before.made


def digest_of(incident: str, task: str, said: bytes) -> str:
    """Names what was answered to what, so that a key is not taken for another's."""
    return sha256(b"\0".join((incident.encode(), task.encode(), said))).hexdigest()


# --- where a responder is --------------------------------------------------------------------------------


def consent(conn: Connection, subject: Subject, incident: str, task: str, at: datetime) -> Consent:
    """From now on, until the task ends, until it is taken back, or for ``CONSENT_LASTS``.

    Raises ``NotFound``, ``Forbidden``, and ``Conflict`` for a task that this person is not on.
    """
    found = incidents.one(conn, incident)
    mine = require_mine(subject, found, task)
    _require_on_it(subject, found, mine)
    room = room_of(subject, found, mine)
    number = incidents.number_of(incident)
    given = Consent(number, task, subject.name, room, at, at + CONSENT_LASTS)
    repository.put(conn, given)
    return given


def room_of(subject: Subject, incident: Incident, task: Task) -> str:
    """The room whose task it is; of one that nobody has taken yet, the responder's own."""
    return sharing_of(incident, task).room or subject.seat.organisation


def stop(conn: Connection, subject: Subject, incident: str, task: str) -> bool:
    """Taken back: consent and position are gone. False where there was none. Never refused."""
    return repository.drop(conn, incidents.number_of(incident), task, subject.name)


def position(conn: Connection, subject: Subject, incident: str, task: str, at: Position) -> None:
    """Kept in the place of the one before. Raises ``Forbidden``, ``Conflict``, ``NotFound``, ``TooMany``."""
    found = incidents.one(conn, incident)
    mine = require_mine(subject, found, task)
    _require_on_it(subject, found, mine)
    given = repository.one(conn, incidents.number_of(incident), task, subject.name, at.at)
    if given is None:
        raise Forbidden(
            "nobody consented to this; nothing was kept", field="consent", cure="ask the responder first"
        )
    if given.position is not None and (wait := given.position.at + EVERY - at.at) > _EARLY:
        raise TooMany("a position came a moment ago", retry_after_s=wait.total_seconds())
    repository.place(conn, given, at)


def consents(
    conn: Connection, incident: Incident, may: Callable[[str], bool], now: datetime
) -> list[Consent]:
    """Of those on its tasks, to whom ``may(room)``."""
    found = repository.of(conn, incidents.number_of(incident.id), now)
    return [one for one in found if may(one.room)]


def _require_on_it(subject: Subject, incident: Incident, task: Task) -> None:
    on = task.state is TaskState.IN_PROGRESS and task.started is not None and task.started.by == subject.name
    if not on or incident.state != "open":
        raise Conflict(
            f"you are not on {task.title}; nothing was kept",
            field="task",
            value=task.state,
            cure="say that you are on your way first",
        )
