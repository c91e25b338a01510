"""The feeder against a plain model of what it promises, and its corners one by one."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Finding, Observation, ObservationBatch, Phase
from tocsin.sdk import feed
from tocsin.sdk.feed import Feeder
from tocsin.sdk.manifest import Budget, Consumes, Emits, Grace, Manifest, Time
from tocsin.sdk.testing import T0, clock, reading, stream

TYPE = "NoiseLevelObserved"


def manifest(
    lateness_s: float = 5.0, tick_s: float = 5.0, attributes: tuple[str, ...] = ("LAeq",)
) -> Manifest:
    return Manifest(
        contract=1,
        id="probe",
        version="1.0.0",
        title="Probe",
        claim="claim",
        capability="detect",
        personal_data="none",
        advises_a_person=False,
        consumes=(Consumes(TYPE, attributes),),
        emits=(Emits("probe.x", "x"),),
        time=Time(lateness_s, tick_s),
        budget=Budget(5, 5, 5),
        grace=Grace(),
    )


def finding(id_: str, phase: Phase, o: Observation) -> Finding:
    return Finding(
        id=id_, version=0, tool="", tool_version="", kind="probe.x", phase=phase, entities=(o.entity,),
        onset=o.observed_at, observed_at=o.observed_at, headline="h", words="w", score=1.0, score_means="m",
        severity="low", fault_probability=0.0, evidence=(),
    )  # fmt: skip


class Probe:
    """Writes down its calls; says what the attribute ``say`` asks for: start, on, end."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []
        self.ids: list[str] = []

    def observe(self, observations):
        self.calls.append(("observe", [o.id for o in observations]))
        self.ids += [o.id for o in observations]
        out = []
        for o in observations:
            for word in str(o.get("say") or "").split():
                phase = {"start": Phase.STARTED, "on": Phase.ONGOING, "end": Phase.ENDED}[word]
                out.append(finding(f"episode-{o.entity}", phase, o))
        return out

    def tick(self, event_time):
        self.calls.append(("tick", event_time))
        return []

    def snapshot(self):
        return {"ids": self.ids}

    def restore(self, state):
        self.ids = list(state["ids"])


def said(observations: list[Observation], **times: float) -> tuple[list[Finding], Probe, Feeder]:
    probe = Probe()
    feeder = Feeder(probe, manifest(**times))
    log = stream(observations, delay_s=0.1)
    out = [f for seq, b in enumerate([*log, *clock(log, for_s=20)], 1) for f in feeder.feed(b, seq)]
    return out, probe, feeder


def r(second: float, entity: str = "N-1", say: str = "", **more):
    return reading(entity, TYPE, second, {"LAeq": 60.0, "say": say}, **more)


def envelope(accepted: float, *observations: Observation) -> ObservationBatch:
    return ObservationBatch("s", T0 + timedelta(seconds=accepted), observations)


def test_released_in_order_once_the_horizon_has_passed() -> None:
    probe = Probe()
    feeder = Feeder(probe, manifest())
    a, b, c = r(1.0), r(2.0, "N-2"), r(3.0)
    feeder.feed(envelope(4.0, c, a), 1)
    feeder.feed(envelope(4.5, b), 2)
    assert probe.ids == []
    feeder.feed(envelope(7.9), 3)  # horizon 2.75: what was made before it
    assert probe.ids == [a.id, b.id]
    feeder.feed(envelope(8.5), 4)
    assert probe.ids == [a.id, b.id, c.id]


def test_ticks_come_after_all_that_was_made_before_them() -> None:
    probe = Probe()
    feeder = Feeder(probe, manifest())
    feeder.feed(envelope(0.0), 1)
    before, at = r(9.9), r(10.0)
    feeder.feed(envelope(10.5, before, at), 2)
    feeder.feed(envelope(21.0), 3)
    kinds = [(k, v) for k, v in probe.calls if k == "observe" or v >= T0 + timedelta(seconds=5)]
    ticks = [T0 + timedelta(seconds=s) for s in (5, 10, 15)]
    assert kinds == [
        ("tick", ticks[0]),
        ("observe", [before.id]),
        ("tick", ticks[1]),
        ("observe", [at.id]),
        ("tick", ticks[2]),
    ]


def test_only_what_the_manifest_wants_is_fed() -> None:
    other_type = reading("A", "AirQualityObserved", 1.0, {"NO2": 1.0})
    other_attribute = reading("B", TYPE, 1.0, {"LAmax": 1.0})
    gone = reading("C", TYPE, 1.0, kind="delete")
    wanted = r(1.0)
    _, probe, _ = said([other_type, other_attribute, gone, wanted])
    assert sorted(probe.ids) == sorted([gone.id, wanted.id])


def test_a_detector_hears_what_time_it_is_before_any_history() -> None:
    probe = Probe()
    feeder = Feeder(probe, manifest())
    feeder.feed(envelope(0.0, r(-86_400.0)), 1)
    feeder.feed(envelope(1.0), 2)
    assert [kind for kind, _ in probe.calls] == ["tick", "observe"]


