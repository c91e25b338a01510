"""The index of words: what is found, by whom, and that it cannot say something else than the things do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from tests.db.shape import shaped

from tocsin.db import Connection, Database, search
from tocsin.identity.policy import Relation, Seat, relation
from tocsin.kernel.sharing import OPEN_TO_ALL, Level, Offer, Sharing
from tocsin.kernel.tokens import terms, tokens

HERE = search.eyes("police", partner=False)
T0 = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "ops.db", durable=False)
    shaped(made)
    yield made
    made.close()


def put(db: Database, number: int, *texts: str, sharing: Sharing = OPEN_TO_ALL) -> None:
    db.write_now(lambda conn: search.put(conn, "alert", [(number, texts, sharing)]))


def find(db: Database, query: str, eyes: set[str] = HERE, limit: int = 50) -> list[int]:
    return db.read_now(lambda conn: search.find(conn, "alert", query, eyes, limit))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("surge", [2, 1]),
        ("SURGE", [2, 1]),
        ("sur", [2, 1]),
        ("urge", []),
        ("surge kluuvi", [1]),
        ("kluuvi  surge", [1]),
        ("surge harbour", []),
        ("sq-d4", [1]),
        ("SQ-D", [2, 1]),
        ("d4", [1]),
        ("urn:ngsi-ld:CrowdFlowObserved:SQ-D4", [1]),
        ("crowd.surge", [1]),
        ("4.8", [1]),
        ("hameentie", [2]),
        ("Hämeentie", [2]),
        ("al-0001", [1]),
        ("AL-0002", [2]),
        ("100%", [2]),
        ("10_", []),
        ("%", []),
        ("'; DROP TABLE search_words --", []),
        ("@police", []),
        ("@*rooms", []),
        ("\0", []),
    ],
)
def test_what_is_found(db: Database, query: str, found: list[int]) -> None:
    put(
        db,
        1,
        "AL-0001",
        "Crowd surge at Kluuvi",
        "4.8 people",
        "crowd.surge",
        "urn:ngsi-ld:CrowdFlowObserved:SQ-D4",
    )
    put(db, 2, "AL-0002", "Surge: Hämeentie, 100% full", "SQ-D7")
    assert find(db, query) == found


def test_newest_first_and_no_more_than_asked(db: Database) -> None:
    for number in range(1, 8):
        put(db, number, "surge")
    assert find(db, "surge", limit=3) == [7, 6, 5]


def test_common_words_are_found_as_rare_ones_are(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 30):
        put(db, number, "crowd", "even" if number % 2 == 0 else "odd", f"cell-{number}")
    expected = {
        query: find(db, query) for query in ("crowd", "crowd even", "odd cr", "cell-7 odd", "even odd")
    }
    assert [len(found) for found in expected.values()] == [29, 14, 15, 1, 0]
    monkeypatch.setattr(search, "_RARE", 3)
    assert {query: find(db, query) for query in expected} == expected


def test_changed_words_replace_the_old_ones(db: Database) -> None:
    put(db, 1, "crowd surge", "north")
    put(db, 1, "crowd surge", "south")
    assert (find(db, "north"), find(db, "south"), find(db, "surge")) == ([], [1], [1])
    put(db, 1, "crowd surge", "south", sharing=Sharing("it", Level.OWN))
    assert find(db, "surge") == []
    assert find(db, "surge", search.eyes("it", partner=False)) == [1]


def test_undone_with_its_transaction(db: Database) -> None:
    def fails(conn: Connection) -> None:
        search.put(conn, "alert", [(1, ["surge"], OPEN_TO_ALL)])
        raise RuntimeError("after the words were written")

    with pytest.raises(RuntimeError):
        db.write_now(fails)
    assert find(db, "surge") == []


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM search_words WHERE token = 'surge'",
        "INSERT INTO search_words VALUES ('alert', 'planted', 2)",
        "UPDATE search_docs SET words = ' other ' WHERE number = 2",
        "DELETE FROM search_docs WHERE number = 2",
    ],
)
def test_a_damaged_index_is_noticed(db: Database, damage: str) -> None:
    docs: list[search.Doc] = [(1, ["crowd"], OPEN_TO_ALL), (2, ["surge"], OPEN_TO_ALL)]
    db.write_now(lambda conn: search.put(conn, "alert", docs))
    assert db.read_now(lambda conn: search.differing(conn, "alert", docs)) == []
    db.write_now(lambda conn: conn.execute(text(damage)))
    assert db.read_now(lambda conn: search.differing(conn, "alert", docs)) == [2]


ROOMS = st.sampled_from(["", "police", "it", "cbrn", "city-hall"])
OFFERS = st.none() | st.builds(
    Offer, st.sampled_from(["police", "it", "city-hall"]), st.just("x"), st.just(T0), st.just("")
)


@given(
    sharing=st.builds(Sharing, ROOMS, st.sampled_from(Level), st.lists(ROOMS, max_size=3).map(tuple), OFFERS),
    room=ROOMS,
    partner=st.booleans(),
)
def test_marks_say_what_the_policy_says(sharing: Sharing, room: str, partner: bool) -> None:
    met = bool(search.reach(sharing) & search.eyes(room, partner=partner))
    assert met == (relation(Seat(room, partner), sharing) >= Relation.SEES)


@given(st.text(max_size=200))
def test_no_text_can_pose_as_a_mark_or_break_a_row(words: str) -> None:
    found = tokens([words])
    assert all(token and " " not in token and token[0] not in "@*" for token in found)
    assert set(terms(words)) <= found


def test_words_are_bounded() -> None:
    assert len(tokens([" ".join(f"w{n}" for n in range(9_000))])) == 5_000
    assert max(map(len, tokens(["x" * 10_000]))) == 64
    assert len(terms(" ".join(f"w{n}" for n in range(50)))) == 8
