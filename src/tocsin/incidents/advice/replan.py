"""When a plan stands no longer: the whole rule, in one place.

The newest answer of an open incident is looked at every ``CHECK_S`` while it is proposed or accepted. It is
asked anew, and the answer proposed beside the one in force, when since then

- a number that it read has changed by ``MOVED_SHARE`` of what it was, and by ``MOVED_LEAST`` at least;
- a word or a yes or no that it read is another one (an exit was closed);
- an alert near the space has begun that is ``LEAST_SEVERITY`` or graver;
- one that it knew has ended;
- the space has a newer version;
- the wind that carries what was released has turned by ``TURNED_DEG``;
- the time that it was valid for is over.

Not while an answer is waited for, and not sooner than ``LEAST_APART_S`` after it was last asked. For numbers,
for time and for what has ended alone, that doubles with each proposal that nobody has decided on, and ends
after ``MOST_UNDECIDED``: counters move all day long, and a pile of plans is no plan. An exit that closed,
an alert that begins, spaces and wind are never kept waiting so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

import msgspec

from tocsin.db import Connection
from tocsin.incidents.advice import repository
from tocsin.incidents.advice.service import in_force
from tocsin.kernel.advice import Consultation, Footing, Surroundings
from tocsin.kernel.events import SEVERITIES, Severity, Value

CHECK_S = 5.0
LEAST_APART_S = 60.0
MOST_UNDECIDED = 6
MOVED_SHARE, MOVED_LEAST = 0.2, 10.0
TURNED_DEG = 25.0
LEAST_SEVERITY: Severity = "medium"
#: reasons that are told; more are counted
_MOST_TOLD = 5


class Standing(msgspec.Struct, frozen=True):
    """``base``: the newest answer; ``beside``: the one in force. ``settled``: numbers that moved, time that
    is over and alerts that ended are reason enough.
    """

    base: Consultation
    beside: Consultation
    footing: tuple[Footing, ...]
    settled: bool

    def over(self, now: datetime) -> list[str]:
        """In words, where its time is."""
        gist = self.base.gist
        if not self.settled or gist is None or now < gist.valid_until:
            return []
        return [f"{self.base.id} was valid until {gist.valid_until:%H:%M} UTC"]


def standing(conn: Connection, now: datetime) -> list[Standing]:
    """Plans of open incidents that may be asked anew now."""
    threads: dict[tuple[str, str, str | None], list[Consultation]] = {}
    for c in repository.of_open(conn):
        threads.setdefault((c.incident, c.tool, c.space), []).append(c)
    found = []
    for (_, tool, space), asked in threads.items():
        given = [c for c in asked if c.state == "given"]
        beside = in_force(asked, tool, space)
        since_s = (now - asked[-1].asked_at).total_seconds()
        soon = since_s < LEAST_APART_S
        if not given or beside is None or soon or any(c.state == "asked" for c in asked):
            continue
        base = given[-1]
        waiting = _undecided(asked)
        settled = waiting < MOST_UNDECIDED and since_s >= LEAST_APART_S * 2**waiting
        found.append(Standing(base, beside, repository.footing(conn, base.id), settled))
    return found


def _undecided(asked: Sequence[Consultation]) -> int:
    """Proposals of ours, the newest in a row, that nobody has accepted or declined."""
    row = takewhile(lambda c: c.why == "change" and c.decided is None, reversed(asked))
    return sum(1 for _ in row)


def changed(footing: Sequence[Footing], around: Surroundings, *, settled: bool = True) -> list[str]:
    """What it stood on and is otherwise now, in words; empty where it still stands. See ``Standing``."""
    entities = {o.entity: o for o in around.entities}
    alerts = {a.id: a for a in around.alerts}
    words = []
    for f in footing:
        if f.kind == "space":
            version = around.versions.get(f.id)
            if version is not None and version != f.value:
                words.append(f"space {f.id} has version {version}, it was {f.value}")
        elif f.kind == "alert":
            alert = alerts.get(f.id)
            if settled and f.value and (alert is None or not alert.active):
                words.append(f"{f.id} has ended")
        elif (entity := entities.get(f.id)) is not None and moved(
            f.value, now := entity.get(f.name), settled=settled
        ):
            words.append(f"{f.name} of {f.id.rpartition(':')[2]} is {now}, it was {f.value}")
    known = {f.id for f in footing if f.kind == "alert"}
    grave = SEVERITIES.index(LEAST_SEVERITY)
    news = [a for a in alerts.values() if a.active and SEVERITIES.index(a.severity) >= grave]
    words += [f"{a.id} has begun" for a in news if a.id not in known]
    more = len(words) - _MOST_TOLD
    return [*words[:_MOST_TOLD], f"and {more} more"] if more > 0 else words


def turned(was: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[str]:
    """In words, where a plume of a request drifts another way than it would be taken to now."""
    before = {t["name"]: float(t["wind_from_deg"]) for t in was if t.get("kind") == "plume"}
    words = []
    for threat in now:
        old = before.get(threat["name"]) if threat["kind"] == "plume" else None
        if old is None:
            continue
        new = float(threat["wind_from_deg"])
        if abs((new - old + 180.0) % 360.0 - 180.0) >= TURNED_DEG:
            words.append(f"the wind comes from {new:.0f}°, it was {old:.0f}°")
    return words[:1]


def moved(was: Value, now: Value, *, settled: bool = True) -> bool:
    """By enough to ask anew. What is no longer known has not moved; nor have numbers before they settled."""
    if now is None or was is None or was == now:
        return False
    if isinstance(was, bool) or isinstance(now, bool):
        return was is not now
    if isinstance(was, int | float) and isinstance(now, int | float):
        by = abs(now - was)
        return settled and by >= MOVED_LEAST and by >= MOVED_SHARE * abs(was)
    return True
