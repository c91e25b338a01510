"""Cameras that no longer see: dark, off, covered or turned away by their own report, or silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Evidence, Finding, Observation, Phase, Place, Severity
from tocsin.sdk.episodes import episode_id
from tocsin.sdk.tool import State

from .params import Params

ATTRIBUTE = "status"
LAYOUT = 1
#: what a camera reports of itself, the kind that it is told as, and how
OUTAGES: dict[str, tuple[str, str]] = {
    "dark": ("camera.dark", "shows a dark picture"),
    "off": ("camera.dark", "says that it is off"),
    "obscured": ("camera.obscured", "is covered"),
    "moved": ("camera.moved", "no longer looks where it should"),
}
SILENT = ("camera.silent", "no longer reports")


@dataclass(slots=True)
class Camera:
    """What is known of one camera. ``evidence``: the report that the outage rests on."""

    name: str
    status: str
    last: datetime
    since: datetime
    evidence: Evidence
    place: Place | None
    finding: Finding | None = None


class Detector:
    def __init__(self, params: Params) -> None:
        self._params = params
        self._cameras: dict[str, Camera] = {}

    def observe(self, observations: Sequence[Observation]) -> Sequence[Finding]:
        out: list[Finding] = []
        for o in observations:
            if o.kind == "delete":
                _end(self._cameras.pop(o.entity, None), o.observed_at, "The camera was taken down.", out)
                continue
            status = o.get(ATTRIBUTE)
            if isinstance(status, str) and (status == "on" or status in OUTAGES):
                self._take(o, status, out)
        return out

    def tick(self, event_time: datetime) -> Sequence[Finding]:
        out: list[Finding] = []
        p = self._params
        for entity in sorted(self._cameras):
            camera = self._cameras[entity]
            quiet_s = (event_time - camera.last).total_seconds()
            if quiet_s >= p.forget_after_s:
                _end(self._cameras.pop(entity), event_time, "Given up: silent for a day.", out)
            elif camera.finding is None and quiet_s >= p.silent_after_s:
                camera.since = camera.last + timedelta(seconds=p.silent_after_s)
                self._tell(entity, camera, *SILENT, event_time, out)
            elif camera.status in OUTAGES:
                self._hold(entity, camera, event_time, out)
        return out

    def _take(self, o: Observation, status: str, out: list[Finding]) -> None:
        at = o.observed_at
        place = Place(o.lon, o.lat) if o.lon is not None and o.lat is not None else None
        evidence = Evidence(o.id, o.entity, ATTRIBUTE, status, None, at)
        camera = self._cameras.get(o.entity)
        if camera is None:
            camera = self._cameras[o.entity] = Camera(_name(o), status, at, at, evidence, place)
        elif at <= camera.last:
            return  # the same moment once more, or an older one
        else:
            told = camera.finding
            if told is not None and (told.kind == SILENT[0] or status != camera.status):
                words = "It sees again." if status == "on" else f"Now it {OUTAGES[status][1]}."
                _end(camera, at, words, out)
            if status != camera.status or (told is not None and camera.finding is None):
                camera.since = at
            camera.status, camera.last, camera.place = status, at, place or camera.place
            camera.evidence = evidence
        if status in OUTAGES:
            self._hold(o.entity, camera, at, out)

    def _hold(self, entity: str, camera: Camera, now: datetime, out: list[Finding]) -> None:
        if camera.finding is None and (now - camera.since).total_seconds() >= self._params.hold_s:
            self._tell(entity, camera, *OUTAGES[camera.status], now, out)

    def _tell(
        self, entity: str, camera: Camera, kind: str, how: str, now: datetime, out: list[Finding]
    ) -> None:
        p = self._params
        silent = kind == SILENT[0]
        limit_s = p.silent_after_s if silent else p.hold_s
        severity: Severity = "medium"
        camera.finding = Finding(
            id=episode_id(kind, entity, camera.since, ATTRIBUTE),
            version=1,
            tool="camera",
            tool_version="",
            kind=kind,
            phase=Phase.STARTED,
            entities=(entity,),
            onset=camera.since,
            observed_at=now,
            headline=f"{camera.name} {how}",
            words=f"{camera.name} {how}, for {limit_s:.0f} s now. What happens before it is unseen. "
            "A fault, works, weather or somebody's hand: the report does not say which.",
            score=(now - camera.since).total_seconds(),
            score_means="seconds that it does not see",
            severity=severity,
            fault_probability=0.25,
            evidence=(camera.evidence,),
            place=camera.place,
            attribute=ATTRIBUTE,
            limit=limit_s,
            limit_name=f"{limit_s:.0f} s",
        )
        out.append(camera.finding)

    def snapshot(self) -> State:
        return {"layout": LAYOUT, "cameras": msgspec.to_builtins(self._cameras, builtin_types=(datetime,))}

    def restore(self, state: State) -> None:
        if state.get("layout") != LAYOUT:
            raise Invalid("state of another version", field="layout", value=state.get("layout"))
        self._cameras = msgspec.convert(state["cameras"], dict[str, Camera])


def _end(camera: Camera | None, at: datetime, words: str, out: list[Finding]) -> None:
    if camera is not None and camera.finding is not None:
        out.append(msgspec.structs.replace(camera.finding, phase=Phase.ENDED, observed_at=at, words=words))
        camera.finding = None


def _name(o: Observation) -> str:
    """As people call it, else the end of its id."""
    for attribute in ("name", "cameraName"):
        value = o.get(attribute)
        if isinstance(value, str) and value:
            return value[:80]
    return f"Camera {o.entity.rpartition(':')[2]}"
