"""Egress: people leave a place all at once, seen at the counters of its exits. See guide.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import SEVERITIES, Evidence, Finding, Observation, Phase
from tocsin.sdk.tool import State

from .city import City, number
from .egress import begun, look
from .exits import Exit, Point
from .findings import egress
from .params import Params

LAYOUT = 1
FORGET_AFTER = timedelta(days=30)
#: An episode that does not move is told again after so many times ``news_s``.
QUIET_NEWS = 5


@dataclass(slots=True)
class Episode:
    """Under way, by the entity of its lead exit. ``usual_per_min`` is frozen: what was usual before it."""

    told: Finding
    told_at: datetime
    members: list[str]
    usual_per_min: float
    calm_since: datetime | None = None


class Detector:
    def __init__(self, params: Params) -> None:
        self._p = params
        self._city = City(params.site_m)
        self._open: dict[str, Episode] = {}
        self._led: dict[str, str] = {}  # member -> lead

    def observe(self, observations: Sequence[Observation]) -> Sequence[Finding]:
        out: list[Finding] = []
        for o in observations:
            if o.kind == "delete":
                self._delete(o, out)
            else:
                self._count(o, out)
        return out

    def tick(self, event_time: datetime) -> Sequence[Finding]:
        out: list[Finding] = []
        now_s = event_time.timestamp()
        for lead, episode in list(self._open.items()):
            last = max((e.now_s for e in self._members(episode)), default=float("-inf"))
            if now_s - last > self._p.silent_after_s:
                self._end(lead, event_time, "No exit counts any more; it may go on unseen.", out)
        oldest = (event_time - FORGET_AFTER).timestamp()
        for it in [e for e in self._city.exits.values() if e.points and e.now_s < oldest]:
            self._city.forget(it.entity)
        return out

    def _delete(self, o: Observation, out: list[Finding]) -> None:
        if o.entity in self._open:
            self._end(o.entity, o.observed_at, "The exit it was told by is counted no more.", out)
        lead = self._led.pop(o.entity, None)
        if lead is not None:
            self._open[lead].members.remove(o.entity)
        self._city.forget(o.entity)

    def _count(self, o: Observation, out: list[Finding]) -> None:
        if o.entity not in self._city.exits and o.get("exitNumber") is None and o.get("outflow") is None:
            return  # a counter in a street, not a way out
        it, p = self._city.exit(o), self._p
        flow = number(o.get("outflow"), 0.0, 1e6)
        at_s = o.observed_at.timestamp()
        if flow is None or at_s <= it.now_s:
            return
        if it.width_m is not None and flow > 60.0 * p.impossible_per_m_s * it.width_m:
            return  # more than such an opening lets through: the counter, not the people
        unit = next((a.unit for a in o.attributes if a.name == "outflow"), None)
        it.points.append(Point(at_s, flow, o.id, o.get("outflow"), unit))
        it.readings += 1
        it.first_s = at_s if it.first_s is None else it.first_s
        lead = self._led.get(it.entity)
        if lead is not None:
            self._follow(lead, o.observed_at, out)
            return
        if flow <= p.floor_per_min or not self._begin(it, o.observed_at, out):
            self._city.learn(it, p.counter_window_s, p.floor_per_min, p.level_s)

    def _begin(self, it: Exit, at: datetime, out: list[Finding]) -> bool:
        """Tell that it has begun, where this reading shows it."""
        if len(it.points) < 2 or it.points[-1].per_min <= it.points[-2].per_min:
            return False  # nothing rises here
        site = self._city.site(it)
        if any(e.entity in self._led for e in site):
            return False  # an exit that came later to a site that is being told of
        seen = begun(site, self._city.total(site), at.timestamp(), self._p)
        if seen is None:
            return False
        lead = max(seen.rising, key=lambda s: (s.per_min - s.usual_per_min, s.exit.entity)).exit.entity
        onset = at - timedelta(seconds=seen.seconds)
        finding = egress(site, seen, lead, onset, at, Phase.STARTED, self._p)
        members = [s.exit.entity for s in seen.shares]
        self._open[lead] = Episode(finding, at, members, seen.usual_per_min)
        self._led.update(dict.fromkeys(members, lead))
        out.append(finding)
        return True

    def _follow(self, lead: str, at: datetime, out: list[Finding]) -> None:
        """News of what is under way, or its end."""
        episode, p = self._open[lead], self._p
        told = episode.told
        members = self._members(episode)
        per_min = sum(e.per_min for e in members if e.fresh(at.timestamp()))
        lasts_s = (at - told.onset).total_seconds()
        if lasts_s >= p.longest_s:
            self._end(lead, at, f"It has lasted for {lasts_s / 3600:.0f} h: taken as usual from now on.", out)
            return
        usual = episode.usual_per_min
        if per_min < max(p.over_ratio * usual, usual + p.least_per_min / 2):
            episode.calm_since = episode.calm_since or at
            # the counter's own minute must have passed before a low figure means anything
            if (at - episode.calm_since).total_seconds() >= p.over_s and lasts_s >= p.counter_window_s:
                words = f"{per_min:.0f} people a minute leave, usual are {usual:.0f}: it is over."
                self._end(lead, at, words, out)
            return
        episode.calm_since = None
        due = (at - episode.told_at).total_seconds()
        if due < min(10.0, p.news_s):
            return
        site = self._city.site(members[0])
        seen = look(members, self._city.total(site), at.timestamp(), p)
        if seen is None:
            return
        # what the counters show, beside what was usual before it began
        seen = seen._replace(per_min=per_min, usual_per_min=usual)
        finding = egress(site, seen, lead, told.onset, at, Phase.ONGOING, p)
        finding = msgspec.structs.replace(finding, score=max(finding.score, told.score))
        graver = SEVERITIES.index(finding.severity) > SEVERITIES.index(told.severity)
        moved = abs((finding.seen or 0.0) - (told.seen or 0.0)) >= 0.25 * (told.seen or 0.0)
        if graver or due >= QUIET_NEWS * p.news_s or (moved and due >= p.news_s):
            episode.told, episode.told_at = finding, at
            out.append(finding)

    def _members(self, episode: Episode) -> list[Exit]:
        return [self._city.exits[m] for m in episode.members if m in self._city.exits]

    def _end(self, lead: str, at: datetime, why: str, out: list[Finding]) -> None:
        episode = self._open.pop(lead)
        members = self._members(episode)
        for member in episode.members:
            self._led.pop(member, None)
        evidence: tuple[Evidence, ...] = tuple(e for m in members[:12] for e in m.evidence(1))
        out.append(
            msgspec.structs.replace(
                episode.told,
                phase=Phase.ENDED,
                observed_at=at,
                words=why,
                seen=round(sum(e.per_min for e in members), 1),
                evidence=evidence or episode.told.evidence,
            )
        )

    def snapshot(self) -> State:
        return {
            "layout": LAYOUT,
            "exits": self._city.state(),
            "open": msgspec.to_builtins(self._open, builtin_types=(datetime,)),
        }

    def restore(self, state: State) -> None:
        if state.get("layout") != LAYOUT:
            raise Invalid(
                "state of another version", field="layout", value=state.get("layout"), cure="start afresh"
            )
        self._city.restore(state["exits"])
        self._open = msgspec.convert(state["open"], dict[str, Episode])
        self._led = {m: lead for lead, e in self._open.items() for m in e.members}
