"""What people may do with a maintenance window, and what time does to it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from msgspec.structs import replace

from tocsin.identity import policy
from tocsin.identity.policy import Relation, Seat
from tocsin.kernel.clock import iso
from tocsin.kernel.decisions import Alert, AlertState, Mark, OutOfService
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.events import Place
from tocsin.kernel.geo import Point, distance_m
from tocsin.kernel.maintenance import MaintenanceChange, MaintenanceScope, MaintenanceWindow
from tocsin.kernel.text import clean

#: a window that is forgotten is a blind eye
LONGEST = timedelta(days=30)
#: how far ahead one may be planned
AHEAD = timedelta(days=366)
#: a start this little ago was meant as "now": forms are filled in by hand
_LATE = timedelta(minutes=1)
MOST_ENTITIES = 200
LARGEST_M = 20_000.0
_CHARS = 1000


def window_id(number: int) -> str:
    return f"MW-{number:04d}"


def plan(
    number: int,
    scope: MaintenanceScope,
    start: datetime | None,
    end: datetime,
    reason: str,
    by: str,
    at: datetime,
    room: str = "",
) -> MaintenanceWindow:
    """A new window; ``start`` None: at once. Raises ``Invalid`` naming the field."""
    begins = at if start is None else start
    if begins < at - _LATE:
        raise Invalid(
            "a window cannot begin in the past",
            field="start",
            value=iso(begins),
            cure="leave the start out to begin at once",
        )
    begins = max(begins, at)
    if begins > at + AHEAD:
        raise Invalid("more than a year ahead", field="start", value=iso(begins), cure="plan it later")
    _check_end(begins, end, at)
    why = _words(reason)
    return MaintenanceWindow(
        id=window_id(number),
        version=1,
        state="running" if begins <= at else "planned",
        scope=_checked(scope),
        start=begins,
        end=end,
        reason=why,
        by=by,
        planned_at=at,
        room=room,
        changes=(MaintenanceChange(by, at, f"planned from {_short(begins)} to {_short(end)}: {why}"),),
    )


def change(
    window: MaintenanceWindow,
    by: str,
    at: datetime,
    reason: str,
    *,
    end: datetime | None = None,
    start: datetime | None = None,
) -> MaintenanceWindow:
    """Extend, shorten or move it. Raises ``Conflict`` for one that is over or runs already, ``Invalid``."""
    _need_ahead(window, at)
    if start is not None and start != window.start:
        if window.state == "running":
            raise Conflict(
                f"{window.id} runs already: its start cannot change",
                field="start",
                value=iso(start),
                cure="change the end, or end it",
            )
        if start < at - _LATE:
            raise Invalid(
                "a window cannot begin in the past",
                field="start",
                value=iso(start),
                cure="give a time that lies ahead",
            )
    begins = window.start if start is None else start
    ends = window.end if end is None else end
    _check_end(begins, ends, at)
    words = f"now from {_short(begins)} to {_short(ends)}: {_words(reason)}"
    return _next(window, by, at, words, start=begins, end=ends)


def finish(window: MaintenanceWindow, by: str, at: datetime, reason: str | None) -> MaintenanceWindow:
    """End it now, or call it off before it began. Raises ``Conflict`` for one that is over."""
    _need_ahead(window, at)
    why = clean(reason, _CHARS) or None if reason is not None else None
    words = ("ended" if window.state == "running" else "called off") + (f": {why}" if why else "")
    return _next(window, by, at, words, state="over", ended=Mark(by, at, why))


def passes(window: MaintenanceWindow, now: datetime) -> MaintenanceWindow | None:
    """What time alone makes of it; None for nothing.

    It only goes forward: when the clock steps back a running one runs on and one that is over stays over;
    when it leaps ahead past the end, the alerts come back. Either way more is shown, never less.
    """
    if window.state != "over" and window.end <= now:
        return _next(window, "alerts", now, "over", state="over")
    if window.state == "planned" and window.start <= now:
        return _next(window, "alerts", now, "begun", state="running")
    return None


def covers(scope: MaintenanceScope, alert: Alert) -> bool:
    """Whether the alert is about what is worked on."""
    return (
        (scope.tool is None or scope.tool == alert.tool)
        and (scope.kind is None or fnmatchcase(alert.kind, scope.kind))
        and (not scope.entities or (alert.entities[:1] != () and alert.entities[0] in scope.entities))
        and (scope.area is None or _within(scope.area, alert.place))
    )


def may_rest(alert: Alert) -> bool:
    """Only what nobody has decided on or made part of an incident can be set aside by a window."""
    return alert.state in (AlertState.NEW, AlertState.ACKNOWLEDGED) and alert.incident is None


def mark_for(alert: Alert, running: Iterable[MaintenanceWindow], now: datetime) -> OutOfService | None:
    """Under which of the running windows it rests: of several, the one that ends last."""
    over = [
        window
        for window in running
        if window.state == "running" and covers(window.scope, alert) and _works(window.room, alert)
    ]
    if not over:
        return None
    last = max(over, key=lambda window: (window.end, window.id))
    since = alert.out_of_service.at if alert.out_of_service else now
    return OutOfService(last.id, last.by, since, last.end, last.reason)


def _works(room: str, alert: Alert) -> bool:
    return not room or policy.relation(Seat(room), alert.sharing) >= Relation.WORKS


def _next(
    window: MaintenanceWindow, by: str, at: datetime, words: str, **changed: object
) -> MaintenanceWindow:
    changes = (*window.changes, MaintenanceChange(by, at, words))
    return replace(window, version=window.version + 1, changes=changes, **changed)


def _need_ahead(window: MaintenanceWindow, at: datetime) -> None:
    if window.state == "over" or window.end <= at:
        ended = f" by {window.ended.by}" if window.ended else ""
        raise Conflict(f"{window.id} is over{ended}", field="state", value="over", cure="plan a new window")


def _check_end(start: datetime, end: datetime, at: datetime) -> None:
    if end <= at or end <= start:
        raise Invalid(
            "a window must end after it begins, and in the future",
            field="end",
            value=iso(end),
            cure=f"give a time after {iso(max(start, at))}",
        )
    if end - start > LONGEST:
        raise Invalid(
            f"a window lasts {LONGEST.days} days at most",
            field="end",
            value=iso(end),
            cure=f"end it by {iso(start + LONGEST)} and extend it when it is still needed",
        )


def _checked(scope: MaintenanceScope) -> MaintenanceScope:
    tool = clean(scope.tool, 128) or None if scope.tool is not None else None
    kind = clean(scope.kind, 128) or None if scope.kind is not None else None
    entities = tuple(dict.fromkeys(entity.strip() for entity in scope.entities if entity.strip()))
    if len(entities) > MOST_ENTITIES:
        raise Invalid(
            "too many entities", field="scope.entities", value=len(entities), cure=f"{MOST_ENTITIES} at most"
        )
    if kind == "*":
        kind = None
    if tool is None and kind is None and not entities and scope.area is None:
        raise Invalid(
            "a window over everything would make the city blind",
            field="scope",
            value="*",
            cure="name a tool, a kind, entities or an area",
        )
    area = scope.area
    if area is not None and not (
        -180 <= area.lon <= 180 and -90 <= area.lat <= 90 and 0 < area.radius_m <= LARGEST_M
    ):
        raise Invalid(
            "not a place with a radius",
            field="scope.area",
            value=area.radius_m,
            cure=f"give longitude, latitude and a radius up to {LARGEST_M:.0f} m",
        )
    if area is not None and area.name:
        area = replace(area, name=clean(area.name, 300))
    return MaintenanceScope(tool, kind, entities, area)


def _words(reason: str) -> str:
    said = clean(reason, _CHARS)
    if not said:
        raise Invalid("a reason is needed", field="reason", value=reason, cure="say what is worked on")
    return said


def _within(area: Place, place: Place | None) -> bool:
    if place is None:
        return False
    return distance_m(Point(area.lon, area.lat), Point(place.lon, place.lat)) <= area.radius_m


def _short(moment: datetime) -> str:
    return iso(moment.replace(microsecond=0))
