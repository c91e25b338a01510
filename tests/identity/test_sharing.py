"""What a room may do with the sharing of its things; a list's query says what the policy says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, select

from tocsin.db import reach
from tocsin.identity import policy, sharing
from tocsin.identity.policy import Relation, Seat
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.sharing import LEVELS, Level, Offer, Sharing, narrowest

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ROOMS = ("police", "it", "fire", "fire-2", "hospital")
SEATS = [Seat(room, partner=room == "hospital") for room in ROOMS]
offers = st.none() | st.builds(Offer, st.sampled_from(ROOMS), st.just("ann"), st.just(NOW), st.just("x"))
sharings = st.builds(
    Sharing,
    st.sampled_from(("", *ROOMS)),
    st.sampled_from(LEVELS),
    st.lists(st.sampled_from(ROOMS), unique=True, max_size=3).map(tuple),
    offers,
)


@given(st.lists(sharings, max_size=6))
def test_a_list_holds_exactly_what_the_policy_opens(shared: list[Sharing]) -> None:
    table = Table("things", MetaData(), Column("id", Integer, primary_key=True), *reach.columns())
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        table.metadata.create_all(conn)
        for number, one in enumerate(shared):
            row = dict(zip(reach.NAMES, reach.values(one), strict=True))
            conn.execute(table.insert(), {"id": number, **row})
        for seat in SEATS:
            query = select(table.c.id).where(reach.open_to(table, seat.organisation, partner=seat.partner))
            found = set(conn.execute(query).scalars())
            assert found == {n for n, one in enumerate(shared) if policy.relation(seat, one) >= Relation.SEES}
    engine.dispose()


@given(st.lists(sharings, max_size=5), st.sampled_from(ROOMS))
def test_a_thing_made_of_others_is_open_to_nobody_who_does_not_see_each(
    parts: list[Sharing], room: str
) -> None:
    made = narrowest(parts, room, {"hospital"})
    assert policy.relation(Seat(room), made) is Relation.OWNS
    for seat in SEATS:
        if seat.organisation != room and policy.relation(seat, made):
            assert all(policy.relation(seat, part) for part in parts)


@given(sharings, st.sampled_from(ROOMS), st.sampled_from(ROOMS))
def test_after_a_removal_nothing_names_the_one_that_is_gone(before: Sharing, gone: str, heir: str) -> None:
    if gone == heir:
        return
    after = sharing.succeed(before, gone, heir)
    assert gone not in (after.room, *after.rooms)
    assert after.offer is None or gone != after.offer.to
    assert (after.room == heir) == (before.room in (gone, heir))
    assert after.room not in after.rooms


def test_share_and_unshare() -> None:
    mine = Sharing("police", Level.OWN)
    named = sharing.share(mine, "police", "named rooms", ["it", "police"], ROOMS)
    assert (named.level, named.rooms) == (Level.NAMED, ("it",)), "the owner is not named"
    assert sharing.share(named, "police", "own room", [], ROOMS) == mine
    assert sharing.share(Sharing(), "police", "own room", [], ROOMS).room == "police", "sharing takes it"


@pytest.mark.parametrize(
    ("level", "rooms", "field"),
    [
        ("everybody", [], "level"),
        ("own room", ["it"], "rooms"),
        ("named rooms", [], "rooms"),
        ("named rooms", ["police"], "rooms"),
        ("all rooms", ["moon"], "rooms"),
    ],
)
def test_what_cannot_be_shared_so(level: str, rooms: list[str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        sharing.share(Sharing("police", Level.OWN), "police", level, rooms, ROOMS)
    assert refused.value.field == field
    assert refused.value.cure


def test_hand_over_waits_until_it_is_taken() -> None:
    mine = Sharing("police", Level.OWN)
    held_out = sharing.offer(mine, "it", "a camera", "ann", NOW, ROOMS)
    assert held_out.room == "police"
    with pytest.raises(Conflict):
        sharing.take(held_out, "fire")
    theirs = sharing.take(held_out, "it")
    assert (theirs.room, theirs.level, theirs.rooms, theirs.offer) == ("it", Level.NAMED, ("police",), None)
    assert sharing.decline(held_out) == mine
    with pytest.raises(Conflict):
        sharing.decline(mine)
    for to, error in (("police", Invalid), ("moon", Invalid)):
        with pytest.raises(error):
            sharing.offer(mine, to, "x", "ann", NOW, ROOMS)
    with pytest.raises(Invalid):
        sharing.offer(mine, "it", "  ", "ann", NOW, ROOMS)
    with pytest.raises(Conflict):
        sharing.offer(Sharing(), "it", "x", "ann", NOW, ROOMS)


def test_what_nobody_owns_is_taken_once() -> None:
    taken = sharing.take(Sharing(), "it")
    assert taken == Sharing("it", Level.ALL)
    with pytest.raises(Conflict, match="belongs to it"):
        sharing.take(taken, "fire")
