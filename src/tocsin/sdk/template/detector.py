"""Level above a limit for a while, with hysteresis: the smallest detector that obeys every law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Evidence, Finding, Observation, Phase, Place
from tocsin.sdk.episodes import episode_id
from tocsin.sdk.tool import State

from .params import Params

KIND = "template.high"
ATTRIBUTE = "LAeq"
LAYOUT = 1
#: The manifest's grace.
GRACE_READINGS, GRACE_S = 3, 10.0


@dataclass(slots=True)
class Series:
    """What is known of one entity."""

    first: datetime
    last: datetime
    readings: int = 0
    above_since: datetime | None = None
    finding: Finding | None = None


class Detector:
    def __init__(self, params: Params) -> None:
        self._params = params
        self._series: dict[str, Series] = {}

    def observe(self, observations: Sequence[Observation]) -> Sequence[Finding]:
        out: list[Finding] = []
        for o in observations:
            if o.kind == "delete":
                self._end(self._series.pop(o.entity, None), o.observed_at, "The sensor is gone.", out)
                continue
            value = o.get(ATTRIBUTE)
            if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
                continue
            self._take(o, float(value), out)
        return out

    def _take(self, o: Observation, value: float, out: list[Finding]) -> None:
        p, at = self._params, o.observed_at
        series = self._series.setdefault(o.entity, Series(at, at))
        if series.readings and at <= series.last:
            return  # the same moment once more: sent again under another id
        series.last, series.readings = at, series.readings + 1
        if value < p.release_db:
            series.above_since = None
            self._end(series, at, f"Back to {value:.1f} dB.", out)
        elif value >= p.limit_db and series.above_since is None:
            series.above_since = at
        ready = series.readings >= GRACE_READINGS and (at - series.first).total_seconds() >= GRACE_S
        since = series.above_since
        if ready and since and series.finding is None and (at - since).total_seconds() >= p.hold_s:
            series.finding = self._finding(o, value, since)
            out.append(series.finding)

    def _finding(self, o: Observation, value: float, since: datetime) -> Finding:
        p = self._params
        unit = next((a.unit for a in o.attributes if a.name == ATTRIBUTE), None)
        return Finding(
            id=episode_id(KIND, o.entity, since, ATTRIBUTE),
            version=1,
            tool="template",
            tool_version="",
            kind=KIND,
            phase=Phase.STARTED,
            entities=(o.entity,),
            onset=since,
            observed_at=o.observed_at,
            headline=f"Level high, {value:.0f} dB",
            words=f"{value:.1f} dB; above {p.limit_db:.0f} dB for {p.hold_s:.0f} s.",
            score=value - p.limit_db,
            score_means="dB above the limit",
            severity="medium",
            fault_probability=0.1,
            evidence=(Evidence(o.id, o.entity, ATTRIBUTE, o.get(ATTRIBUTE), unit, o.observed_at),),
            place=Place(o.lon, o.lat) if o.lon is not None and o.lat is not None else None,
            attribute=ATTRIBUTE,
            unit=unit,
            seen=value,
            limit=p.limit_db,
            limit_name=f"{p.limit_db:.0f} dB for {p.hold_s:.0f} s",
        )

    def _end(self, series: Series | None, at: datetime, words: str, out: list[Finding]) -> None:
        if series is not None and series.finding is not None:
            out.append(
                msgspec.structs.replace(series.finding, phase=Phase.ENDED, observed_at=at, words=words)
            )
            series.finding = None

    def tick(self, event_time: datetime) -> Sequence[Finding]:
        out: list[Finding] = []
        oldest = event_time - timedelta(seconds=self._params.silent_after_s)
        for entity in [e for e, s in self._series.items() if s.last < oldest]:
            self._end(self._series.pop(entity), event_time, "No reading any more; it may go on unseen.", out)
        return out

    def snapshot(self) -> State:
        return {"layout": LAYOUT, "series": msgspec.to_builtins(self._series, builtin_types=(datetime,))}

    def restore(self, state: State) -> None:
        if state.get("layout") != LAYOUT:
            raise Invalid("state of another version", field="layout", value=state.get("layout"))
        self._series = msgspec.convert(state["series"], dict[str, Series])
