"""Feeds a detector from the log of observations. Pure: the same log gives the same calls and findings.

*Event time.* The watermark is the newest ``accepted_at`` of the envelopes seen; the horizon is the watermark
less the tool's lateness, rounded down to a grain of 0.25 s. Readings made at or after the horizon wait, so
that order within the lateness does not matter; when the horizon passes them they are released, ordered by
time, entity and id, cut at the ticks. ``tick(T)`` is called once all readings made before T were released;
where no reading comes ticks thin out, so that recorded days with hourly readings are not mostly ticks. Which
ones are called depends on the times of readings alone, never on how the log was delivered.

*History.* A reading made before the horizon of its own arrival is history: once the watermark moves on it is
fed, sorted, if the detector holds nothing newer of that entity, and what the detector answers is muted. An
episode that began in history and is still there is told as ``started`` when the detector next speaks of it.

*Duplicates* are dropped exactly: waiting ones by id, released ones because their time is no longer newer.

*Position.* The buffers are no part of the snapshot: ``covered`` is the sequence up to which no reading waits.
Reading the log again from there changes nothing that was already done. Only readings whose clock runs ahead
are kept in the snapshot, so that one bad clock does not hold the position back by minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import floor
from operator import attrgetter
from typing import Any

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Finding, Observation, ObservationBatch
from tocsin.sdk.episodes import Episodes
from tocsin.sdk.manifest import GRAIN_S, Manifest
from tocsin.sdk.tool import Detector

#: Layout of ``snapshot``; another one is refused by ``restore``.
LAYOUT = 2
_PER_S = round(1 / GRAIN_S)
_ORDER = attrgetter("observed_at", "entity", "id")
#: Each of the first 16 ticks after a reading is called, then every 16th, then every 256th, and so on.
THIN = 16
#: History waiting for the watermark; more is fed at once.
MAX_HISTORY = 50_000
#: Entities whose newest reading is remembered; beyond, the longest unseen tenth is forgotten.
MAX_ENTITIES = 200_000
#: A reading this far ahead of the watermark at its arrival travels in the snapshot until it is released...
AHEAD_S = 1.0
#: ...as long as there are not more than this; more of them are dropped for this tool, and counted.
MAX_AHEAD = 5_000
#: Readings of one entity at one and the same time; a clock that stands still is no news after that.
MAX_SAME_TIME = 100
AHEAD_GRAINS = round(AHEAD_S * _PER_S)


class Feeder:
    """One detector and what stands between it and the log.

    ``feed`` takes envelopes in log order. Exceptions of the detector pass through; afterwards this feeder is
    spent: make a new one and restore the last snapshot.
    """

    def __init__(self, detector: Detector, manifest: Manifest) -> None:
        self._detector = detector
        self._wanted = {c.type: frozenset(c.attributes) for c in manifest.consumes}
        self._late = round(manifest.time.lateness_s * _PER_S)
        self._tick = round(manifest.time.tick_s * _PER_S)
        self._episodes = Episodes(manifest.id, manifest.version)
        self._watermark: datetime | None = None
        self._horizon = 0  # in grains since 1970
        self._ticked = 0  # ticks since 1970, the last one called
        self._fed_at = 0  # the tick that the newest released reading lies in
        self._waiting: dict[int, list[Observation]] = {}  # by grain
        self._first_seq: dict[int, int] = {}  # of each grain, the first sequence in it
        self._waiting_ids: set[str] = set()
        self._ahead: dict[str, Observation] = {}  # by id: those waiting that a snapshot carries
        self._now = 0  # the watermark's grain
        self._next = 0  # earliest waiting grain, a lower bound
        self._history: list[Observation] = []
        self._history_seq = 0
        self._newest: dict[str, tuple[datetime, tuple[str, ...]]] = {}  # its newest time, ids at that time
        self._seq = 0
        self.fed = self.fed_history = self.dropped_old = self.dropped_double = self.dropped_ahead = 0

    @property
    def watermark(self) -> datetime | None:
        return self._watermark

    @property
    def horizon(self) -> datetime | None:
        """Everything made before this has been released."""
        return None if self._watermark is None else datetime.fromtimestamp(self._horizon / _PER_S, UTC)

    @property
    def entities(self) -> int:
        return len(self._newest)

    @property
    def waiting(self) -> int:
        return len(self._waiting_ids)

    @property
    def episodes(self) -> Episodes:
        return self._episodes

    @property
    def covered(self) -> int:
        """The sequence from after which the log must be read again beside ``snapshot``."""
        first = min(self._first_seq.values(), default=self._seq + 1)
        return (min(first, self._history_seq) if self._history else first) - 1

    def rewind(self) -> None:
        """The log has been made anew: its sequences begin again."""
        self._seq = self._history_seq = 0
        self._first_seq = dict.fromkeys(self._first_seq, 0)

    def feed(self, batch: ObservationBatch, seq: int = 0) -> list[Finding]:
        """Take one envelope (``seq``: its place in the log); answer what may be told, versions given."""
        out: list[Finding] = []
        if self._watermark is None or batch.accepted_at > self._watermark:
            self._advance(batch.accepted_at, out)
        self._seq = max(self._seq, seq)
        wanted, horizon, waiting, ids = self._wanted, self._horizon, self._waiting, self._waiting_ids
        ahead, first_seq = self._now + AHEAD_GRAINS, self._first_seq
        for o in batch.observations:
            names = wanted.get(o.type)
            if names is None:
                continue
            if names and o.kind == "update":
                for a in o.attributes:
                    if a.name in names:
                        break
                else:
                    continue
            grain = floor(o.observed_at.timestamp() * _PER_S)
            if grain < horizon:
                if not self._history:
                    self._history_seq = seq
                self._history.append(o)
                if len(self._history) >= MAX_HISTORY:
                    self._feed_history(out)
            elif o.id in ids:
                self.dropped_double += 1
            else:
                if grain > ahead:
                    if len(self._ahead) >= MAX_AHEAD:
                        self.dropped_ahead += 1
                        continue
                    self._ahead[o.id] = o
                elif grain not in first_seq:
                    first_seq[grain] = seq
                ids.add(o.id)
                there = waiting.get(grain)
                if there is None:
                    waiting[grain] = [o]
                else:
                    there.append(o)
        return out

    def _advance(self, to: datetime, out: list[Finding]) -> None:
        if self._history:
            self._feed_history(out)
        self._now = floor(to.timestamp() * _PER_S)
        horizon = self._now - self._late
        if self._watermark is None:
            # the first thing a detector hears is what time it is: all older is history to it
            self._ticked = self._fed_at = horizon // self._tick - 1
            self._next = horizon
        self._watermark = to
        if horizon <= self._horizon:
            return
        self._horizon = horizon
        self._tick_along(horizon, out)
        self._release(horizon, out)

    def _tick_along(self, horizon: int, out: list[Finding]) -> None:
        """Release what waits, tick by tick; ticks thin out while no reading comes (see the docstring)."""
        due = horizon // self._tick
        while True:
            at = self._next_tick()
            first = min(self._waiting, default=horizon)
            if first < min(at * self._tick, horizon):
                self._fed_at = first // self._tick
                self._release(min((self._fed_at + 1) * self._tick, horizon), out)
            elif at <= due:
                self._ticked = at
                said = self._detector.tick(datetime.fromtimestamp(at * self._tick / _PER_S, UTC))
                if said:
                    self._episodes.pass_on(said, muted=False, now_s=at * self._tick / _PER_S, out=out)
            else:
                return

    def _next_tick(self) -> int:
        """The tick after the last one called; of ``n`` ticks without a reading about 15 log16(n) are."""
        if self._ticked <= self._fed_at:
            return self._fed_at + 1
        quiet, step = self._ticked - self._fed_at, 1
        while quiet >= step * THIN:
            step *= THIN
        return self._fed_at + (quiet // step + 1) * step

    def _release(self, before: int, out: list[Finding]) -> None:
        """Feed all that waits in grains earlier than ``before``."""
        if before <= self._next:
            return
        waiting = self._waiting
        if waiting:
            if before - self._next > 4 * len(waiting):
                due = sorted(g for g in waiting if g < before)
            else:
                due = [g for g in range(self._next, before) if g in waiting]
            ready: list[Observation] = []
            for grain in due:
                there = waiting.pop(grain)
                self._first_seq.pop(grain, None)
                if len(there) > 1:
                    there.sort(key=_ORDER)
                ready += there
            if ready:
                self._waiting_ids.difference_update([o.id for o in ready])
                if self._ahead:
                    for o in ready:
                        self._ahead.pop(o.id, None)
                self._observe(ready, muted=False, out=out)
        self._next = before

    def _feed_history(self, out: list[Finding]) -> None:
        late, self._history = self._history, []
        late.sort(key=_ORDER)
        ids: set[str] = set()
        fit: list[Observation] = []
        for o in late:
            newest = self._newest.get(o.entity)
            same = newest is not None and newest[0] == o.observed_at
            if o.id in ids or (newest and same and o.id in newest[1]):
                self.dropped_double += 1
            elif newest and (newest[0] > o.observed_at or (same and len(newest[1]) >= MAX_SAME_TIME)):
                self.dropped_old += 1
            else:
                ids.add(o.id)
                fit.append(o)
        if fit:
            self.fed_history += len(fit)
            self._observe(fit, muted=True, out=out)

    def _observe(self, ready: list[Observation], *, muted: bool, out: list[Finding]) -> None:
        newest, deleted = self._newest, False
        for o in ready:
            known = newest.get(o.entity)
            if known is None or known[0] < o.observed_at:
                newest[o.entity] = (o.observed_at, (o.id,))
            elif known[0] == o.observed_at:
                newest[o.entity] = (known[0], (*known[1], o.id))
            if o.kind == "delete":
                deleted = True
        self.fed += len(ready)
        said = self._detector.observe(ready)
        if said:
            self._episodes.pass_on(said, muted=muted, now_s=self._horizon / _PER_S, out=out)
        if deleted:
            for o in ready:
                if o.kind == "delete":
                    self._episodes.close_entity(o.entity, o.observed_at, out)
        if len(newest) > MAX_ENTITIES:
            for entity in sorted(newest, key=lambda e: newest[e][0])[: MAX_ENTITIES // 10]:
                del newest[entity]

    def snapshot(self) -> dict[str, Any]:
        """All that ``restore`` needs besides the log after ``covered``; msgpack can carry it."""
        return {
            "layout": LAYOUT,
            "covered": self.covered,
            "watermark": self._watermark,
            "horizon": self._horizon,
            "ticked": self._ticked,
            "fed_at": self._fed_at,
            "next": self._next,
            "newest": [[k, t, ids] for k, (t, ids) in self._newest.items()],
            "ahead": [msgspec.to_builtins(o, builtin_types=(datetime,)) for o in self._ahead.values()],
            "counts": [
                self.fed,
                self.fed_history,
                self.dropped_old,
                self.dropped_double,
                self.dropped_ahead,
            ],
            "episodes": self._episodes.snapshot(),
            "detector": self._detector.snapshot(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from ``state``. The caller reads the log from after the position saved with it.

        Raises ``Invalid`` for another layout, and what the detector raises for another version's state.
        """
        if state.get("layout") != LAYOUT:
            raise Invalid(
                "a snapshot of another layout", field="layout", value=state.get("layout"), cure="start afresh"
            )
        self._watermark, self._horizon = state["watermark"], state["horizon"]
        self._ticked, self._fed_at, self._next = state["ticked"], state["fed_at"], state["next"]
        self._seq = state["covered"]
        self._newest = {k: (t, tuple(ids)) for k, t, ids in state["newest"]}
        self._now = floor(self._watermark.timestamp() * _PER_S) if self._watermark else 0
        self.fed, self.fed_history, self.dropped_old, self.dropped_double, self.dropped_ahead = state[
            "counts"
        ]
        self._episodes.restore(state["episodes"])
        self._detector.restore(state["detector"])
        for raw in state["ahead"]:
            o = msgspec.convert(raw, Observation)
            self._waiting_ids.add(o.id)
            self._ahead[o.id] = o
            grain = floor(o.observed_at.timestamp() * _PER_S)
            self._waiting.setdefault(grain, []).append(o)
