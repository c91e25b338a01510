"""Tiny streams for tool tests: readings, envelopes, fixtures (JSON lines), goldens (JSON), and a run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from tocsin.kernel.events import Attribute, Finding, Observation, ObservationBatch, Phase
from tocsin.kernel.ids import content_id
from tocsin.sdk.feed import Feeder
from tocsin.sdk.manifest import Manifest
from tocsin.sdk.tool import Detector

#: A Monday, 00:00 UTC.
T0 = datetime(2026, 3, 2, tzinfo=UTC)


class Line(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One reading of a fixture. ``attributes``: name to value or to [value, unit code].

    ``accepted_at`` defaults to ``at``; without ``id`` the id comes from the content.
    """

    at: datetime
    entity: str
    type: str
    attributes: dict[str, Any] = {}
    lon: float | None = None
    lat: float | None = None
    accepted_at: datetime | None = None
    id: str | None = None
    kind: str = "update"


class GoldenEpisode(msgspec.Struct, forbid_unknown_fields=True):
    """An episode expected before the run: its onset lies between two times, and it has ended by a third."""

    kind: str
    entity: str
    onset_from: datetime
    onset_to: datetime
    ended_by: datetime | None = None
    why: str = ""


class Golden(msgspec.Struct, forbid_unknown_fields=True):
    """``others``: how many episodes beyond the expected ones are put up with."""

    episodes: list[GoldenEpisode]
    others: int = 0


def reading(
    entity: str,
    type: str,  # noqa: A002 - the model's own word
    at: datetime | float,
    attributes: Mapping[str, Any] | None = None,
    *,
    lon: float | None = None,
    lat: float | None = None,
    id: str | None = None,  # noqa: A002
    kind: Any = "update",
) -> Observation:
    """A normalised reading; ``at`` a time or seconds after ``T0``; the id from the content if not given.

    ``attributes``: name to value or to (value, unit code).
    """
    moment = at if isinstance(at, datetime) else T0 + timedelta(seconds=at)
    urn = entity if entity.startswith("urn:") else f"urn:ngsi-ld:{type}:{entity}"
    items = tuple(
        Attribute(n, v[0], v[1]) if isinstance(v, tuple | list) else Attribute(n, v)
        for n, v in (attributes or {}).items()
    )
    oid = id or content_id(
        urn, moment.isoformat(), kind, msgspec.json.encode([(a.name, a.value) for a in items])
    )
    return Observation(oid, urn, type, moment, items, lon, lat, source="test", kind=kind)


def stream(
    observations: Iterable[Observation], *, delay_s: Callable[[Observation], float] | float = 0.0
) -> list[ObservationBatch]:
    """Envelopes in order of acceptance, which comes ``delay_s`` after each reading was made."""
    delay = delay_s if callable(delay_s) else (lambda _: delay_s)
    by_time: dict[datetime, list[Observation]] = {}
    for o in observations:
        by_time.setdefault(o.observed_at + timedelta(seconds=delay(o)), []).append(o)
    return [ObservationBatch("test", at, tuple(by_time[at])) for at in sorted(by_time)]


def clock(after: Sequence[ObservationBatch], *, for_s: float, every_s: float = 1.0) -> list[ObservationBatch]:
    """Empty envelopes that let time go on after a stream."""
    start = after[-1].accepted_at if after else T0
    steps = int(for_s / every_s)
    return [ObservationBatch("clock", start + timedelta(seconds=every_s * (i + 1)), ()) for i in range(steps)]


def shuffled(batches: Sequence[ObservationBatch], lateness_s: float, seed: int) -> list[ObservationBatch]:
    """The same readings, each accepted at another moment within ``lateness_s`` after it was made."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    room = max(0.0, lateness_s - 0.5)
    out: dict[datetime, list[Observation]] = {b.accepted_at: [] for b in batches if not b.observations}
    for batch in batches:
        for o in batch.observations:
            late = (batch.accepted_at - o.observed_at).total_seconds()
            # history stays history: when it arrived is what made it so
            at = (
                batch.accepted_at
                if late > room or late < 0
                else o.observed_at + timedelta(seconds=draw.uniform(late, room))
            )
            out.setdefault(at, []).append(o)
    return [ObservationBatch("test", at, tuple(out[at])) for at in sorted(out)]


def run(detector: Detector, manifest: Manifest, batches: Iterable[ObservationBatch]) -> list[Finding]:
    """All that a fresh detector says to a log."""
    feeder, out = Feeder(detector, manifest), []
    for seq, batch in enumerate(batches, 1):
        out += feeder.feed(batch, seq)
    return out


def read_stream(path: Path) -> list[ObservationBatch]:
    """Envelopes of a fixture; lines of one ``accepted_at`` share one. Raises ``msgspec.ValidationError``."""
    by_time: dict[datetime, list[Observation]] = {}
    for text in path.read_bytes().splitlines():
        if text.strip():
            line = msgspec.json.decode(text, type=Line)
            o = reading(
                line.entity,
                line.type,
                line.at,
                line.attributes,
                lon=line.lon,
                lat=line.lat,
                id=line.id,
                kind=line.kind,
            )
            by_time.setdefault(line.accepted_at or line.at, []).append(o)
    return [ObservationBatch("test", at, tuple(by_time[at])) for at in sorted(by_time)]


def write_stream(path: Path, batches: Iterable[ObservationBatch]) -> None:
    """The inverse of ``read_stream``."""
    lines = []
    for b in batches:
        for o in b.observations:
            attributes = {a.name: a.value if a.unit is None else [a.value, a.unit] for a in o.attributes}
            accepted = None if b.accepted_at == o.observed_at else b.accepted_at
            lines.append(
                Line(o.observed_at, o.entity, o.type, attributes, o.lon, o.lat, accepted, None, o.kind)
            )
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def episodes(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings grouped by id, in order of their start."""
    groups: dict[str, list[Finding]] = {}
    for f in findings:
        groups.setdefault(f.id, []).append(f)
    return list(groups.values())


def compare(golden: Golden, findings: Iterable[Finding]) -> list[str]:
    """What differs from the golden, in words; empty where nothing does."""
    left, wrong = episodes(findings), []
    for g in golden.episodes:
        for e in left:
            first, last = e[0], e[-1]
            if (
                first.kind == g.kind
                and first.entities[0] == g.entity
                and g.onset_from <= first.onset <= g.onset_to
            ):
                left.remove(e)
                if g.ended_by and (last.phase is not Phase.ENDED or last.observed_at > g.ended_by):
                    wrong.append(f"{g.kind} of {g.entity} has not ended by {g.ended_by}")
                break
        else:
            wrong.append(
                f"no {g.kind} of {g.entity} with onset from {g.onset_from} to {g.onset_to} ({g.why})"
            )
    if len(left) > golden.others:
        said = [f"{e[0].kind} of {e[0].entities[0]} at {e[0].onset}" for e in left[:5]]
        wrong.append(f"{len(left)} episodes more than expected, {golden.others} put up with: {said}")
    return wrong