def test_ticks_thin_out_while_no_reading_comes() -> None:
    probe = Probe()
    feeder = Feeder(probe, manifest())
    feeder.feed(envelope(0.0), 1)
    feeder.feed(envelope(1.0, r(1.0)), 2)
    feeder.feed(envelope(30 * 86_400.0), 3)
    ticks = [v for k, v in probe.calls if k == "tick"]
    assert ticks[:18] == [T0 + timedelta(seconds=5 * n) for n in range(-1, 17)]
    assert ticks == sorted(set(ticks))
    assert len(ticks) < 100  # of half a million
    # a reading brings them back, each one
    probe.calls.clear()
    day = 30 * 86_400.0
    feeder.feed(envelope(day + 1.0, r(day + 1.0)), 4)
    feeder.feed(envelope(day + 20.0), 5)
    assert [v for k, v in probe.calls if k == "tick"] == [
        T0 + timedelta(seconds=day + s) for s in (5, 10, 15)
    ]


@given(st.lists(st.integers(0, 40_000), min_size=1, max_size=12, unique=True), st.integers(1, 40))
def test_thinned_ticks_do_not_depend_on_the_delivery(times: list[int], parts: int) -> None:
    """Many small steps of the clock or few: the same readings, cut at the same ticks."""
    told = []
    for steps in (1, parts):
        probe = Probe()
        feeder = Feeder(probe, manifest())
        feeder.feed(envelope(0.0), 1)
        seq, sent = 1, 0
        ordered = sorted(times)
        for step in range(1, steps + 1):
            seq += 1
            until = 50_000.0 * step / steps
            due = [at for at in ordered[sent:] if at <= until]
            sent += len(due)
            for at in due:
                feeder.feed(envelope(float(at), r(float(at))), seq := seq + 1)
            feeder.feed(envelope(until), seq := seq + 1)
        told.append(probe.calls)
    assert told[0] == told[1]


def test_history_is_fed_in_order_muted_and_only_where_nothing_newer_is_held() -> None:
    probe = Probe()
    feeder = Feeder(probe, manifest())
    live = r(1000.0, say="start")
    assert feeder.feed(envelope(1000.1, live), 1) == []
    told = feeder.feed(envelope(1010.0), 2)
    assert [f.phase for f in told] == [Phase.STARTED]
    older, other, other_older = r(10.0, say="start"), r(20.0, "N-2", say="start"), r(15.0, "N-2")
    assert feeder.feed(envelope(1011.0, other, older), 3) == []
    assert feeder.feed(envelope(1011.0, other_older), 4) == []
    assert feeder.feed(envelope(1012.0), 5) == []  # muted
    assert probe.ids == [live.id, other_older.id, other.id]
    assert feeder.dropped_old == 1
    # the episode that began in history is told as started when it is next spoken of
    feeder.feed(envelope(1013.0, r(1013.0, "N-2", say="on")), 6)
    told = feeder.feed(envelope(1030.0), 7)
    assert [(f.phase, f.version) for f in told] == [(Phase.STARTED, 1)]


def test_an_episode_that_began_and_ended_in_history_is_never_told() -> None:
    feeder = Feeder(Probe(), manifest())
    feeder.feed(envelope(1000.0), 1)
    feeder.feed(envelope(1000.0, r(10.0, say="start"), r(20.0, say="end")), 2)
    assert [f for s in range(30) for f in feeder.feed(envelope(1001.0 + s), 3 + s)] == []


def test_the_end_of_what_was_told_is_told_even_from_history() -> None:
    feeder = Feeder(Probe(), manifest())
    feeder.feed(envelope(100.0, r(100.0, say="start")), 1)
    assert [f.phase for f in feeder.feed(envelope(110.0), 2)] == [Phase.STARTED]
    late = feeder.feed(envelope(200.0, r(150.0, say="end")), 3) + feeder.feed(envelope(201.0), 4)
    assert [(f.phase, f.version) for f in late] == [(Phase.ENDED, 2)]


def test_versions_and_phases_are_made_legal() -> None:
    say = ["on", "start", "start on", "end", "end", "start", ""]
    out, _, feeder = said([r(10.0 + n, say=s) for n, s in enumerate(say)])
    phases = [(f.phase.value, f.version) for f in out]
    assert phases == [
        ("started", 1), ("ongoing", 2), ("ongoing", 3), ("ongoing", 4), ("ended", 5), ("started", 6)
    ]  # fmt: skip
    assert feeder.episodes.irregular == 5
    assert {f.tool for f in out} == {"probe"}
    assert {f.tool_version for f in out} == {"1.0.0"}


