"""Puts an episode into a finding: figures, chart, evidence, neighbours, and the words for an operator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import numpy as np

from tocsin.kernel.events import (
    Evidence,
    Expected,
    Factor,
    Finding,
    Neighbour,
    Phase,
    Place,
    Severity,
    TracePoint,
)  # fmt: skip
from tocsin.sdk.localtime import LocalTime
from tocsin.tools.anomaly import attributes, tail
from tocsin.tools.anomaly import columns as c
from tocsin.tools.anomaly.engine import EXTREME
from tocsin.tools.anomaly.episodes import Episode
from tocsin.tools.anomaly.neighbours import Neighbours
from tocsin.tools.anomaly.registry import Registry, Series
from tocsin.tools.anomaly.table import EVIDENCE, TRACE, Table
from tocsin.tools.anomaly.verdict import FAULT_AT, Signs, fault_probability
from tocsin.tools.anomaly.words import duration, how_often, number

VERSION: Final = "1.1.0"
_LABELS: Final = (
    "above the usual band",
    "below the usual band",
    "stays above what is usual",
    "stays below what is usual",
    "sudden step",
    "one reading away and back",
    "value repeats",
    "longer pause than ever",
    "apart from its neighbours",
)
_SMALLEST_RATE: Final = 1e-9


class Teller:
    """Reads the table and the registry; changes only the episode that it is asked to tell."""

    def __init__(self, table: Table, registry: Registry, neighbours: Neighbours, clock: LocalTime) -> None:
        self._table, self._registry, self._neighbours, self._clock = table, registry, neighbours, clock

    def rate(self, row: int, bits: int) -> float:
        """False alarms per sensor-day that a threshold at the present scores would cost; the rarest
        score's."""
        if bits & c.FIRE_IMPOSSIBLE:
            return _SMALLEST_RATE
        table = self._table
        score = np.where(table.hot[row] >= 1.0, table.hot[row] * table.limit[row], 0.0)
        score[c.JUMP] = 0.0
        days = table.f[row, c.TAIL_DAYS : c.TAIL_DAYS + 1]
        rates = tail.rate(score[:, None], table.mean[row][:, None], table.spread[row][:, None], days)
        return max(float(rates.min()), _SMALLEST_RATE)

    def judge(self, e: Episode, now: float) -> tuple[Neighbour, ...]:
        """Renew an episode's kind, fault probability and severity; what the neighbours say."""
        row, f = e.rows[0], self._table.f[e.rows[0]]
        side = 0 if e.bits & c.FIRE_SILENT else self._side(row, e.bits)
        said = self._neighbours.opinions(row, side, now)
        agree = sum(n.agrees for n in said)
        slow = bool(f[c.CAD] >= 600.0)
        hot = self._table.hot[row]
        x = f[c.X1]
        signs = Signs(
            impossible=bool(e.bits & c.FIRE_IMPOSSIBLE),
            flat=bool(e.bits & c.FIRE_FLAT),
            silent=bool(e.bits & c.FIRE_SILENT),
            drift=bool(e.bits & c.FIRE_DRIFT),
            spike=bool(e.bits & c.FIRE_SPIKE) and not slow,
            spike_slow=bool(e.bits & c.FIRE_SPIKE) and slow,
            step=bool(hot[c.JUMP] > 1.0) and not slow,
            pinned=bool(x <= max(f[c.MIN], f[c.LO]) and x < f[c.MID] - f[c.HALF]),
            agree=agree,
            against=len(said) - agree,
            others=len(e.rows) - 1,
        )
        e.fault = fault_probability(signs)
        if e.bits & c.FIRE_SILENT:
            e.kind = "anomaly.silent"
        elif e.fault >= FAULT_AT or not e.bits & (c.FIRE_UP | c.FIRE_DOWN):
            e.kind = "anomaly.fault"
        else:
            e.kind = "anomaly.high" if side > 0 else "anomaly.low"
        e.severity = self._severity(e, agree)
        return said

    def _side(self, row: int, bits: int) -> int:
        f = self._table.f[row]
        if bits & c.FIRE_UP and bits & c.FIRE_DOWN:
            return 1 if f[c.X1] >= f[c.MID] else -1
        if bits & (c.FIRE_UP | c.FIRE_DOWN):
            return 1 if bits & c.FIRE_UP else -1
        return 1 if f[c.X1] >= f[c.MID] else -1

    def _severity(self, e: Episode, agree: int) -> Severity:
        """Low: faults. High: an event that neighbours or another attribute confirm and that is very rare."""
        if e.kind in ("anomaly.fault", "anomaly.silent"):
            return "low"
        return "high" if e.peak >= EXTREME and (agree >= 1 or len(e.rows) > 1) else "medium"

    def tell(self, e: Episode, phase: Phase, now: float) -> Finding:
        """The finding of an episode as it stands; counts its version up."""
        said = self.judge(e, now)
        e.version += 1
        e.said_at, e.peak_said = now, e.peak
        row = e.rows[0]
        f, s = self._table.f[row], self._registry.series[row]
        rate = e.rate
        low, mid, high = self._band(row)
        at = now if e.kind == "anomaly.silent" else max(float(f[c.T]), float(f[c.IMP_T]))
        seen = float(f[c.IMP_X]) if e.bits & c.FIRE_IMPOSSIBLE else float(f[c.X1])
        seen = seen if np.isfinite(seen) else float(f[c.X1])
        side = self._side(row, e.bits)
        line = float(mid + side * 0.5 * f[c.HALF] * self._table.limit[row, c.UP if side > 0 else 1])
        entity = s.entity
        place = None
        also = [self._registry.series[r].entity for r in e.also if r in self._registry.series]
        if entity.lon is not None and entity.lat is not None:
            # where the strongest is; the others are named by id, a circle round them all would hide the map
            place = Place(entity.lon, entity.lat, 0.0, entity.name)
        return Finding(
            id=e.id,
            version=e.version,
            tool="anomaly",
            tool_version=VERSION,
            kind=e.kind,
            phase=phase,
            entities=(e.entity, *(o.id for o in also)),
            onset=_time(e.onset),
            observed_at=_time(at),
            headline=self._headline(e, s, side),
            words=self._words(e, s, phase, said, seen, (low, high), now),
            score=rate,
            score_means=f"false alarms per sensor-day at this threshold; so odd {how_often(rate)}",
            severity=e.severity,  # type: ignore[arg-type]
            fault_probability=e.fault,
            evidence=self._evidence(e, row, s),
            place=place,
            attribute=s.attribute,
            unit=s.unit,
            seen=seen,
            expected=Expected(low, mid, high),
            factors=self._factors(e, row),
            neighbours=said,
            trace=self._trace(row),
            limit=line,
            limit_name="alarm threshold of this sensor now",
        )

    def _band(self, row: int) -> tuple[float, float, float]:
        f = self._table.f[row]
        mid, half = float(f[c.MID]), float(f[c.HALF])
        floor = float(f[c.LO]) if f[c.MIN] < 0 else max(float(f[c.LO]), 0.0)
        return max(mid - half, min(floor, mid)), mid, min(mid + half, float(f[c.HI]))

    def _headline(self, e: Episode, s: Series, side: int) -> str:
        what, name = attributes.label(s.attribute), s.entity.name
        if e.kind == "anomaly.silent":
            return f"{name} is silent"
        if e.kind == "anomaly.fault":
            if e.bits & c.FIRE_IMPOSSIBLE:
                return f"{what} at {name} is impossible"
            if e.bits & c.FIRE_FLAT:
                return f"{what} at {name} is stuck"
            if e.bits & c.FIRE_DRIFT and not e.bits & (c.FIRE_UP | c.FIRE_DOWN):
                return f"{what} at {name} drifts from its neighbours"
            return f"{what} at {name} looks like a sensor fault"
        far = "far above" if side > 0 else "far below"
        more = f" and {len(e.also)} more" if e.also else ""
        return f"{what} {far} usual at {name}{more}"

    def _words(
        self,
        e: Episode,
        s: Series,
        phase: Phase,
        said: tuple[Neighbour, ...],
        seen: float,
        band: tuple[float, float],
        now: float,
    ) -> str:
        row = e.rows[0]
        f = self._table.f[row]
        unit, name = attributes.unit_words(s.unit), s.entity.name
        when = self._clock.words(float(f[c.T]))
        usual = f"usual for a {when} is {number(band[0])}–{number(band[1])}{unit}"
        parts = []
        if e.kind == "anomaly.silent":
            pause = duration(max(float(f[c.CAD]), 1.0))
            parts.append(
                f"Nothing from {name} for {duration(now - e.onset)}; it usually reports every {pause}."
                if phase is not Phase.ENDED
                else f"{name} reports again."
            )
        elif e.bits & c.FIRE_IMPOSSIBLE:
            parts.append(f"{number(seen)}{unit} at {name} cannot be; such readings are not used.")
        elif e.bits & c.FIRE_FLAT:
            same = duration(max(float(f[c.T]) - e.onset, 0.0))
            parts.append(
                f"Exactly {number(seen)}{unit} at {name} for {same}, reading after reading; {usual}."
                if phase is not Phase.ENDED
                else f"{name} moves again: {number(seen)}{unit}; {usual}."
            )
        else:
            parts.append(f"{number(seen)}{unit} at {name}; {usual}.")
            if phase is Phase.ENDED:
                parts.append("Back within what is usual.")
            else:
                parts.append(f"Odd since {self._clock.words(e.onset).split()[1]}.")
        others = [self._registry.series[r] for r in e.rows[1:] if r in self._registry.series]
        if others:
            parts.append(
                "Together with " + ", ".join(attributes.label(o.attribute) for o in others[:4]) + "."
            )
        also = [self._registry.series[r].entity.name for r in e.also if r in self._registry.series]
        if also:
            rest = f" and {len(also) - 3} more" if len(also) > 3 else ""
            parts.append(f"The same at {', '.join(also[:3])}{rest}.")
        agree = sum(n.agrees for n in said)
        if said and e.kind == "anomaly.silent":
            parts.append(f"{agree} of {len(said)} neighbours are silent too.")
        elif said:
            parts.append(f"{agree} of {len(said)} neighbours show the same.")
        if e.kind in ("anomaly.fault", "anomaly.silent") and phase is not Phase.ENDED:
            parts.append(f"Sensor fault likely ({e.fault:.0%}).")
        if e.stricter > 1.5:
            parts.append(
                f"The threshold is {number(e.stricter)} times stricter now: {number(e.today)} alerts "
                "of this district in a day."
            )
        return " ".join(parts)

    def _factors(self, e: Episode, row: int) -> tuple[Factor, ...]:
        hot = self._table.hot[row].copy()
        for bit, score in (
            (c.FIRE_SPIKE, c.SPIKE),
            (c.FIRE_FLAT, c.FLAT),
            (c.FIRE_SILENT, c.GAP),
            (c.FIRE_DRIFT, c.DRIFT),
        ):
            if e.bits & bit:
                hot[score] = max(hot[score], 1.0)
            elif score in (c.GAP, c.DRIFT):
                hot[score] = 0.0
        weights = [(label, float(h)) for label, h in zip(_LABELS, hot, strict=True) if h >= 0.4]
        if e.bits & c.FIRE_IMPOSSIBLE:
            weights.append(("impossible value", 3.0))
        if len(e.rows) > 1:
            weights.append(("other readings of the same sensor", 0.5 * (len(e.rows) - 1)))
        weights.sort(key=lambda w: -w[1])
        weights = weights[:5] or [("no longer odd", 1.0)]
        total = sum(w for _, w in weights)
        return tuple(Factor(label, w / total) for label, w in weights)

    def _trace(self, row: int) -> tuple[TracePoint, ...]:
        table, f = self._table, self._table.f[row]
        at, points = table.trace_t[row], table.trace[row].astype(np.float64)
        out = [
            TracePoint(_time(float(at[k])), *(float(points[k, part]) for part in (0, 1, 3)))
            for k in np.argsort(at, kind="stable")
            if at[k] > 0.0
        ]
        if f[c.T] > at.max() and f[c.N] > 0:
            low, _, high = self._band(row)
            out.append(TracePoint(_time(float(f[c.T])), float(f[c.X1]), low, high))
        return tuple(out[-TRACE:])

    def keep_evidence(self, e: Episode, row: int) -> None:
        """Remember the readings that an episode began with; they would be overwritten."""
        table = self._table
        order = np.argsort(table.ev_t[row], kind="stable")
        e.evidence = [
            [row, str(table.ev_id[row, k]), float(table.ev_t[row, k]), float(table.ev_x[row, k])]
            for k in order[-3:]
            if table.ev_t[row, k] > 0.0
        ]

    def _evidence(self, e: Episode, row: int, s: Series) -> tuple[Evidence, ...]:
        table = self._table
        found = {(t, i): x for r, i, t, x in e.evidence if r == row}
        order = np.argsort(table.ev_t[row], kind="stable")
        for k in order[-EVIDENCE:]:
            if table.ev_t[row, k] > 0.0:
                found[(float(table.ev_t[row, k]), str(table.ev_id[row, k]))] = float(table.ev_x[row, k])
        return tuple(
            Evidence(i, s.entity.id, s.attribute, x, s.unit, _time(t)) for (t, i), x in sorted(found.items())
        )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
