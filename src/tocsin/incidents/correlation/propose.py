"""Which alerts belong together, and why. Pure: the same alerts give the same proposals in whatever order.

A group is one alert, the first by onset, and every other one that the rule puts beside *it*: within the
window after its onset, within the radius of its place, naming the same entity, whatever of these the rule
asks for. So each member has one reason that a person can check, and no chain of neighbours reaches further
than the rule says. (Joining whatever touches, single linkage, has no such bound: alerts every nine minutes
would be one group for days under a rule of ten.)
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, isfinite, radians

from tocsin.incidents.correlation.candidates import Candidate, Draft, Held, Past
from tocsin.incidents.correlation.rules import MOST_ALERTS, Limits, NamedRule, Rules
from tocsin.incidents.correlation.words import title, why
from tocsin.kernel.events import SEVERITIES, Place
from tocsin.kernel.geo import Point, distance_m
from tocsin.kernel.proposals import Pairing

#: metres in a degree of latitude, rounded down, so that a row of the index is never too narrow
_DEGREE_M = 110_000.0
#: degrees of longitude; near a pole, where the reach spans more, the grid has rows only
_WIDEST = 20.0


@dataclass(frozen=True, slots=True)
class Looked:
    """An alert that a rule looks at, and what the rule asks of it."""

    alert: Candidate
    limits: Limits


def propose(
    rules: Rules, alerts: Iterable[Candidate], incidents: Iterable[Held] = (), past: Past | None = None
) -> tuple[Draft, ...]:
    """Proposals for ``alerts`` that belong to no incident; each alert is in one at most.

    An open incident comes first: what belongs to it is added rather than opened anew. A closed one takes in
    nothing.
    """
    past = past or Past()
    free = {a.id: a for a in alerts if a.open}
    drafts = list(_additions(rules, free, [i for i in incidents if i.open], past))
    for draft in drafts:
        for alert in draft.alerts:
            del free[alert]
    for rule in rules:
        for draft, taken in _groups(rule, _looked(rule, free.values()), past):
            drafts.append(draft)
            for alert in taken:
                del free[alert]
    return tuple(drafts)


def pairing(rule: NamedRule, a: Looked, b: Looked) -> Pairing | None:
    """Why ``a`` goes beside ``b`` by this rule; None where something it asks for does not hold.

    Where the two are asked different things (overrides), the narrower holds.
    """
    apart_s = abs((a.alert.onset - b.alert.onset).total_seconds())
    if apart_s > min(a.limits.window_s, b.limits.window_s):
        return None
    metres = _metres(a.alert.place, b.alert.place)
    if a.limits.radius_m is not None and b.limits.radius_m is not None:
        reach = min(a.limits.radius_m, b.limits.radius_m)
        if metres is None or metres > reach:
            return None
    shared = tuple(sorted(set(a.alert.entities) & set(b.alert.entities) - {""}))
    if rule.given.same_entity and not shared:
        return None
    words = why(rule, a.alert, b.alert, apart_s, metres, shared)
    return Pairing(a.alert.id, b.alert.id, apart_s, metres, shared, words)


def _metres(a: Place | None, b: Place | None) -> float | None:
    """None where one has no place, or one that is no number."""
    if a is None or b is None or not all(map(isfinite, (a.lon, a.lat, b.lon, b.lat))):
        return None
    return distance_m(Point(a.lon, a.lat), Point(b.lon, b.lat))


def _looked(rule: NamedRule, alerts: Iterable[Candidate]) -> list[Looked]:
    """Those that the rule looks at, in the one order that there is: by onset, then by number."""
    found = []
    for alert in alerts:
        limits = rule.limits(
            kind=alert.kind,
            tool=alert.tool,
            category=alert.category,
            severity=alert.severity,
            entities=alert.entities,
        )
        if limits is not None:
            found.append(Looked(alert, limits))
    return sorted(found, key=lambda one: (one.alert.onset, one.alert.id))


# --- new incidents -----------------------------------------------------------------------------------------


def _groups(rule: NamedRule, looked: Sequence[Looked], past: Past) -> Iterator[tuple[Draft, list[str]]]:
    """Groups of at least the threshold, first onset first, and the alerts that each takes.

    A group that is larger than an incident may be takes all of them: the rest waits until it is accepted.
    """
    near = _Near(rule, looked)
    taken: set[str] = set()
    for index, first in enumerate(looked):
        if first.alert.id in taken:
            continue
        group, reasons = [first.alert], []
        for other in near.after(index):
            if other.alert.id in taken or not past.apart.fits(other.alert.id, (a.id for a in group)):
                continue
            reason = pairing(rule, other, first)
            if reason is not None:
                group.append(other.alert)
                reasons.append(reason)
        if len(group) < rule.given.threshold:
            continue
        whole = [a.id for a in group]
        group, reasons = group[:MOST_ALERTS], reasons[: MOST_ALERTS - 1]
        ids = tuple(whole[:MOST_ALERTS])
        if past.refused(frozenset(ids)):
            continue
        taken.update(whole)
        severity = max((a.severity for a in group), key=SEVERITIES.index)
        draft = Draft(rule.rule, None, ids, tuple(reasons), title(group), severity)
        yield draft, whole


class _Near:
    """Finds those that could stand beside one another without looking at all: by entity, or by the cell of a
    grid that is nowhere narrower than the rule reaches."""

    def __init__(self, rule: NamedRule, looked: Sequence[Looked]) -> None:
        self._looked = looked
        self._onsets = [one.alert.onset for one in looked]
        self._cells: dict[object, list[int]] = defaultdict(list)
        self._by_entity = rule.given.same_entity
        reach = max((one.limits.radius_m or 0.0 for one in looked), default=0.0)
        self._row = max(reach, 1.0) / _DEGREE_M
        north = max((abs(p.lat) for one in looked if (p := _on_earth(one)) is not None), default=0.0)
        wide = self._row / max(cos(radians(north)), 1e-9)
        self._columns = int(360.0 / wide) if wide < _WIDEST else 1
        for index, one in enumerate(looked):
            for key in self._keys(one):
                self._cells[key].append(index)

    def after(self, index: int) -> Iterator[Looked]:
        """Later ones than ``looked[index]``, in order, among them all that are within the rule's limits."""
        one = self._looked[index]
        found: set[int] = set()
        for key in self._around(one):
            indices = self._cells.get(key, [])
            for other in indices[bisect_right(indices, index) :]:
                if (self._onsets[other] - one.alert.onset).total_seconds() > one.limits.window_s:
                    break
                found.add(other)
        return (self._looked[other] for other in sorted(found))

    def _keys(self, one: Looked) -> Iterable[object]:
        if self._by_entity:
            return one.alert.entities
        place = _on_earth(one)
        return () if place is None else (self._cell(place),)

    def _around(self, one: Looked) -> Iterable[object]:
        if self._by_entity:
            return one.alert.entities
        place = _on_earth(one)
        if place is None:
            return ()
        row, column = self._cell(place)
        columns = {(column + step) % self._columns for step in (-1, 0, 1)}
        return [(row + step, c) for step in (-1, 0, 1) for c in columns]

    def _cell(self, place: Place) -> tuple[int, int]:
        turn = (place.lon + 180.0) % 360.0 / 360.0  # the last column lies beside the first
        return int(place.lat // self._row), int(turn * self._columns) % self._columns


def _on_earth(one: Looked) -> Place | None:
    place = one.alert.place
    return place if place is not None and isfinite(place.lon) and -90.0 <= place.lat <= 90.0 else None


# --- more for an open incident -----------------------------------------------------------------------------


def _additions(
    rules: Rules, free: dict[str, Candidate], incidents: Sequence[Held], past: Past
) -> Iterator[Draft]:
    """For each incident, the alerts that a rule puts beside enough of those that it has."""
    wanted: dict[str, list[tuple[NamedRule, Candidate, list[Pairing]]]] = defaultdict(list)
    placed: set[str] = set()
    for rule in rules:
        held = [(i, _looked(rule, i.alerts), past.refused_in(i.id)) for i in incidents]
        held = [(i, members, refused) for i, members, refused in held if members]
        if not held:
            continue
        for one in _looked(rule, free.values()):
            if one.alert.id in placed:
                continue
            best = _best(rule, one, held, past)
            if best is not None:
                placed.add(one.alert.id)
                wanted[best[0]].append((rule, one.alert, best[1]))
    sizes = {i.id: max(i.size, len(i.alerts)) for i in incidents}
    for incident, more in sorted(wanted.items()):
        more.sort(key=lambda entry: (entry[1].onset, entry[1].id))
        # One proposal: two that were split apart do not come in together either.
        accepted: list[tuple[NamedRule, Candidate, list[Pairing]]] = []
        for entry in more[: max(0, MOST_ALERTS - sizes[incident])]:
            if past.apart.fits(entry[1].id, (e[1].id for e in accepted)):
                accepted.append(entry)
        if accepted:
            alerts = [entry[1] for entry in accepted]
            yield Draft(
                accepted[0][0].rule,
                incident,
                tuple(a.id for a in alerts),
                tuple(reason for entry in accepted for reason in entry[2]),
                title(alerts),
                max((a.severity for a in alerts), key=SEVERITIES.index),
            )


def _best(
    rule: NamedRule, one: Looked, held: Sequence[tuple[Held, list[Looked], frozenset[str]]], past: Past
) -> tuple[str, list[Pairing]] | None:
    """The incident nearest in time, then in place, and why; the reasons are as many as the threshold needs.

    The threshold counts the alert itself: with 3, it goes beside two that are in the incident.
    """
    found: list[tuple[float, float, str, list[Pairing]]] = []
    for incident, members, refused in held:
        if one.alert.id in refused or not past.apart.fits(one.alert.id, (a.id for a in incident.alerts)):
            continue
        reasons = [r for member in members if (r := pairing(rule, one, member)) is not None]
        if len(reasons) < rule.given.threshold - 1:
            continue
        reasons.sort(key=lambda r: (r.apart_s, r.distance_m or 0.0, r.beside))
        nearest = reasons[0]
        best = reasons[: rule.given.threshold - 1]
        found.append((nearest.apart_s, nearest.distance_m or 0.0, incident.id, best))
    if not found:
        return None
    *_, incident_id, reasons = min(found, key=lambda f: f[:3])
    return incident_id, reasons
