"""Density, surge and jam from counts on a square and at its exits. See guide.md for claims and limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import SEVERITIES, Evidence, Finding, Observation, Phase
from tocsin.sdk.tool import State

from . import findings, words
from .cell import Cell, Seen
from .city import CELL, City, number
from .exits import Exit
from .findings import DENSITY, DOUBT, JAM, SURGE
from .holds import Holds
from .params import Params
from .trust import is_stuck

LAYOUT = 1
#: The manifest's grace.
GRACE_READINGS, GRACE_S = 3, 10.0
#: An episode that does not move is told again after so many times ``news_s``.
QUIET_NEWS = 5
FORGET_AFTER = timedelta(days=30)


class Detector:
    def __init__(self, params: Params) -> None:
        self._p = params
        self._city = City()
        self._holds = Holds()

    def observe(self, observations: Sequence[Observation]) -> Sequence[Finding]:
        out: list[Finding] = []
        for o in observations:
            if o.kind == "delete":
                self._end_all(o.entity, o.observed_at, "The counter was taken away.", out)
                self._city.forget(o.entity)
            elif o.type == CELL:
                self._count(o, out)
            else:
                self._flow(o, out)
        return out

    def tick(self, event_time: datetime) -> Sequence[Finding]:
        out: list[Finding] = []
        city, oldest = self._city, event_time - timedelta(seconds=self._p.silent_after_s)
        known: list[Cell | Exit] = [*city.cells.values(), *city.exits.values()]
        for it in known:
            if it.now is not None and it.now < oldest:
                if it.now < event_time - timedelta(seconds=max(self._p.silent_after_s, 4 * it.interval_s)):
                    self._end_all(it.entity, event_time, "No count any more; it may go on unseen.", out)
                if it.now < event_time - FORGET_AFTER:
                    city.forget(it.entity)
        return out

    def _count(self, o: Observation, out: list[Finding]) -> None:
        cell, p = self._city.cell(o), self._p
        count = number(o.get("peopleCount"), 0.0, 1e7)
        if count is None or cell.area_m2 is None or (cell.now is not None and o.observed_at <= cell.now):
            return
        unit = next((a.unit for a in o.attributes if a.name == "peopleCount"), None)
        cell.take(Seen(o.id, o.observed_at, o.get("peopleCount"), unit), count, p.smooth_s)
        if (
            not self._holds.is_open(cell.entity)
            and cell.density <= p.impossible_per_m2
            and not is_stuck(cell)
        ):
            cell.profile.learn(o.observed_at, cell.now_s, cell.density)
        if not _ready(cell):
            return
        self._step(
            DENSITY,
            cell,
            on=cell.density >= p.crush_per_m2,
            off=cell.density < p.release_per_m2,
            hold_s=p.hold_s,
            calm=f"Down to {cell.density:.1f} people/m² at {cell.name}.",
            make=lambda onset, phase: findings.density(self._city, cell, onset, phase, p),
            out=out,
        )
        self._surge(cell, out)

    def _surge(self, cell: Cell, out: list[Finding]) -> None:
        p = self._p
        open_ = self._holds.get(SURGE, cell.entity) is not None
        if cell.density < p.surge_from_per_m2 and not open_:
            return  # the figures below are not for free
        window_s = max(p.surge_window_s, 4 * cell.interval_s)
        rise, sigmas = cell.rise(window_s, 0.5 * p.surge_rise_per_m2)
        on = rise >= p.surge_rise_per_m2 and sigmas >= p.surge_sigma and cell.density >= p.surge_from_per_m2
        if on and not open_ and cell.density + rise < p.crush_per_m2:
            # the same crowd next door has been told already, with this cell as its neighbour
            near = self._city.cells_near(cell, p.neighbour_m)
            on = not any(self._holds.is_open(c.entity) for c in near)
        self._step(
            SURGE,
            cell,
            on=on,
            off=rise < 0.5 * p.surge_rise_per_m2,
            hold_s=p.hold_s / 2,
            calm=f"No longer thickening: {cell.density:.1f} people/m² at {cell.name}.",
            make=lambda onset, phase: findings.surge(self._city, cell, onset, phase, p, window_s),
            out=out,
        )

    def _flow(self, o: Observation, out: list[Finding]) -> None:
        flow = number(o.get("outflow"), 0.0, 1e6)
        if flow is None and o.entity not in self._city.exits and o.get("exitNumber") is None:
            return  # a counter in a street, not a way out
        exit_, p = self._city.exit(o), self._p
        if flow is None or (exit_.now is not None and o.observed_at <= exit_.now):
            return
        unit = next((a.unit for a in o.attributes if a.name == "outflow"), None)
        exit_.take(Seen(o.id, o.observed_at, o.get("outflow"), unit), flow)
        if not _ready(exit_):
            return
        near = [c for c in self._city.cells_near(exit_, p.exit_m) if c.now and _fresh(c, o.observed_at)]
        press = max(near, key=lambda c: (c.density, c.entity), default=None)
        flows = exit_.now_and_before(p.jam_recent_s, p.jam_level_s, p.jam_peak_s)
        hold = self._holds.get(JAM, exit_.entity)
        if press is None or flows is None:
            if hold is not None:
                self._end(
                    JAM, exit_.entity, o.observed_at, "Nothing is known any more of who presses there.", out
                )
            return
        now, before = flows
        if hold is not None and hold.told is not None and hold.told.expected is not None:
            before = hold.told.expected.mid  # what it was before the jam, not the jam itself
        pressing = press.density >= p.jam_press_per_m2
        on = exit_.state == "open" and before >= p.jam_from_per_min and now <= p.jam_drop_share * before
        if on and pressing and hold is None and press.density < p.release_per_m2:
            pressing = press.rise(p.surge_window_s)[0] > 0.0
        easing = now > 0.5 * (1 + p.jam_drop_share) * before
        self._step(
            JAM,
            exit_,
            on=on and pressing,
            off=easing or exit_.state != "open" or press.density < 0.8 * p.jam_press_per_m2,
            hold_s=p.hold_s,
            calm=words.eased(exit_, now, press),
            make=lambda onset, phase: findings.jam(exit_, press, now, before, onset, phase, p),
            out=out,
        )

    def _step(
        self,
        kind: str,
        it: Cell | Exit,
        *,
        on: bool,
        off: bool,
        hold_s: float,
        calm: str,
        make: Callable[[datetime, Phase], Finding],
        out: list[Finding],
    ) -> None:
        """One reading's effect on one condition: say that it starts, goes on with news, or ends."""
        at = it.now
        if at is None:
            return
        did = self._holds.step(kind, it.entity, at, on=on, off=off, hold_s=hold_s)
        hold = self._holds.get(kind, it.entity)
        if did == "end":
            self._end(kind, it.entity, at, calm, out, it.evidence(1))
        elif did == "start" and hold is not None and hold.onset is not None:
            finding = make(hold.onset, Phase.STARTED)
            self._holds.told(kind, it.entity, finding, at)
            out.append(finding)
        elif did == "open" and hold and hold.told and hold.told_at and hold.onset:
            due = (at - hold.told_at).total_seconds()
            if hold.calm_since is not None or due < min(10.0, self._p.news_s):
                return  # it may be over: no news until that is known
            finding = make(hold.onset, Phase.ONGOING)
            graver = SEVERITIES.index(finding.severity) > SEVERITIES.index(hold.told.severity)
            moved = abs((finding.seen or 0.0) - (hold.told.seen or 0.0)) >= 0.1 * abs(hold.told.seen or 0.0)
            turned = (finding.fault_probability >= DOUBT) != (hold.told.fault_probability >= DOUBT)
            if graver or turned or due >= QUIET_NEWS * self._p.news_s or (moved and due >= self._p.news_s):
                self._holds.told(kind, it.entity, finding, at)
                out.append(finding)

    def _end_all(self, entity: str, at: datetime, why: str, out: list[Finding]) -> None:
        for kind in self._holds.kinds(entity):
            self._end(kind, entity, at, why, out)

    def _end(
        self,
        kind: str,
        entity: str,
        at: datetime,
        why: str,
        out: list[Finding],
        evidence: tuple[Evidence, ...] = (),
    ) -> None:
        told = self._holds.end(kind, entity)
        if told is not None:
            out.append(
                msgspec.structs.replace(
                    told,
                    phase=Phase.ENDED,
                    observed_at=at,
                    words=why,
                    seen=self._now(kind, entity),
                    evidence=evidence or told.evidence[:4],
                )
            )

    def _now(self, kind: str, entity: str) -> float | None:
        """The newest value of what a kind is about."""
        if kind == JAM:
            exit_ = self._city.exits.get(entity)
            last = exit_.flow.last if exit_ else None
            return last[1] if last else None
        cell = self._city.cells.get(entity)
        return round(cell.density, 3) if cell else None

    def snapshot(self) -> State:
        return {"layout": LAYOUT, "city": self._city.state(), "holds": self._holds.state()}

    def restore(self, state: State) -> None:
        if state.get("layout") != LAYOUT:
            raise Invalid(
                "state of another version", field="layout", value=state.get("layout"), cure="start afresh"
            )
        self._city.restore(state["city"])
        self._holds.restore(state["holds"])


def _ready(it: Cell | Exit) -> bool:
    if it.first is None or it.now is None or it.readings < GRACE_READINGS:
        return False
    return (it.now - it.first).total_seconds() >= GRACE_S


def _fresh(cell: Cell, at: datetime) -> bool:
    return at.timestamp() - cell.now_s <= max(60.0, 3 * cell.interval_s)
