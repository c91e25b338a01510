"""Other authorities' warnings whose area touches the city: told, updated, over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Evidence, Finding, Observation, Phase, Place
from tocsin.sdk.episodes import episode_id
from tocsin.sdk.tool import State

from .params import Params
from .reach import City
from .warning import GRADES, SEVERITY, areas, ends_others, grade, is_meant, is_over, references, until, words

KIND = "cap_alert.warning"
ATTRIBUTE = "identifier"
LAYOUT = 1
#: warnings in force that are followed, and ended ones that are remembered; the oldest go
MOST = 2_000


@dataclass(slots=True)
class Held:
    until: datetime
    finding: Finding


class Detector:
    """An update ends the earlier message and begins anew; ``_ended`` knows those that came in before it."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._city = City(params.city_lat_deg, params.city_lon_deg, params.city_radius_km)
        self._in_force: dict[str, Held] = {}
        self._ended: dict[str, datetime] = {}

    def observe(self, observations: Sequence[Observation]) -> Sequence[Finding]:
        out: list[Finding] = []
        for o in observations:
            if o.kind == "delete":
                self._end(o.entity, o.observed_at, "It was taken back.", out)
                continue
            if ends_others(o):
                how = "updated" if words(o, "msgType") == "Update" else "cancelled"
                for earlier in references(o):
                    self._end(earlier, o.observed_at, f"Its sender has {how} it.", out)
            if is_meant(o):
                self._take(o, out)
        return out

    def tick(self, event_time: datetime) -> Sequence[Finding]:
        out: list[Finding] = []
        over = [entity for entity, held in self._in_force.items() if held.until <= event_time]
        for entity in sorted(over):
            self._end(entity, event_time, "It has expired.", out)
        return out

    def _take(self, o: Observation, out: list[Finding]) -> None:
        ends = until(o, self._params.unending_h)
        if o.entity in self._in_force or o.entity in self._ended or ends <= o.observed_at or is_over(o):
            return
        said = grade(o)
        least = GRADES.index(self._params.least_severity)
        if GRADES.index(said) < least or not any(self._city.touched_by(line) for line in areas(o)):
            return
        if len(self._in_force) >= MOST:
            oldest = min(self._in_force, key=lambda entity: (self._in_force[entity].until, entity))
            self._end(oldest, o.observed_at, "No longer followed: too many at once.", out)
        finding = self._told(o, said, ends)
        self._in_force[o.entity] = Held(ends, finding)
        out.append(finding)

    def _told(self, o: Observation, said: str, ends: datetime) -> Finding:
        sender = words(o, "senderName", 80) or words(o, "alertSource", 80) or "Another authority"
        event = words(o, "subCategory", 80) or "Warning"
        where = words(o, "areaServed", 200)
        parts = (words(o, "description", 600), words(o, "instruction", 400))
        return Finding(
            id=episode_id(KIND, o.entity, o.observed_at, ATTRIBUTE),
            version=1,
            tool="cap_alert",
            tool_version="",
            kind=KIND,
            phase=Phase.STARTED,
            entities=(o.entity,),
            onset=o.observed_at,
            observed_at=o.observed_at,
            headline=f"{sender}: {words(o, 'headline', 120) or event}",
            words=" ".join(
                part
                for part in (
                    f"{sender} warns of {event}{f' ({where})' if where else ''}, "
                    f"{said.lower()}, until {ends:%Y-%m-%d %H:%M} UTC.",
                    *parts,
                )
                if part
            ),
            score=GRADES.index(said) / (len(GRADES) - 1),
            score_means="severity as its sender gives it, 1 is extreme",
            severity=SEVERITY[said],
            # somebody's words, and no sensor's: whether they are right is not ours to say
            fault_probability=0.0,
            evidence=(Evidence(o.id, o.entity, ATTRIBUTE, o.get(ATTRIBUTE), None, o.observed_at),),
            place=Place(self._params.city_lon_deg, self._params.city_lat_deg, name=where or None),
            attribute=ATTRIBUTE,
        )

    def _end(self, entity: str, at: datetime, why: str, out: list[Finding]) -> None:
        held = self._in_force.pop(entity, None)
        self._ended.pop(entity, None)
        self._ended[entity] = at
        while len(self._ended) > MOST:
            del self._ended[next(iter(self._ended))]
        if held is not None:
            out.append(msgspec.structs.replace(held.finding, phase=Phase.ENDED, observed_at=at, words=why))

    def snapshot(self) -> State:
        return {
            "layout": LAYOUT,
            "in_force": msgspec.to_builtins(self._in_force, builtin_types=(datetime,)),
            "ended": [[entity, at] for entity, at in self._ended.items()],
        }

    def restore(self, state: State) -> None:
        if state.get("layout") != LAYOUT:
            raise Invalid("state of another version", field="layout", value=state.get("layout"))
        self._in_force = msgspec.convert(state["in_force"], dict[str, Held])
        self._ended = {entity: at for entity, at in state["ended"]}  # noqa: C416 - pairs come as lists
