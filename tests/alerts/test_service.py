"""What people do, in one transaction with who, when and why; and how it stood at any minute."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from tests.db.shape import address

from tocsin.alerts import service
from tocsin.kernel.decisions import AlertState
from tocsin.kernel.errors import Conflict, Invalid, NotFound


def test_actions_are_recorded_and_published(desk, make) -> None:
    desk.take(make())
    desk.act("acknowledge", by="kim")
    desk.act("confirm", by="lee", reason="seen on C-104")
    desk.act("close", by="kim", reason="handed over")
    assert [(e.act, e.by) for e in desk.events()] == [
        ("raised", "alerts"),
        ("acknowledged", "kim"),
        ("confirmed", "lee"),
        ("closed", "kim"),
    ]
    assert [e.alert.version for e in desk.outbox()] == [1, 2, 3, 4]
    alert = desk.get()
    assert alert.confirmed.reason == "seen on C-104"
    assert alert.state is AlertState.CLOSED
    assert desk.ids() == []
    assert desk.ids(state="closed") == ["AL-0001"]


def test_undo(desk, make) -> None:
    desk.take(make())
    desk.act("acknowledge")
    desk.act("unacknowledge")
    assert desk.get().state is AlertState.NEW
    assert desk.acts() == ["raised", "acknowledged", "unacknowledged"]


def test_who_decides_on_what_has_moved_on_is_told(desk, make) -> None:
    desk.take(make())
    seen = desk.get().version
    desk.act("acknowledge", by="kim", version=seen)
    with pytest.raises(Conflict, match="acknowledged by kim since you looked"):
        desk.act("confirm", by="lee", version=seen)
    with pytest.raises(Conflict, match="no version 99"):
        desk.act("confirm", by="lee", version=99)
    assert desk.get().version == 2


def test_the_detector_going_on_is_no_conflict(desk, make) -> None:
    desk.take(make(severity="medium"))
    seen = desk.get().version
    for n in range(2, 6):
        desk.clock.after(seconds=2)
        desk.take(make(version=n, phase="ongoing", severity="medium"))
    assert desk.get().version > seen
    desk.act("acknowledge", version=seen)
    seen = desk.get().version
    desk.clock.after(seconds=2)
    desk.take(make(version=9, phase="ongoing", severity="critical"))
    with pytest.raises(Conflict, match="from medium to critical"):
        desk.act("acknowledge", version=seen)


def test_refusals_change_nothing(desk, make) -> None:
    desk.take(make())
    for action, given in (
        ("reject", {}),
        ("shelve", {"reason": "x"}),
        ("close", {"reason": "x"}),
        ("unshelve", {}),
        ("dance", {}),
    ):
        with pytest.raises((Invalid, Conflict)):
            desk.act(action, **given)
    for wrong in ("AL-0002", "AL-1", "", "'; DROP TABLE alerts", "AL-" + "9" * 400):
        with pytest.raises(NotFound):
            desk.act("acknowledge", wrong)
    assert desk.acts() == ["raised"]


@pytest.mark.parametrize(
    ("before", "real", "acts"),
    [
        ([], True, ["acknowledged", "closed"]),
        ([], False, ["rejected", "closed"]),
        (["confirm"], False, ["closed"]),
        (["acknowledge"], True, ["closed"]),
        (["acknowledge", "close"], True, []),
    ],
)
def test_the_end_of_an_incident_concludes_its_alerts(desk, make, before, real, acts) -> None:
    desk.take(make())
    for action in before:
        desk.act(action, **({"reason": "r"} if action == "close" else {}))
    known = len(desk.events())
    now = desk.clock.now()
    after = desk.db.write_now(
        lambda c: service.conclude(c, "AL-0001", "kim", now, "INC-001 handled", real=real)
    )
    assert after.state is AlertState.CLOSED
    assert desk.acts()[known:] == acts
    assert [e.alert.version for e in desk.outbox()] == list(range(1, len(desk.events()) + 1))
    desk.take(make("later"))
    assert desk.ids() == ["AL-0002"]  # nothing that comes later is swallowed


def test_shelved_comes_back_by_itself_also_after_a_restart(desk, make) -> None:
    desk.take(make())
    until = desk.clock.now() + timedelta(minutes=30)
    desk.act("shelve", reason="road works", until=until)
    assert desk.ids(state="shelved") == ["AL-0001"]
    desk.clock.after(minutes=29)
    assert desk.tick() == 0
    again = type(desk)(desk.path)  # another process
    again.clock.time = desk.clock.after(minutes=2)
    assert again.tick() == 1
    again.db.close()
    alert = desk.get()
    assert alert.shelved is None
    assert alert.state is AlertState.NEW
    assert desk.acts() == ["raised", "shelved", "returned"]
    assert desk.events()[-1].reason
    with pytest.raises(Conflict):
        desk.act("unshelve")


def test_shelf_shows_by_whom_and_until_when(desk, make) -> None:
    desk.take(make())
    until = desk.clock.now() + timedelta(hours=1)
    shelf = desk.act("shelve", by="kim", reason="works", until=until).shelved
    assert (shelf.by, shelf.until, shelf.reason) == ("kim", until, "works")
    assert desk.act("unshelve", by="lee").shelved is None


def test_as_it_stood(desk, make) -> None:
    start = desk.clock.now()
    desk.take(make("a", severity="medium"))
    desk.clock.after(minutes=1)
    desk.take(make("b", entity="SQ-A1", severity="critical"))
    one = desk.clock.after(minutes=1)
    desk.act("acknowledge", "AL-0001")
    desk.act("reject", "AL-0002", reason="no")
    two = desk.clock.after(minutes=1)
    desk.act("close", "AL-0002", reason="no")
    three = desk.clock.after(minutes=1)
    desk.act("reopen", "AL-0002")
    desk.act("close", "AL-0001", reason="over")

    def stood(at, **asked):
        return [(a.id, a.state.value) for a in desk.list(at=at, **asked)]

    tick = timedelta(seconds=1)
    assert stood(start - tick) == []
    assert stood(start + tick) == [("AL-0001", "new")]
    assert stood(one - tick) == [("AL-0002", "new"), ("AL-0001", "new")]
    assert stood(two - tick) == [("AL-0002", "rejected"), ("AL-0001", "acknowledged")]
    assert stood(three - tick) == [("AL-0001", "acknowledged")]
    assert stood(three - tick, state="all") == [("AL-0002", "closed"), ("AL-0001", "acknowledged")]
    assert stood(three + tick) == [("AL-0002", "acknowledged")]
    assert stood(two - tick, severity="critical") == [("AL-0002", "rejected")]
    assert stood(two - tick, state="rejected") == [("AL-0002", "rejected")]


def test_pages(desk, make) -> None:
    for n in range(9):
        severity = ("low", "critical", "medium")[n % 3]
        desk.take(make(f"m{n}", entity=f"E{n}", severity=severity))
    for asked in ({"state": "open"}, {"state": "all"}, {"state": "all", "at": desk.clock.after(seconds=1)}):
        seen, after = [], None
        while True:
            items, after = desk.db.read_now(
                lambda c, after=after, asked=asked: service.find(c, seat=None, limit=2, after=after, **asked)
            )
            seen += [a.id for a in items]
            if after is None:
                break
        assert sorted(seen) == [f"AL-{n:04d}" for n in range(1, 10)], asked
        assert len(seen) == 9
    assert [a.severity for a in desk.list()] == ["critical"] * 3 + ["medium"] * 3 + ["low"] * 3
    for wrong in ({"state": "odd"}, {"severity": "odd"}, {"limit": 0}, {"after": "x; DROP"}, {"limit": 501}):
        with pytest.raises(Invalid):
            desk.list(**wrong)


def test_pages_of_events(desk, make) -> None:
    desk.take(make())
    for _ in range(5):
        desk.act("acknowledge")
        desk.act("unacknowledge")
    seen, after = [], None
    while True:
        items, after = desk.db.read_now(
            lambda c, after=after: service.events(c, "AL-0001", limit=3, after=after)
        )
        seen += [e.alert.version for e in items]
        if after is None:
            break
    assert seen == list(range(1, 12))


def test_of_two_processes_that_acknowledge_one_wins(desk, make) -> None:
    desk.take(make())
    code = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from tocsin.alerts import service\n"
        "from tocsin.db import Database\n"
        "from tocsin.kernel.errors import Conflict\n"
        "db = Database(sys.argv[1], durable=True, name='ops')\n"
        "sys.stdin.readline()\n"
        "try:\n"
        "    db.write_now(lambda c: service.acknowledge(c, 'AL-0001', sys.argv[2], datetime.now(UTC), 1))\n"
        "    print('won')\n"
        "except Conflict as refusal:\n"
        "    print('lost', refusal.message)\n"
        "db.close()\n"
    )
    people = [
        subprocess.Popen(
            [sys.executable, "-c", code, address(desk.path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("kim", "lee")
    ]
    for person in people:
        person.stdin.write("go\n")
        person.stdin.flush()
    said = [person.communicate(timeout=60)[0].strip() for person in people]
    assert sorted(s.split()[0] for s in said) == ["lost", "won"]
    winner = ("kim", "lee")[[s.split()[0] for s in said].index("won")]
    assert f"acknowledged by {winner}" in next(s for s in said if s.startswith("lost"))
    assert desk.get().acknowledged.by == winner
    assert len(desk.outbox()) == 2
