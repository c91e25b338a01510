"""An organisation ends: what is open there goes to another room, in the transaction that ends it.

``close_room`` is one function of a connection, for the API and for the command line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from tocsin.alerts import service as alerts
from tocsin.db import Connection
from tocsin.db.times import micros
from tocsin.identity import organisations
from tocsin.identity.policy import Subject
from tocsin.identity.recording import record
from tocsin.identity.sharing import succeed
from tocsin.incidents import machine
from tocsin.incidents import service as incidents
from tocsin.kernel.clock import WallClock
from tocsin.kernel.decisions import Alert, AlertAct, Incident, IncidentAct
from tocsin.kernel.errors import Conflict, Invalid

_PAGE = 500
#: ids named in a refusal; the rest is counted
_NAMED = 8
_WALL = WallClock()


@dataclass(frozen=True, slots=True)
class Remains:
    """Ids of what is open and owned by an organisation, oldest last."""

    incidents: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.incidents or self.alerts)

    def in_words(self) -> str:
        """``2 incidents and 14 alerts``"""
        counted = ((self.incidents, "incident"), (self.alerts, "alert"))
        parts = [f"{len(ids)} {name}{'s' if len(ids) > 1 else ''}" for ids, name in counted if ids]
        return " and ".join(parts) or "nothing"


def remains(conn: Connection, organisation: str) -> Remains:
    """What is open there, so that somebody must go on with it."""
    return Remains(
        tuple(i.id for i in _open_incidents(conn) if i.sharing.room == organisation),
        tuple(a.id for a in _open_alerts(conn) if a.sharing.room == organisation),
    )


def close_room(
    conn: Connection, by: Subject | str, organisation: str, successor: str | None, at: datetime
) -> Remains:
    """Remove ``organisation``; ``successor`` owns from now on what was open there. Answers what it took over.

    Nothing open names the organisation any more, also what other rooms shared with it. ``at``: the realm's
    time, for the events of alerts and incidents. Raises ``NotFound``, ``Invalid`` (a successor that cannot
    be one) and ``Conflict`` (something is open and nobody is named; the last administrator).
    """
    name = by.name if isinstance(by, Subject) else by
    organisations.require_standing(conn, organisation)
    left = remains(conn, organisation)
    if successor is not None:
        _can_succeed(conn, organisation, successor)
    elif left.any:
        shown = [*left.incidents, *left.alerts]
        more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
        raise Conflict(
            f"open in {organisation}: {left.in_words()} ({', '.join(shown[:_NAMED])}{more})",
            field="successor",
            cure="name the room that takes over, or close them first",
        )
    heir = successor or ""
    why = f"{organisation} was removed"
    for alert in list(_open_alerts(conn)):
        if succeed(alert.sharing, organisation, heir) != alert.sharing:
            act: AlertAct = "taken" if alert.sharing.room == organisation else "shared"
            alerts.reshare(conn, alert.id, None, act, lambda b: succeed(b, organisation, heir), name, at, why)
    for incident in list(_open_incidents(conn)):
        if _succeed_incident(conn, incident, organisation, heir, name, at) and incident.id in left.incidents:
            record(
                conn,
                by,
                "incident.take_over",
                kind="incident",
                object_id=incident.id,
                reason=why,
                detail={"to": heir},
            )
    detail = {"successor": heir, "incidents": len(left.incidents), "alerts": len(left.alerts)}
    organisations.remove(conn, organisation, name, micros(_WALL.now()), detail if left.any else {})
    return left


def _can_succeed(conn: Connection, organisation: str, successor: str) -> None:
    organisations.require_standing(conn, successor)
    fault = ""
    if successor == organisation:
        fault = "an organisation cannot take over from itself"
    elif organisations.is_partner(conn, successor):
        fault = "a partner is not a control room and owns nothing"
    if fault:
        raise Invalid(fault, field="successor", value=successor, cure="name a control room that stays")


def _succeed_incident(
    conn: Connection, incident: Incident, gone: str, heir: str, by: str, at: datetime
) -> bool:
    """With the tasks that are shared apart from it. Whether anything changed."""
    sharing = succeed(incident.sharing, gone, heir)
    tasks = tuple(
        replace(task, sharing=succeed(task.sharing, gone, heir)) if task.sharing else task
        for task in incident.tasks
    )
    if sharing == incident.sharing and tasks == incident.tasks:
        return False
    owned = incident.sharing.room == gone
    words = f"{gone} was removed; {f'{heir} owns it' if owned else 'it is shared with it no longer'}"
    act: IncidentAct = "taken" if owned else "shared"
    incidents.revise(
        conn,
        incident.id,
        None,
        lambda before: replace(
            machine.step(before, act, by, at, words, sharing=sharing, tasks=tasks), was=before.sharing
        ),
    )
    return True


def _open_incidents(conn: Connection) -> Iterator[Incident]:
    after: str | None = None
    while True:
        found, after = incidents.find(conn, seat=None, state="open", limit=_PAGE, after=after)
        yield from found
        if after is None:
            return


def _open_alerts(conn: Connection) -> Iterator[Alert]:
    after: str | None = None
    while True:
        found, after = alerts.find(conn, seat=None, state="open", limit=_PAGE, after=after)
        yield from found
        if after is None:
            return
