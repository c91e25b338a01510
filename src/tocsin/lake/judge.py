"""What becomes of each reading of a run of messages: stored, duplicate or quarantined. Pure but for one
question.

``Verdict`` is then made to last in two steps, Delta commit and ledger transaction (``stage.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.bus.codec import decode
from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Observation, ObservationBatch, Quarantined
from tocsin.kernel.ports import Message
from tocsin.lake.duplicates import Key
from tocsin.lake.rows import Rows, micros


@dataclass(slots=True)
class Held:
    """Items for quarantine, of one message."""

    source: str
    received_us: int
    items: Sequence[Quarantined]


@dataclass(slots=True)
class Verdict:
    """The effect of messages up to and including ``seq``."""

    seq: int
    rows: Rows = field(default_factory=Rows)
    stored: dict[str, int] = field(default_factory=dict)
    duplicates: dict[str, int] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    #: readings that came from a second attempt at a quarantined item: item, source, whether stored
    retried: list[tuple[str, str, bool]] = field(default_factory=list)
    newest: dict[str, int] = field(default_factory=dict)


def unpack(messages: Sequence[Message]) -> list[tuple[int, ObservationBatch]]:
    """Envelopes with their sequence. One that is none becomes a quarantined item: it must not halt the
    lake.
    """
    unpacked = []
    for message in messages:
        try:
            batch = decode(message.data, ObservationBatch)
        except Invalid as error:
            broken = Quarantined(f"obs:{message.seq}", message.data, str(error), "obs")
            batch = ObservationBatch(message.subject.rpartition(".")[2], message.time, (), (broken,))
        unpacked.append((message.seq, batch))
    return unpacked


Asked = Callable[[Sequence[Key]], set[Key]]


def judge(
    envelopes: Sequence[tuple[int, ObservationBatch]], newest: Callable[[str], int | None], stored: Asked
) -> Verdict:
    """Decide anew. ``newest``: microseconds of the newest stored reading of an entity; ``stored``: which
    of some keys are in the table (asked once, only of readings that are not newer than that)."""
    candidates: list[Key] = []
    times: dict[datetime, int] = {}
    readings: list[tuple[int, ObservationBatch, Observation, Key]] = []
    for seq, batch in envelopes:
        for observation in batch.observations:
            at = observation.observed_at
            us = times.get(at)
            if us is None:
                us = times[at] = micros(at)
            key = (observation.entity, us, observation.id)
            readings.append((seq, batch, observation, key))
            known = newest(observation.entity)
            if known is not None and us <= known:
                candidates.append(key)
    seen = stored(candidates) if candidates else set()
    verdict = Verdict(envelopes[-1][0])
    for seq, batch, observation, key in readings:
        fresh = key not in seen
        seen.add(key)
        _settle(verdict, seq, batch, observation, key, fresh=fresh)
    _hold(verdict, envelopes)
    return verdict


def replay(envelopes: Sequence[tuple[int, ObservationBatch]], in_table: Mapping[Key, int]) -> Verdict:
    """Decide again what was decided before a crash: stored is what the table holds from these very
    messages.
    """
    left = dict(in_table)
    verdict = Verdict(envelopes[-1][0])
    for seq, batch in envelopes:
        for observation in batch.observations:
            key = (observation.entity, micros(observation.observed_at), observation.id)
            mine = left.get(key) == seq
            if mine:
                del left[key]
            _settle(verdict, seq, batch, observation, key, fresh=mine)
    _hold(verdict, envelopes)
    return verdict


def _settle(
    verdict: Verdict, seq: int, batch: ObservationBatch, observation: Observation, key: Key, *, fresh: bool
) -> None:
    source = batch.source
    if fresh:
        verdict.rows.add(observation, key[1], micros(batch.accepted_at), source, seq)
        verdict.newest[key[0]] = max(key[1], verdict.newest.get(key[0], key[1]))
    if observation.retry_of is not None:
        verdict.retried.append((observation.retry_of, source, fresh))
    else:
        counts = verdict.stored if fresh else verdict.duplicates
        counts[source] = counts.get(source, 0) + 1


def _hold(verdict: Verdict, envelopes: Sequence[tuple[int, ObservationBatch]]) -> None:
    for _, batch in envelopes:
        if batch.quarantined:
            verdict.held.append(Held(batch.source, micros(batch.accepted_at), batch.quarantined))
