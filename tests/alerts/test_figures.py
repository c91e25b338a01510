"""ISA-18.2 figures, counted by hand from what was raised when; each room sees its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from tests.alerts.conftest import RULES, T0, Desk, finding

from tocsin.alerts import repository
from tocsin.alerts.figures import AlarmFigures, figures
from tocsin.alerts.figures.floods import folded, in_flood
from tocsin.alerts.figures.targets import TARGETS
from tocsin.alerts.maintenance import service as maintenance
from tocsin.db import Connection
from tocsin.identity.policy import Seat
from tocsin.kernel.decisions import AlertEvent
from tocsin.kernel.maintenance import MaintenanceScope
from tocsin.kernel.sharing import Level, Sharing


def raise_(desk: Desk, name: str, **given: Any) -> None:
    """One alert of its own trouble, now."""
    kind = given.pop("kind", f"crowd.{name}")
    desk.take(finding(name, kind=kind, onset=desk.clock.now(), observed_at=desk.clock.now(), **given))


def ask(desk: Desk, period: Any = "24h", **given: Any) -> AlarmFigures:
    given = {"room": "police", "seat": None} | given
    return desk.db.read_now(lambda c: figures(c, RULES, desk.clock.now(), period=period, **given))


def value(of: AlarmFigures, name: str) -> float | None:
    return next(f.value for f in of.figures if f.id == name)


def meets(of: AlarmFigures, name: str) -> bool | None:
    return next(f.meets for f in of.figures if f.id == name)


def test_of_a_quiet_day_there_is_nothing_to_say(desk: Desk) -> None:
    none = ask(desk)
    assert (none.alerts, value(none, "average"), value(none, "peak"), value(none, "flood_time")) == (
        0,
        0,
        0,
        0,
    )
    for share in ("low", "medium", "grave", "top_sources", "per_seat"):
        assert (value(none, share), meets(none, share)) == (None, None)
    assert [p.count for p in none.course] == [0] * 48
    assert all(f.clause for f in none.figures)
    assert {f.id for f in none.figures} == set(TARGETS)


def test_a_shift_by_hand(desk: Desk) -> None:
    """20 alerts in eight hours: 12 in its 1st ten minutes, 6 in its 2nd, 1 in its 3rd, 1 in its last."""
    severities = ["low"] * 15 + ["medium"] * 3 + ["high", "critical"]
    at = [1] * 12 + [11] * 6 + [21, 479]
    desk.rules = type(RULES)(RULES.rule, (), RULES.overflow, RULES.habits)  # nothing is held back here
    for n, (minute, severity) in enumerate(zip(at, severities, strict=True)):
        desk.clock.time = T0 + timedelta(minutes=minute)
        raise_(desk, f"f{n}", severity=severity, kind="crowd.twin" if n < 2 else f"crowd.{n}", entity=f"E{n}")
    desk.clock.time = T0 + timedelta(hours=8)
    found = ask(desk, "shift", seats=2)
    assert found.alerts == 20
    assert value(found, "average") == pytest.approx(20 / 48)
    assert value(found, "per_seat") == pytest.approx(20 / 48 / 2)
    assert value(found, "peak") == 12
    # a flood from the first ten minutes (12) through the second (6, not below 5): 2 of 48
    assert value(found, "flood_time") == pytest.approx(100 * 2 / 48)
    assert value(found, "busy_windows") == pytest.approx(100 / 48)
    assert value(found, "low") == 75
    assert value(found, "medium") == 15
    assert value(found, "grave") == 10
    assert value(found, "top_sources") == 50  # 20 sources, the ten worst one each
    assert (meets(found, "peak"), meets(found, "low"), meets(found, "grave")) == (False, True, False)
    assert [p.count for p in found.course][:3] == [12, 6, 1]
    assert sum(p.count for p in found.course) == 20
    assert found.course[0].at == T0


def test_the_worst_source_stands_first(desk: Desk) -> None:
    for n in range(3):
        raise_(desk, f"a{n}", entity="BAD", kind="crowd.surge")
        desk.act("acknowledge", f"AL-{n + 1:04d}")
        desk.act("close", f"AL-{n + 1:04d}", reason="again")
        desk.clock.after(minutes=5)
    raise_(desk, "b", entity="GOOD")
    worst = ask(desk).sources[0]
    assert (worst.entity, worst.kind, worst.count, worst.share) == (
        "urn:ngsi-ld:CrowdFlowObserved:BAD",
        "crowd.surge",
        3,
        75.0,
    )
    assert worst.alert == "AL-0003"
    assert ask(desk, with_sources=False).sources == ()


def test_a_period_counts_its_own_alone(desk: Desk) -> None:
    raise_(desk, "old")
    desk.clock.after(hours=25)
    raise_(desk, "new")
    assert {p: ask(desk, p).alerts for p in ("10min", "shift", "24h", "30d")} == {
        "10min": 1,
        "shift": 1,
        "24h": 1,
        "30d": 2,
    }
    assert len(ask(desk, "10min").course) == 10
    assert ask(desk, "10min").course[-1].count == 1


def test_stale_and_chattering_stand_out(desk: Desk) -> None:
    raise_(desk, "long")
    for n in range(5):
        raise_(desk, f"c{n}", entity="CHATTER", kind="crowd.surge")
        desk.take(finding(f"c{n}", 2, "ended", entity="CHATTER", observed_at=desk.clock.now()))
        desk.clock.after(minutes=1)
    now = ask(desk)
    assert (value(now, "chattering"), meets(now, "chattering")) == (1, False)
    assert value(now, "stale") == 0
    desk.clock.after(hours=24)
    desk.tick()
    later = ask(desk)
    assert value(later, "stale") == 1, "it stands for more than a day; the one that ended does not"
    assert value(later, "chattering") == 0


def test_nothing_is_suppressed_without_a_rule_or_a_person(desk: Desk) -> None:
    for n in range(12):
        raise_(desk, f"f{n}", severity="low")
    raise_(desk, "s", entity="S")
    desk.act("shelve", "AL-0013", reason="known", until=desk.clock.now() + timedelta(hours=1))
    raise_(desk, "m", entity="M")
    scope = MaintenanceScope(entities=("urn:ngsi-ld:CrowdFlowObserved:M",))
    until = desk.clock.now() + timedelta(hours=1)
    desk.db.write_now(lambda c: maintenance.plan(c, scope, None, until, "lens", "ana", desk.clock.now()))
    found = ask(desk)
    stand = found.standing
    assert (stand.held, stand.shelved, stand.out_of_service, stand.unauthorised) == (3, 1, 1, 0)
    assert found.alerts == 10, "held back and out of service were put before nobody"
    for column, hidden in (
        ("suppressed_by", "'F-77'"),
        ("out_of_service", "'MW-0099'"),
        ("shelved_until", "1"),
    ):
        assert value(ask(desk), "unauthorised") == 0
        desk.db.write_now(
            lambda c, q=f"UPDATE alert_arrivals SET {column} = {hidden} WHERE number = 1": c.execute(text(q))
        )
        assert value(ask(desk), "unauthorised") == 1, column
        assert meets(ask(desk), "unauthorised") is False
        desk.db.write_now(
            lambda c, q=f"UPDATE alert_arrivals SET {column} = NULL WHERE number = 1": c.execute(text(q))
        )


def test_a_room_counts_what_is_open_to_it(desk: Desk) -> None:
    shared = [
        Sharing("police", Level.OWN),
        Sharing("police", Level.NAMED, ("it",)),
        Sharing("police", Level.ALL),
        Sharing("police", Level.CITY),
    ]
    for n, sharing in enumerate(shared):
        raise_(desk, f"f{n}")

        def share(conn: Connection, n: int = n, sharing: Sharing = sharing) -> None:
            from msgspec.structs import replace

            row = repository.one(conn, f"AL-{n + 1:04d}")
            row.alert = replace(row.alert, sharing=sharing, version=row.alert.version + 1)
            repository.save(conn, [row], [AlertEvent("updated", "kim", desk.clock.now(), row.alert)])

        desk.db.write_now(share)
    seen = {
        room: ask(desk, seat=Seat(room, partner=room == "metro")).alerts
        for room in ("police", "it", "fire", "metro")
    }
    assert seen == {"police": 4, "it": 3, "fire": 2, "metro": 1}
    assert ask(desk, seat=Seat("i", False)).alerts == 2, "a room's name is not found inside another's"
    assert ask(desk, seat=Seat("%", False)).alerts == 2


@given(st.lists(st.integers(0, 15), min_size=1, max_size=60))
def test_floods_begin_at_ten_and_end_below_five(counts: list[int]) -> None:
    flooded = in_flood(counts)
    for i, (count, wet) in enumerate(zip(counts, flooded, strict=True)):
        before = i > 0 and flooded[i - 1]
        if count >= 10:
            assert wet
        elif count < 5:
            assert not wet
        else:
            assert wet == before


@given(st.lists(st.integers(0, 15), min_size=48, max_size=48), st.sampled_from([1, 6, 24, 48]))
def test_folding_loses_nothing(counts: list[int], into: int) -> None:
    groups = folded(counts, into)
    assert len(groups) == into
    assert sum(total for total, _ in groups) == sum(counts)
    assert max(peak for _, peak in groups) == max(counts)
