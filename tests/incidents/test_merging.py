"""Merge and un-merge, split and link: what each leaves, and what each refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.incidents.test_incidents import T0, Book, alert, book

from tocsin.incidents import machine, merging, regrouping, repository
from tocsin.incidents.correlation import repository as correlation
from tocsin.kernel.errors import Conflict, Invalid, NotFound

__all__ = ["book"]


def do(book: Book, act: str, *args, **given):
    book.at += timedelta(seconds=1)
    return book.db.write_now(lambda c: getattr(regrouping, act)(c, *args, by="kim", at=book.at, **given))


def members(book: Book, incident: str) -> set[str]:
    return {m.alert for m in book.db.read_now(lambda c: repository.members(c, incident))}


def parted(book: Book, a: str, b: str) -> bool:
    return book.db.read_now(lambda c: correlation.past(c, [a, b], [])).apart.parted(a, b)


@pytest.fixture
def two(book):
    book.do("open_", "Crowd", [alert(1, "medium"), alert(2, "medium")])
    book.do("open_", "Knife", [alert(3, "critical")])
    return book


def test_the_merged_one_says_so_and_points_to_the_survivor(two) -> None:
    moved = do(two, "merge", "INC-001", ["INC-002"], "one and the same")
    assert moved.moves == (("AL-0003", "INC-002", "INC-001"),)
    survivor, merged = two.get("INC-001"), two.get("INC-002")
    assert (survivor.alerts, survivor.severity) == (("AL-0001", "AL-0002", "AL-0003"), "critical")
    assert survivor.merged == ("INC-002",)
    assert (merged.state, merged.merged_into, merged.disposition) == ("closed", "INC-001", None)
    assert merged.alerts == ("AL-0003",)
    assert "INC-001" in merged.log[-1].words
    assert "INC-002" in survivor.log[-1].words
    assert (members(two, "INC-001"), members(two, "INC-002")) == ({"AL-0001", "AL-0002", "AL-0003"}, set())
    for act, args in (("add_alerts", ([alert(9)],)), ("close", ("handled", "x")), ("reopen", ("again",))):
        with pytest.raises(Conflict, match="merged into INC-001"):
            two.do(act, "INC-002", *args)


def test_unmerge_restores_both_and_later_things_stay_with_the_survivor(two) -> None:
    two.do("note", "INC-002", "before")
    before = two.get("INC-002")
    do(two, "merge", "INC-001", ["INC-002"], "the same")
    two.do("note", "INC-001", "after")
    two.do("add_alerts", "INC-001", [alert(4, "high")])
    moved = do(two, "unmerge", "INC-002", "two after all")
    assert moved.moves == (("AL-0003", "INC-001", "INC-002"),)
    survivor, restored = two.get("INC-001"), two.get("INC-002")
    assert (restored.state, restored.merged_into) == ("open", None)
    same = ("title", "owner", "alerts", "severity", "place", "opened_at", "detected_at", "kind")
    assert [getattr(restored, f) for f in same] == [getattr(before, f) for f in same]
    assert restored.log[: len(before.log)] == before.log
    assert [line.act for line in restored.log[len(before.log) :]] == ["merged", "unmerged"]
    assert (survivor.alerts, survivor.severity) == (("AL-0001", "AL-0002", "AL-0004"), "high")
    assert survivor.merged == ()
    assert [line.words for line in survivor.log if line.act == "noted"] == ["after"]
    assert (members(two, "INC-001"), members(two, "INC-002")) == (set(survivor.alerts), {"AL-0003"})
    assert parted(two, "AL-0001", "AL-0003")
    assert not parted(two, "AL-0001", "AL-0002")


def test_what_left_the_survivor_since_stays_where_it_went(two) -> None:
    do(two, "merge", "INC-002", ["INC-001"], "the same")
    two.do("remove_alert", "INC-002", "AL-0001")
    do(two, "unmerge", "INC-001", "no")
    assert two.get("INC-001").alerts == ("AL-0002",)


def test_nothing_is_left_empty(two) -> None:
    do(two, "merge", "INC-001", ["INC-002"], "the same")
    two.do("remove_alert", "INC-001", "AL-0003")
    with pytest.raises(Conflict, match="none of the alerts"):
        do(two, "unmerge", "INC-002", "no")
    two.do("open_", "Third", [alert(5)])
    do(two, "merge", "INC-003", ["INC-001"], "the same")
    two.do("remove_alert", "INC-003", "AL-0005")
    with pytest.raises(Conflict, match="nothing would stay"):
        do(two, "unmerge", "INC-001", "no")


def test_merges_are_undone_in_turn(two) -> None:
    two.do("open_", "Third", [alert(5)])
    do(two, "merge", "INC-001", ["INC-002"], "a")
    do(two, "merge", "INC-003", ["INC-001"], "b")
    assert members(two, "INC-003") == {"AL-0001", "AL-0002", "AL-0003", "AL-0005"}
    with pytest.raises(Conflict, match="merged into INC-003"):
        do(two, "unmerge", "INC-002", "no")
    do(two, "unmerge", "INC-001", "no")
    do(two, "unmerge", "INC-002", "no")
    assert [members(two, f"INC-00{n}") for n in (1, 2, 3)] == [
        {"AL-0001", "AL-0002"},
        {"AL-0003"},
        {"AL-0005"},
    ]
    with pytest.raises(Conflict, match="not merged"):
        do(two, "unmerge", "INC-002", "no")


def test_split_and_its_links(two) -> None:
    moved = do(two, "split", "INC-001", "Another matter", [alert(2, "medium")], "far side of the square")
    assert moved.moves == (("AL-0002", "INC-001", "INC-003"),)
    new, old = two.get("INC-003"), two.get("INC-001")
    assert (new.alerts, old.alerts) == (("AL-0002",), ("AL-0001",))
    assert (new.links, old.links) == (("INC-001",), ("INC-003",))
    assert [line.act for line in new.log] == ["opened", "split"]
    assert (members(two, "INC-003"), members(two, "INC-001")) == ({"AL-0002"}, {"AL-0001"})
    assert parted(two, "AL-0001", "AL-0002")
    do(two, "unlink", "INC-001", "INC-003")
    assert (two.get("INC-003").links, two.get("INC-001").links) == ((), ())
    linked = do(two, "link", "INC-001", "INC-002", "same march")
    assert (linked.links, two.get("INC-002").links) == (("INC-002",), ("INC-001",))
    assert (linked.owner, linked.alerts) == ("kim", ("AL-0001",))


def test_an_alert_taken_out_is_split_from_the_rest(two) -> None:
    two.do("remove_alert", "INC-001", "AL-0002")
    assert parted(two, "AL-0001", "AL-0002")


@pytest.mark.parametrize(
    ("act", "args", "error", "field"),
    [
        ("merge", ("INC-001", [], "x"), Invalid, "incidents"),
        ("merge", ("INC-001", ["INC-001"], "x"), Invalid, "incidents"),
        ("merge", ("INC-001", ["INC-002", "INC-002"], "x"), Invalid, "incidents"),
        ("merge", ("INC-001", ["INC-002"], " "), Invalid, "reason"),
        ("merge", ("INC-001", ["INC-999"], "x"), NotFound, "id"),
        ("unmerge", ("INC-001", "x"), Conflict, "state"),
        ("split", ("INC-001", "t", [alert(1), alert(2)], "x"), Invalid, "alerts"),
        ("split", ("INC-001", "t", [alert(3)], "x"), NotFound, "alerts"),
        ("split", ("INC-001", "", [alert(2)], "x"), Invalid, "title"),
        ("split", ("INC-001", "t", [], "x"), Invalid, "alerts"),
        ("split", ("INC-001", "t", [alert(2)], ""), Invalid, "reason"),
        ("link", ("INC-001", "INC-001", "x"), Invalid, "incident"),
        ("unlink", ("INC-001", "INC-002"), Conflict, "incident"),
    ],
)
def test_refusals_change_nothing(two, act, args, error, field) -> None:
    before = two.get("INC-001"), two.get("INC-002"), len(two.outbox())
    with pytest.raises(error) as refusal:
        do(two, act, *args)
    assert refusal.value.field == field
    assert refusal.value.cure
    assert (two.get("INC-001"), two.get("INC-002"), len(two.outbox())) == before


def test_who_saw_an_older_version_is_told(two) -> None:
    two.do("note", "INC-001", "x")
    for act, args in (
        ("merge", (["INC-002"], "x")),
        ("split", ("t", [alert(2)], "x")),
        ("link", ("INC-002", "")),
    ):
        with pytest.raises(Conflict, match="moved on"):
            do(two, act, "INC-001", *args, version=1)


def test_closed_ones_do_not_merge_but_may_be_linked(two) -> None:
    two.do("close", "INC-002", "handled", "x")
    for pair in (("INC-001", ["INC-002"]), ("INC-002", ["INC-001"])):
        with pytest.raises(Conflict, match="closed"):
            do(two, "merge", *pair, "x")
    do(two, "link", "INC-001", "INC-002", "")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_unmerging_all_gives_back_what_there_was(sizes, chance) -> None:
    """However many are merged, un-merged in any order: the same alerts, titles and severities."""
    number, incidents, severity = 0, [], {}
    for index, size in enumerate(sizes):
        held = [alert(number + n, chance.choice(["low", "high", "critical"])) for n in range(size)]
        number += size
        severity |= {a.id: a.severity for a in held}
        incidents.append(machine.begin(index + 1, f"T{index}", held, "kim", T0).incident)
    now = {i.id: i for i in incidents}
    for event in merging.merge(incidents[0], incidents[1:], "why", "kim", T0):
        now[event.incident.id] = event.incident
    assert len(now["INC-001"].alerts) == number
    back = [i.id for i in incidents[1:]]
    chance.shuffle(back)
    for merged in back:
        for event in merging.unmerge(now["INC-001"], now[merged], severity, "why", "kim", T0):
            now[event.incident.id] = event.incident
    for before in incidents:
        after = now[before.id]
        assert (after.state, after.alerts, after.severity) == ("open", before.alerts, before.severity)
        assert (after.merged, after.merged_into, after.title) == ((), None, before.title)
        assert after.log[: len(before.log)] == before.log
