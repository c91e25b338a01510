"""Any stream, cut and repeated in any way: stored = distinct readings, the rest are duplicates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.kernel.events import Attribute, Observation, ObservationBatch
from tocsin.lake.duplicates import Key
from tocsin.lake.judge import judge, replay
from tocsin.lake.newest import Newest
from tocsin.lake.rows import micros

T0 = datetime(2026, 11, 21, tzinfo=UTC)

readings = st.builds(
    lambda entity, second, twin: Observation(
        f"{entity}-{second}-{twin}",
        f"urn:ngsi-ld:T:{entity}",
        "T",
        T0 + timedelta(seconds=second),
        (Attribute("a", float(twin)),),
    ),
    st.sampled_from("ABC"),
    st.integers(0, 6),
    st.integers(0, 1),
)
streams = st.lists(st.lists(readings, max_size=6), min_size=1, max_size=25)


@given(streams, st.lists(st.integers(1, 5), min_size=1, max_size=25), st.integers(1, 4))
def test_exact_with_any_cut_and_a_tiny_cache(
    stream: list[list[Observation]], cuts: list[int], capacity: int
) -> None:
    table: dict[Key, int] = {}
    ledger: dict[str, int] = {}
    newest = Newest(capacity)
    stored = duplicates = 0
    messages = [(n, ObservationBatch("s", T0, tuple(batch))) for n, batch in enumerate(stream, 1)]
    at = 0
    for turn in range(len(messages)):
        run = messages[at : at + cuts[turn % len(cuts)]]
        at += len(run)
        if not run:
            break
        asked = newest.missing({o.entity for _, batch in run for o in batch.observations})
        newest.learn(asked, {e: ledger[e] for e in asked if e in ledger})
        before = dict(table)
        verdict = judge(run, newest.get, lambda keys, table=table: {key for key in keys if key in table})
        new = {}
        for seq, batch in run:
            for o in batch.observations:
                key = (o.entity, micros(o.observed_at), o.id)
                if key not in before and key not in new:
                    new[key] = seq
        table |= new
        assert verdict.stored.get("s", 0) == len(new)
        stored += verdict.stored.get("s", 0)
        duplicates += verdict.duplicates.get("s", 0)
        again = replay(run, new)  # as after a crash between the two stores
        assert (again.stored, again.duplicates) == (verdict.stored, verdict.duplicates)
        newest.raise_to(verdict.newest)
        if turn % 2:
            written = dict(newest.changed)
            ledger |= written
            newest.saved(written)
    everything = [o.id for batch in stream[:at] for o in batch]
    assert stored == len(set(everything))
    assert stored + duplicates == len(everything)
