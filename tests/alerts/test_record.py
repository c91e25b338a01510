"""A tool's record: what people decided, and no precision where that is too little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.alerts.conftest import T0, Desk, finding

from tocsin.alerts.record import ToolRecord, record
from tocsin.alerts.record.wilson import wilson


def ask(desk: Desk, tool: str = "crowd", **given: Any) -> ToolRecord:
    return desk.db.read_now(lambda c: record(c, tool, desk.clock.now(), **given))


def decided(desk: Desk, number: int, action: str | None, kind: str = "crowd.surge") -> str:
    desk.take(
        finding(f"f{number}", entity=f"E{number}", kind=kind, onset=desk.clock.now(), severity="critical")
    )
    alert = f"AL-{number:04d}"
    if action is not None:
        desk.act(action, alert, **({"reason": "a parade"} if action == "reject" else {}))
    return alert


def test_by_hand(desk: Desk) -> None:
    for n in range(1, 17):
        decided(desk, n, "confirm")
    for n in range(17, 21):
        decided(desk, n, "reject")
    decided(desk, 21, None)
    decided(desk, 22, "acknowledge")
    found = ask(desk)
    whole = found.tally
    assert (whole.confirmed, whole.rejected, whole.undecided, whole.decisions) == (16, 4, 2, 20)
    assert whole.precision == 0.8
    assert whole.low == pytest.approx(0.5840, abs=1e-4)  # Wilson, 16 of 20
    assert whole.high == pytest.approx(0.9193, abs=1e-4)
    assert [m.month for m in found.months][-1] == "2026-11"
    assert len(found.months) == 12
    assert found.months[-1].tally == whole
    assert found.months[0].tally.decisions == 0


def test_too_few_decisions_give_no_precision(desk: Desk) -> None:
    for n in range(1, 20):
        decided(desk, n, "confirm")
    whole = ask(desk).tally
    assert (whole.decisions, whole.enough, whole.precision, whole.low) == (19, False, None, None)
    decided(desk, 20, "confirm")
    whole = ask(desk).tally
    assert (whole.enough, whole.precision) == (True, 1.0)
    assert whole.low == pytest.approx(0.8389, abs=1e-4)


def test_closing_keeps_the_verdict_and_reopening_takes_it_back(desk: Desk) -> None:
    decided(desk, 1, "reject")
    desk.act("close", "AL-0001", reason="done")
    assert ask(desk).tally.rejected == 1
    desk.act("reopen", "AL-0001")
    assert (ask(desk).tally.rejected, ask(desk).tally.undecided) == (0, 1)
    desk.act("confirm", "AL-0001")
    assert ask(desk).tally.confirmed == 1


def test_each_kind_and_month_for_itself(desk: Desk) -> None:
    desk.clock.time = datetime(2026, 10, 31, 23, 59, tzinfo=UTC)
    decided(desk, 1, "confirm")
    desk.clock.time = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
    decided(desk, 2, "reject")
    decided(desk, 3, "reject", kind="crowd.density")
    found = ask(desk)
    assert [k.kind for k in found.kinds] == ["crowd.density", "crowd.surge"]
    surge = {
        m.month: (m.tally.confirmed, m.tally.rejected) for m in found.kinds[1].months if m.tally.decisions
    }
    assert surge == {"2026-10": (1, 0), "2026-11": (0, 1)}
    assert ask(desk, "other").kinds == ()


def test_what_is_older_than_a_year_is_past(desk: Desk) -> None:
    desk.clock.time = datetime(2025, 11, 30, tzinfo=UTC)
    decided(desk, 1, "confirm")
    desk.clock.time = datetime(2025, 12, 1, tzinfo=UTC)
    decided(desk, 2, "confirm")
    desk.clock.time = T0
    assert ask(desk).tally.confirmed == 1


def test_a_false_alarm_speaks_for_its_alerts(desk: Desk) -> None:
    decided(desk, 1, "confirm")
    decided(desk, 2, "confirm")
    asked: list[set[str]] = []

    def false_alarms(ids: Any) -> set[str]:
        asked.append(set(ids))
        return {"INC-001"}

    from tocsin.alerts import service

    now = desk.clock.now() + timedelta(seconds=1)
    desk.db.write_now(lambda c: service.join(c, "AL-0001", "INC-001", "kim", now))
    found = ask(desk, false_alarms=false_alarms).tally
    assert (found.confirmed, found.rejected) == (1, 1)
    assert asked == [{"INC-001"}]


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_is_symmetric(case: tuple[int, int]) -> None:
    hits, of = case
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of + 1e-12
    assert hits / of - 1e-12 <= high <= 1
    other = wilson(of - hits, of)
    assert other == pytest.approx((1 - high, 1 - low))
    # its ends are where the score test of the share just fails: (p - x)^2 = z^2 x (1 - x) / n
    for x in (low, high):
        if 0 < x < 1:
            assert (hits / of - x) ** 2 == pytest.approx(1.959963984540054**2 * x * (1 - x) / of, abs=1e-9)


def test_no_cases_have_no_share() -> None:
    for hits, of in ((0, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="no share"):
            wilson(hits, of)
