"""Findings become alerts: once each, joined where they are the same trouble, never swallowed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.alerts.conftest import RULES, T0, Desk, finding

from tocsin.alerts.intake import Intake
from tocsin.kernel.decisions import Alert, AlertState


def test_a_finding_becomes_one_alert_with_its_rule(desk, make) -> None:
    desk.take(make())
    alert = desk.get()
    assert (alert.id, alert.version, alert.state, alert.severity) == ("AL-0001", 1, AlertState.NEW, "high")
    assert (alert.category, alert.urgency, alert.certainty) == ("Safety", "Immediate", "Observed")
    assert alert.severity_rule.id == "S-10"
    assert alert.severity_rule.words
    assert desk.acts() == ["raised"]
    assert [(e.act, e.alert.id) for e in desk.outbox()] == [("raised", "AL-0001")]


def test_repeats_by_id_and_version_are_dropped(desk, make) -> None:
    desk.take(make(), make(), make(version=2, phase="ongoing"))
    again = desk.take(make(), make(version=2, phase="ongoing"))
    assert again.repeats == 2
    assert desk.ids(state="all") == ["AL-0001"]
    assert len(desk.outbox()) == len(desk.events())


def test_going_on_is_told_once_a_second_and_never_lost(desk, make) -> None:
    desk.take(make())
    for n in range(2, 50):
        desk.clock.after(milliseconds=10)
        desk.take(make(version=n, phase="ongoing", score=float(n)))
    assert desk.acts() == ["raised"]
    assert desk.get().finding.score == 49  # the view is ahead
    assert desk.tick() == 1
    assert desk.acts() == ["raised", "updated"]
    assert desk.events()[-1].alert.finding.score == 49
    assert desk.tick() == 0
    desk.clock.after(seconds=2)
    desk.take(make(version=60, phase="ongoing"))
    assert desk.acts() == ["raised", "updated", "updated"]


def test_the_end_is_told_at_once(desk, make) -> None:
    desk.take(make())
    desk.take(make(version=2, phase="ongoing"), make(version=3, phase="ended"))
    assert desk.acts() == ["raised", "ended"]
    alert = desk.get()
    assert not alert.active
    assert alert.ended_at is not None
    assert alert.state is AlertState.NEW  # nobody has seen it: it stays in the queue


def test_a_new_episode_joins_while_it_goes_on_or_shortly_after(desk, make) -> None:
    desk.take(make("a"))
    desk.take(make("b"))
    assert desk.get().occurrences == 2
    assert desk.ids() == ["AL-0001"]
    desk.take(make("a", 2, "ended"))
    assert desk.get().active  # the other still goes on
    desk.take(make("b", 2, "ended"))
    assert not desk.get().active
    desk.take(make("c", onset=desk.clock.after(minutes=29)))
    assert desk.get().active
    assert desk.get().occurrences == 3
    assert [e.act for e in desk.events()] == ["raised", "updated", "ended", "updated"]
    desk.take(make("c", 2, "ended", observed_at=desk.clock.now()))
    desk.take(make("d", onset=desk.clock.after(minutes=31)))
    assert desk.ids() == ["AL-0002", "AL-0001"]


def test_another_place_kind_or_attribute_is_another_alert(desk, make) -> None:
    desk.take(make("a"), make("b", entity="SQ-D3"), make("c", kind="crowd.dense"), make("d", attribute="x"))
    assert len(desk.ids()) == 4


def test_findings_of_no_entity_never_merge(desk, make) -> None:
    desk.take(make("a", entity=None), make("b", entity=None))
    assert len(desk.ids()) == 2


def test_back_after_it_was_acknowledged_and_had_ended_is_new_again(desk, make) -> None:
    desk.take(make("a"))
    desk.act("acknowledge")
    desk.take(make("b"))
    assert desk.get().state is AlertState.ACKNOWLEDGED
    desk.take(make("a", 2, "ended"), make("b", 2, "ended"))
    desk.take(make("c"))
    assert desk.get().state is AlertState.NEW
    assert desk.get().acknowledged is None


def test_a_closed_or_rejected_alert_never_swallows_a_new_one(desk, make) -> None:
    desk.take(make("a"))
    desk.act("reject", reason="a school class")
    desk.take(make("b"))
    assert desk.ids() == ["AL-0002", "AL-0001"]
    desk.act("acknowledge", "AL-0002")
    desk.act("close", "AL-0002", reason="known event")
    desk.take(make("c"))
    assert desk.ids() == ["AL-0003", "AL-0001"]


def test_what_a_closed_alert_still_does_is_recorded_but_does_not_reopen_it(desk, make) -> None:
    desk.take(make(severity="medium"))
    desk.act("acknowledge")
    desk.act("close", reason="known event")
    desk.take(make(version=2, phase="ongoing", severity="medium"))
    assert desk.get().state is AlertState.CLOSED
    assert len(desk.events()) == 3
    desk.take(make(version=3, phase="ongoing", severity="critical"))  # now it is another matter
    assert desk.ids() == ["AL-0002"]
    desk.take(make(version=4, phase="ended"))
    assert not desk.get("AL-0002").active


def test_graver_is_new_again_milder_is_not(desk, make) -> None:
    desk.take(make(severity="medium"))
    desk.act("acknowledge")
    desk.take(make(version=2, phase="ongoing", severity="low"))
    assert desk.get().state is AlertState.ACKNOWLEDGED
    desk.take(make(version=3, phase="ongoing", severity="critical"))
    alert = desk.get()
    assert (alert.state, alert.severity, alert.acknowledged) == (AlertState.NEW, "critical", None)
    assert desk.events()[-1].reason == "from low to critical"


def test_a_sensor_fault_is_low_whatever_the_tool_says(desk, make) -> None:
    desk.take(make("a", fault_probability=0.9, severity="critical"))
    desk.take(make("b", kind="anomaly.fault", tool="anomaly", severity="high", fault_probability=0.2))
    assert [(a.severity, a.category) for a in desk.list()] == [("low", "Infra")] * 2
    desk.take(make("c", entity="SQ-A1", severity="high"))
    desk.take(make("c", 2, "ongoing", entity="SQ-A1", severity="high", fault_probability=0.8))
    assert desk.get("AL-0003").severity == "low"


def test_flapping_stays_one_alert_and_settles(desk, make) -> None:
    for n in range(6):
        now = desk.clock.after(seconds=30)
        desk.take(make(f"f{n}", onset=now, observed_at=now))
        now = desk.clock.after(seconds=30)
        desk.take(make(f"f{n}", 2, "ended", onset=now, observed_at=now))
    alert = desk.get()
    assert desk.ids() == ["AL-0001"]
    assert alert.flapping
    assert alert.occurrences == 6
    desk.clock.after(minutes=14)
    desk.tick()
    assert desk.get().flapping
    desk.clock.after(minutes=2)
    desk.tick()
    assert not desk.get().flapping
    assert desk.events()[-1].reason == "no longer flapping"


def test_a_thousand_flips_a_second_are_a_few_events(desk, make) -> None:
    flips = []
    for n in range(500):
        flips += [make(f"f{n}"), make(f"f{n}", 2, "ended")]
    desk.take(*flips)
    assert len(desk.events()) < 20
    assert desk.get().occurrences == 500
    desk.clock.after(seconds=1)
    desk.tick()
    assert desk.events()[-1].alert == desk.get()


def test_hostile_words_are_bounded_and_plain(desk, make) -> None:
    desk.take(make(headline="<script>x</script>‮" + "h" * 100_000, words="w\x00" * 100_000))
    alert = desk.get()
    assert len(alert.headline) <= 300
    assert alert.headline.startswith("<script>x</script>h")
    assert len(alert.words) <= 2000
    assert alert.finding.headline == alert.headline
    assert "\x00" not in alert.words


def test_an_end_without_a_start_is_counted_not_raised(desk, make) -> None:
    assert desk.take(make(phase="ended")).strangers == 1
    assert desk.ids(state="all") == []


def test_a_lost_start_is_raised_by_what_goes_on(desk, make) -> None:
    desk.take(make(version=7, phase="ongoing"))
    assert desk.ids() == ["AL-0001"]
    assert desk.get().onset == desk.clock.now() - timedelta(0)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4), st.sampled_from(["low", "medium", "high"]), st.booleans(), st.integers(0, 9)
        ),
        min_size=1,
        max_size=40,
    )
)
def test_a_batch_of_many_times_is_as_one_after_the_other(told) -> None:
    """A recorded day comes in batches of hours: each finding is decided at its own time all the same."""
    now, seen, findings = T0, Counter(), []
    for entity, severity, starts, minutes in told:
        now += timedelta(minutes=minutes)
        seen[entity] += starts or not seen[entity]
        of = f"{entity}-{seen[entity]}"
        version = 1 + sum(f.id == of for f in findings)
        phase = "started" if version == 1 else "ongoing" if minutes % 2 else "ended"
        findings.append(
            finding(of, version, phase, entity=f"E{entity}", severity=severity, onset=now, observed_at=now)
        )
    times = [f.observed_at for f in findings]

    def left(batches) -> list[Alert]:
        with TemporaryDirectory() as folder:
            desk = Desk(Path(folder) / "ops.db")
            for some, when in batches:

                def take(conn, some=some, when=when) -> None:
                    intake = Intake(conn, RULES, when[0])
                    intake.take(some, when)
                    intake.finish()

                desk.db.write_now(take)
            alerts = desk.list(state="all", limit=500)
            desk.db.close()
            return alerts

    assert left([(findings, times)]) == left([([f], [t]) for f, t in zip(findings, times, strict=True)])
