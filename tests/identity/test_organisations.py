"""Control rooms, and who does what in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tocsin.identity.identity import Identity
from tocsin.identity.policy import Permission, allows
from tocsin.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated

CALL = {"address": "127.0.0.1", "agent": "test"}


@pytest.fixture
async def rooms(identity: Identity) -> Identity:
    """The first room with its first account, and a room of the police with Ann in it."""
    assert identity.people.first_account() is not None
    await identity.organisations.add("police", "Police operations", by="operator")
    identity.people.add_now("ann", "police", "operator", by="operator")
    return identity


async def signed_in(identity: Identity, name: str, **more: Any) -> tuple[str, Any]:
    password = identity.people.set_password_now(name)
    return await identity.sign_in(name, password, **CALL, **more)


async def test_a_role_holds_in_its_room_only(rooms: Identity) -> None:
    await rooms.organisations.grant("ann", "control-room", "planner", by="operator")
    secret, session = await signed_in(rooms, "ann", organisation="police")
    assert (session.organisation, session.roles) == ("police", ("operator",))
    assert allows(session.subject(), Permission.ACT)
    moved = await rooms.sessions.sit(secret, "control-room")
    assert (moved.organisation, moved.roles) == ("control-room", ("planner",))
    assert not allows(moved.subject(), Permission.ACT)
    found = await rooms.sessions.find(secret)
    assert found is not None
    assert found.subject().organisation == "control-room"
    with pytest.raises(NotFound):
        await rooms.sessions.sit(secret, "cbrn")


async def test_nobody_sits_where_they_have_no_role(rooms: Identity) -> None:
    with pytest.raises(NotFound, match="no role in this organisation"):
        await signed_in(rooms, "ann", organisation="control-room")


async def test_who_has_no_role_left_signs_in_to_nothing(rooms: Identity) -> None:
    assert await rooms.organisations.revoke("ann", "police", "operator", by="operator")
    _, session = await signed_in(rooms, "ann")
    assert session.roles == ()
    assert not allows(session.subject(), Permission.SEE)


async def test_what_was_granted_and_taken_is_never_forgotten(rooms: Identity, clock: Any) -> None:
    clock.pass_(timedelta(minutes=5))
    await rooms.organisations.grant("ann", "police", "supervisor", by="operator")
    await rooms.organisations.grant("ann", "police", "supervisor", by="operator")  # has it: no second line
    clock.pass_(timedelta(minutes=5))
    assert await rooms.organisations.revoke("ann", "police", "operator", by="bo")
    assert not await rooms.organisations.revoke("ann", "police", "operator", by="bo")
    told = [(g.role, g.act, g.by) for g in await rooms.organisations.grants("ann")]
    assert told == [
        ("operator", "granted", "operator"),
        ("supervisor", "granted", "operator"),
        ("operator", "revoked", "bo"),
    ]
    now = [(m.organisation, m.role) for m in await rooms.organisations.memberships("ann")]
    assert now == [("police", "supervisor")]


async def test_an_open_session_loses_what_was_taken(rooms: Identity) -> None:
    secret, _ = await signed_in(rooms, "ann")
    await rooms.organisations.revoke("ann", "police", "operator", by="operator")
    rooms.sessions.forget()
    found = await rooms.sessions.find(secret)
    assert found is not None
    assert not allows(found.subject(), Permission.SEE)


async def test_a_removed_room_gives_nothing_and_its_name_is_not_used_again(rooms: Identity) -> None:
    secret, _ = await signed_in(rooms, "ann")
    await rooms.organisations.remove("police", by="operator")
    rooms.sessions.forget()
    found = await rooms.sessions.find(secret)
    assert found is not None
    assert found.roles == ()
    assert [o.id for o in await rooms.organisations.all()] == ["control-room"]
    assert (await rooms.organisations.grants("ann"))[-1].act == "revoked"
    with pytest.raises(Conflict):
        await rooms.organisations.add("police", "Another police", by="operator")
    with pytest.raises(NotFound):
        await rooms.organisations.grant("ann", "police", "operator", by="operator")


async def test_there_is_always_an_administrator(rooms: Identity) -> None:
    for attempt in (
        rooms.organisations.revoke("operator", "control-room", "administrator", by="operator"),
        rooms.organisations.remove("control-room", by="operator"),
    ):
        with pytest.raises(Conflict, match="nobody would be left"):
            await attempt
    with pytest.raises(Conflict, match="nobody would be left"):
        rooms.people.disable_now("operator")
    await rooms.organisations.grant("ann", "police", "administrator", by="operator")
    rooms.people.disable_now("ann")  # one who is shut out does not count
    rooms.people.enable_now("ann")
    rooms.people.disable_now("operator")
    with pytest.raises(Conflict, match="nobody would be left"):
        rooms.people.disable_now("ann")


async def test_who_is_shut_out_is_out_everywhere(rooms: Identity) -> None:
    secret, _ = await signed_in(rooms, "ann")
    rooms.people.disable_now("ann")
    rooms.sessions.forget()
    assert await rooms.sessions.find(secret) is None
    with pytest.raises(Unauthenticated):
        await signed_in(rooms, "ann")
    rooms.people.enable_now("ann")
    _, session = await signed_in(rooms, "ann")
    assert session.roles == ("operator",)


async def test_names_are_checked(rooms: Identity) -> None:
    for name in ("", "a b", "-x", "ä", "a" * 65, "<b>"):
        with pytest.raises(Invalid):
            rooms.people.add_now(name, "police", "operator", by="operator")
    with pytest.raises(Conflict):
        rooms.people.add_now("ann", "police", "operator", by="operator")
    with pytest.raises(Invalid, match="role"):
        rooms.people.add_now("bo", "police", "emperor", by="operator")
    with pytest.raises(NotFound):
        rooms.people.add_now("bo", "fire", "operator", by="operator")
    for organisation in ("", "Police", "a b", "1a", "a" * 41):
        with pytest.raises(Invalid):
            await rooms.organisations.add(organisation, "Title", by="operator")
    with pytest.raises(Invalid):
        await rooms.organisations.add("fire", " \u202e ", by="operator")