def test_what_a_tool_leaves_open_about_a_deleted_entity_is_closed() -> None:
    out, _, _ = said([r(10.0, say="start"), reading("N-1", TYPE, 12.0, kind="delete")])
    assert [(f.phase, f.version) for f in out] == [(Phase.STARTED, 1), (Phase.ENDED, 2)]


def test_a_clock_ahead_waits_and_travels_in_the_snapshot() -> None:
    probe = Probe()
    feeder = Feeder(probe, manifest())
    ahead, now = r(200.0), r(1.0, "N-2")
    feeder.feed(envelope(1.0, ahead, now), 1)
    feeder.feed(envelope(20.0), 2)
    assert probe.ids == [now.id]
    assert feeder.covered == 2  # the one ahead does not hold it back
    again = Probe()
    second = Feeder(again, manifest())
    second.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(feeder.snapshot())))
    second.feed(envelope(30.0, ahead), 3)  # delivered again
    second.feed(envelope(300.0), 4)
    assert again.ids == [now.id, ahead.id]
    assert second.covered == 4


def test_too_many_clocks_ahead_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MAX_AHEAD", 10)
    feeder = Feeder(Probe(), manifest())
    feeder.feed(envelope(0.0, *(r(100.0 + n) for n in range(25))), 1)
    assert feeder.dropped_ahead == 15
    assert feeder.waiting == 10


def test_a_clock_that_stands_still_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MAX_SAME_TIME", 5)
    probe = Probe()
    feeder = Feeder(probe, manifest())
    for n in range(50):
        feeder.feed(envelope(100.0 + n, r(1.0, id=f"id-{n}")), n + 1)
    assert len(probe.ids) == 5


def test_a_snapshot_of_another_layout_is_refused() -> None:
    feeder = Feeder(Probe(), manifest())
    state = feeder.snapshot() | {"layout": 99}
    with pytest.raises(Invalid, match="layout"):
        feeder.restore(state)


def test_flood_is_bounded_by_event_time_and_the_same_again() -> None:
    def flood() -> list[Finding]:
        class Flooding(Probe):
            def observe(self, observations):
                return [finding(f"{o.id}-{n}", Phase.STARTED, o) for o in observations for n in range(3_000)]

        feeder = Feeder(Flooding(), manifest())
        log = stream([r(float(s)) for s in range(60)])
        return [f for q, b in enumerate([*log, *clock(log, for_s=20)], 1) for f in feeder.feed(b, q)]

    out = flood()
    assert 500 <= len(out) <= 500 + 20 * 60
    assert out == flood()


READINGS = st.lists(
    st.tuples(
        st.integers(0, 60),  # observed at, tenths of a second: several fall into one grain
        st.integers(0, 150),  # accepted so much later, tenths of a second
        st.sampled_from(["N-1", "N-2", "N-3"]),
        st.booleans(),  # delivered twice
    ),
    max_size=40,
)


def log_of(rows, merge: bool) -> list[ObservationBatch]:
    by_time: dict[float, list[Observation]] = {}
    for n, (at, late, entity, twice) in enumerate(rows):
        o = reading(entity, TYPE, at / 10, {"LAeq": 1.0}, id=f"o{n}")
        by_time.setdefault((at + late) / 10, []).append(o)
        if twice:
            by_time.setdefault((at + late + n * 7 % 200) / 10, []).append(o)
    out = []
    for t in sorted(by_time):
        out += [envelope(t, *by_time[t])] if merge else [envelope(t, o) for o in by_time[t]]
    return [*out, *clock(out, for_s=30)]


def fed(log: list[ObservationBatch], cut: int | None = None) -> list[str]:
    probe = Probe()
    feeder = Feeder(probe, manifest())
    for seq, batch in enumerate(log, 1):
        feeder.feed(batch, seq)
        if seq == cut:
            state = msgspec.msgpack.decode(msgspec.msgpack.encode(feeder.snapshot()))
            start, probe = feeder.covered, Probe()
            assert start == state["covered"]
            feeder = Feeder(probe, manifest())
            feeder.restore(state)
            for again in range(start + 1, cut + 1):
                feeder.feed(log[again - 1], again)
    assert feeder.covered == len(log)
    return probe.ids


@settings(max_examples=200, deadline=None)
@given(READINGS, st.booleans(), st.integers(1, 60))
def test_each_once_in_order_and_the_same_however_cut(rows, merge: bool, cut: int) -> None:
    log = log_of(rows, merge)
    ids = fed(log)
    assert len(ids) == len(set(ids))
    at = {f"o{n}": (row[0], row[2]) for n, row in enumerate(rows)}
    for entity in ("N-1", "N-2", "N-3"):
        times = [at[i][0] for i in ids if at[i][1] == entity]
        assert times == sorted(times)
    in_time = {f"o{n}" for n, (_, late, _, _) in enumerate(rows) if late <= 47}
    assert in_time <= set(ids)
    assert fed(log_of(rows, not merge)) == ids
    assert fed(log, min(cut, len(log))) == ids
