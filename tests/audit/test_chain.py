"""Whatever is done to a chain of rows is found, and named by the row."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.audit.build import chain, deed, hashed, head

from tocsin.audit.chain import BEGINNING, GENESIS, Mark, Row
from tocsin.audit.examine import Report, examine

ROWS = chain([deed(n) for n in range(1, 13)])


def look(rows: list[Row], *marks: Mark) -> Report:
    return examine(rows, [head(ROWS), *marks])


def test_a_row_is_hashed_as_documented() -> None:
    assert ROWS[0].prev == GENESIS
    for before, row in itertools.pairwise(ROWS):
        assert row.prev == before.hash == hashed(before.seq, before.prev, before.body)


def test_a_whole_chain_is_whole() -> None:
    report = look(ROWS)
    assert report.whole
    assert (report.rows, report.head, report.sealed) == (12, head(ROWS), 12)
    assert examine([]).whole
    assert examine(ROWS[4:], [head(ROWS)], Mark(4, ROWS[3].hash)).whole


def named(report: Report) -> list[tuple[str, int]]:
    return [(fault.kind, fault.seq) for fault in report.faults]


def renumber(rows: list[Row]) -> list[Row]:
    return [replace(row, seq=n) for n, row in enumerate(rows, 1)]


def anew(rows: list[Row]) -> list[Row]:
    """The same words with every hash computed again: what an attacker with the table can do."""
    made: list[Row] = []
    prev = GENESIS
    for n, row in enumerate(rows, 1):
        made.append(Row(n, prev, hashed(n, prev, row.body), row.body))
        prev = made[-1].hash
    return made


OTHER = replace(ROWS[5], body=ROWS[5].body.replace(b"ann", b"bob"))
STRANGER = Row(6, ROWS[4].hash, hashed(6, ROWS[4].hash, OTHER.body), OTHER.body)

CASES: dict[str, tuple[list[Row], list[tuple[str, int]]]] = {
    "words altered": ([*ROWS[:5], OTHER, *ROWS[6:]], [("altered", 6)]),
    "altered and hashed anew": ([*ROWS[:5], STRANGER, *ROWS[6:]], [("altered", 6)]),
    "last altered and hashed anew": (anew([*ROWS[:11], OTHER]), [("altered", 1)]),
    "hash altered": ([*ROWS[:5], replace(ROWS[5], hash="0" * 64), *ROWS[6:]], [("altered", 6)]),
    "row cut": ([*ROWS[:11], replace(ROWS[11], body=ROWS[11].body[:40])], [("torn", 12)]),
    "one dropped": ([*ROWS[:5], *ROWS[6:]], [("dropped", 6)]),
    "first dropped": (ROWS[1:], [("dropped", 1)]),
    "three dropped": ([*ROWS[:5], *ROWS[8:]], [("dropped", 6)]),
    "one dropped, renumbered": (renumber([*ROWS[:5], *ROWS[6:]]), [("dropped", 6), ("truncated", 12)]),
    "one inserted, same number": ([*ROWS[:6], STRANGER, *ROWS[6:]], [("inserted", 6)]),
    "one repeated": ([*ROWS[:6], ROWS[2], *ROWS[6:]], [("inserted", 3)]),
    "one inserted, renumbered": (renumber([*ROWS[:5], STRANGER, *ROWS[5:]]), [("inserted", 6)]),
    "two exchanged, lines": ([*ROWS[:5], ROWS[6], ROWS[5], *ROWS[7:]], [("reordered", 6)]),
    "one replaced by a copy": (renumber([*ROWS[:5], ROWS[2], *ROWS[6:]]), [("altered", 6)]),
    "a copy inserted, renumbered": (renumber([*ROWS[:5], ROWS[2], *ROWS[5:]]), [("inserted", 6)]),
    "neighbours exchanged, numbers": (
        renumber([*ROWS[:5], ROWS[6], ROWS[5], *ROWS[7:]]),
        [("reordered", 6), ("reordered", 7)],
    ),
    "far ones exchanged, numbers": (
        renumber([*ROWS[:2], ROWS[10], *ROWS[3:10], ROWS[2], ROWS[11]]),
        [("reordered", 3), ("reordered", 11)],
    ),
    "one moved": (
        renumber([*ROWS[:2], *ROWS[3:6], ROWS[2], *ROWS[6:]]),
        [("reordered", 3), ("reordered", 4), ("reordered", 5), ("reordered", 6)],
    ),
    "tail truncated": (ROWS[:9], [("truncated", 10)]),
    "all gone": ([], [("truncated", 1)]),
    "dropped and written anew": (anew([*ROWS[:5], *ROWS[6:]]), [("truncated", 12)]),
    "altered and all written anew": (anew([*ROWS[:5], OTHER, *ROWS[6:]]), [("altered", 1)]),
}


@pytest.mark.parametrize("case", CASES)
def test_each_change_is_named(case: str) -> None:
    rows, expected = CASES[case]
    assert named(look(rows)) == expected


def test_a_rewriting_is_bounded_by_the_last_good_checkpoint() -> None:
    rows = [*ROWS[:7], *anew([*ROWS[:7], replace(ROWS[7], body=OTHER.body), *ROWS[8:]])[7:]]
    report = look(rows, Mark(5, ROWS[4].hash))
    assert [(f.kind, f.seq, f.last) for f in report.faults] == [("altered", 6, 12)]
    assert report.sealed == 5


def test_a_beginning_that_is_not_the_signed_one_is_found() -> None:
    assert named(examine(ROWS[4:], [], Mark(4, "1" * 64))) == [("altered", 5)]
    assert named(examine(ROWS[4:], [], Mark(2, ROWS[1].hash))) == [("dropped", 3)]


def test_only_the_unsigned_end_can_be_cut_unseen() -> None:
    """The stated limit: what no checkpoint has spoken for yet."""
    assert examine(ROWS[:9], [Mark(9, ROWS[8].hash)]).whole
    assert not examine(ROWS[:8], [Mark(9, ROWS[8].hash)]).whole


def change(rows: list[Row], draw: Any) -> list[Row]:
    """One mutation of any kind at any place."""
    n = draw(st.integers(0, len(rows) - 1))
    m = draw(st.integers(0, len(rows) - 1))
    row = rows[n]
    kind = draw(
        st.sampled_from(["byte", "prev", "hash", "seq", "drop", "repeat", "swap", "cut", "renumbered"])
    )
    if kind == "byte":
        at = draw(st.integers(0, len(row.body) - 1))
        byte = bytes([row.body[at] ^ draw(st.integers(1, 255))])
        body = row.body[:at] + byte + row.body[at + 1 :]
        again = draw(st.booleans())
        changed = replace(row, body=body, hash=hashed(row.seq, row.prev, body) if again else row.hash)
        return [*rows[:n], changed, *rows[n + 1 :]]
    if kind in ("prev", "hash"):
        at = draw(st.integers(0, 63))
        old = getattr(row, kind)
        new = (
            old[:at]
            + draw(st.sampled_from([c for c in "0123456789abcdefgä" if c != old[at]]))
            + old[at + 1 :]
        )
        return [*rows[:n], replace(row, **{kind: new}), *rows[n + 1 :]]
    if kind == "seq":
        seq = draw(st.integers(-(2**70), 2**70).filter(lambda x: x != row.seq))
        return [*rows[:n], replace(row, seq=seq), *rows[n + 1 :]]
    if kind == "drop":
        return [*rows[:n], *rows[n + 1 :]]
    if kind == "repeat":
        return [*rows[:m], row, *rows[m:]]
    if kind == "cut":
        return rows[:n]
    if kind == "renumbered":
        return renumber([*rows[:n], *rows[n + 1 :]])
    if n == m:
        m = (n + 1) % len(rows)
    rows = list(rows)
    rows[n], rows[m] = rows[m], rows[n]
    return renumber(rows) if draw(st.booleans()) else rows


@given(st.data(), st.integers(2, 40))
def test_any_single_change_is_found(data: st.DataObject, size: int) -> None:
    rows = chain([deed(n) for n in range(1, size + 1)])
    assert examine(rows, [head(rows)], BEGINNING).whole
    changed = change(rows, data.draw)
    report = examine(changed, [head(rows)], BEGINNING)
    assert not report.whole
    assert all(fault.words and fault.kind for fault in report.faults)
