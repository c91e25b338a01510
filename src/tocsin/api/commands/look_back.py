"""The picture of an earlier moment: readings from the lake, decisions from their events, eyes of the room.

**What this room was allowed to see then.** Every event of an alert and an incident holds its sharing of that
moment, and the policy is asked about that one, with the caller's seat: what was shared with the room only
later is not in the picture; what was taken from it later is, because it was on its screens then. Each such
reading enters the record, and names what is closed to the room by now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar, cast

import tocsin
from tocsin.alerts import past as past_alerts
from tocsin.api.commands.consult import consult
from tocsin.api.schemas_past import PastPicture
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity.policy import Permission, Relation, Seat, Subject, relation
from tocsin.incidents import past as past_incidents
from tocsin.incidents.seen import seen_by
from tocsin.kernel.clock import EPOCH, iso
from tocsin.kernel.decisions import Alert, Incident
from tocsin.kernel.errors import Invalid
from tocsin.kernel.sharing import Sharing
from tocsin.kernel.state import EntityState
from tocsin.lake.past import unpacked

T = TypeVar("T", Alert, Incident)
#: what is taken in or decided at a moment is stored within this time, or a writer stands still
SETTLED = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Decided:
    """Alerts and incidents of a moment, and which of them are closed to the room today."""

    alerts: Sequence[Alert]
    incidents: Sequence[Incident]
    closed_since: Sequence[str]


def decided(conn: Connection, seat: Seat, at: datetime) -> Decided:
    """What was open at ``at`` and open to this seat then."""
    alerts = _seen(past_alerts.standing(conn, at), seat)
    incidents = [seen_by(seat, i) for i in _seen(past_incidents.standing(conn, at), seat)]
    now: Mapping[str, Sharing] = {
        **past_alerts.sharing_now(conn, [a.id for a in alerts]),
        **past_incidents.sharing_now(conn, [i.id for i in incidents]),
    }
    closed = sorted(name for name, sharing in now.items() if relation(seat, sharing) < Relation.SEES)
    return Decided(alerts, incidents, closed)


def _seen(things: Sequence[T], seat: Seat) -> list[T]:
    return [thing for thing in things if relation(seat, thing.sharing) >= Relation.SEES]


async def look_back(
    ask: Services, caller: Subject, at: datetime, *, staleness_s: float, reason: str = ""
) -> PastPicture:
    """The picture as of ``at``, recorded. Raises ``Invalid`` for a moment to come, ``Unavailable``."""
    require_past(ask, at)
    found = await ask.ops.read(lambda conn: decided(conn, caller.seat, at))
    then = await ask.lake.city(at=at, staleness_s=staleness_s)
    settled = then.last is not None and at < min(then.last, ask.clock.now()) - SETTLED
    picture = PastPicture(
        # JSON already, made where the readings lie: it goes on as it is
        entities=cast("list[EntityState]", unpacked(then)),
        alerts=list(found.alerts),
        incidents=list(found.incidents),
        now=at,
        staleness_s=staleness_s,
        first=then.first,
        why=_why(at, then.first, then.count, staleness_s),
        final=settled,
        closed_since=list(found.closed_since),
    )
    await _record(ask, caller, at, reason, found)
    return picture


async def looked_again(ask: Services, caller: Subject, at: datetime, reason: str = "") -> None:
    """The caller has the picture already and is told that it stands: that is looking, too."""
    require_past(ask, at)
    await _record(ask, caller, at, reason, None)


def require_past(ask: Services, at: datetime) -> None:
    """Raises ``Invalid`` for a moment that has not come, or lies before all records (1970)."""
    now = ask.clock.now()
    if at < EPOCH:
        raise Invalid("nothing was recorded then", field="at", value=str(at), cure="ask for a later one")
    if at > now:
        raise Invalid(
            "that moment has not come yet", field="at", value=str(at), cure=f"ask for one up to {iso(now)}"
        )


def etag(caller: Subject, at: datetime, staleness_s: float, today: datetime) -> str:
    """Names a final picture. Bound to the room, since rooms saw different things; to the program, since it
    may learn to show more; and to the day, since retention deletes readings night by night.
    """
    parts = (tocsin.__version__, caller.seat, iso(at), staleness_s, today.date())
    return f'"past-{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"'


def _why(at: datetime, first: datetime | None, count: int, staleness_s: float) -> str:
    if count:
        return ""
    if first is None:
        return "No reading is stored yet."
    if at < first:
        return f"The first reading that is still stored was taken in at {iso(first)}, after this moment."
    return f"No sensor had reported in the {staleness_s / 60:.0f} minutes before."


async def _record(ask: Services, caller: Subject, at: datetime, reason: str, found: Decided | None) -> None:
    detail: dict[str, object] = {"at": iso(at)}
    if found is None:
        detail["again"] = "unchanged since the last look"
    else:
        detail |= {"alerts": len(found.alerts), "incidents": len(found.incidents)}
        if found.closed_since:
            detail["closed_since"] = ", ".join(found.closed_since)
    await consult(
        ask,
        caller,
        Permission.SEE,
        lambda _conn: None,
        action="picture.read",
        kind="picture",
        object_id=iso(at),
        purpose="look back",
        reason=reason,
        detail=detail,
    )
