"""Whom an incident and its tasks are open to: service functions over the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from tocsin.db import Connection
from tocsin.identity.sharing import in_words
from tocsin.incidents import machine
from tocsin.incidents.service import revise
from tocsin.kernel.decisions import Incident, IncidentAct, IncidentEvent
from tocsin.kernel.sharing import Sharing
from tocsin.kernel.text import clean


def reshare(
    conn: Connection,
    incident: str,
    version: int | None,
    act: IncidentAct,
    change: Callable[[Sharing], Sharing],
    reason: str,
    by: str,
    at: datetime,
) -> Incident:
    """``change`` its sharing (``identity.sharing``). Raises what that raises, ``NotFound``, ``Conflict``."""

    def move(before: Incident) -> IncidentEvent:
        after = change(before.sharing)
        said = clean(reason, machine.WORDS_CHARS)
        to = f"to {after.offer.to}" if act == "offered" and after.offer else in_words(after)
        return machine.set_sharing(before, act, after, f"{to}: {said}" if said else to, by, at)

    return revise(conn, incident, version, move)


def share_task(
    conn: Connection,
    incident: str,
    version: int | None,
    task: str,
    sharing: Sharing | None,
    reason: str,
    by: str,
    at: datetime,
) -> Incident:
    """``sharing`` None: as its incident. Raises ``NotFound``, ``Conflict``."""

    def move(before: Incident) -> IncidentEvent:
        tasks = tuple(replace(t, sharing=sharing) if t.id == task else t for t in before.tasks)
        title = next(t.title for t in tasks if t.id == task)
        how = in_words(sharing) if sharing is not None else "as the incident"
        said = clean(reason, machine.WORDS_CHARS)
        return machine.step(
            before,
            "task shared",
            by,
            at,
            f"{title}: {how}" + (f": {said}" if said else ""),
            [task],
            tasks=tasks,
        )

    return revise(conn, incident, version, move)
