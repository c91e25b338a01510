"""The demonstration's rooms: made once, the same at every start; only passwords are new."""

from __future__ import annotations

import asyncio
from pathlib import Path

from argon2 import PasswordHasher
from tests.db.shape import shaped

from tocsin.alerts.routing import FILE, city_routing
from tocsin.app.rooms import ROOMS, furnish
from tocsin.db import Database
from tocsin.identity.identity import Identity
from tocsin.identity.passwords import Passwords


def test_rooms_of_the_demonstration(tmp_path: Path) -> None:
    ops = Database(tmp_path / "ops.db", durable=False, name="ops")
    shaped(ops)
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    identity = Identity(ops, passwords=Passwords(quick))
    identity.people.first_account()
    first, again = furnish(tmp_path, identity), furnish(tmp_path, identity)
    made = ["it", "planning", "responder", "chief"]
    assert [row["user"] for row in first] == [row["user"] for row in again] == made
    assert all(a["password"] != b["password"] for a, b in zip(first, again, strict=True))
    assert asyncio.run(identity.people.check("it", again[0]["password"])) == "it"
    titles = {o.id: o.title for o in asyncio.run(identity.organisations.all())}
    assert titles == {room.id: room.title for room in ROOMS}
    held = {(m.person, m.organisation) for m in asyncio.run(identity.organisations.memberships())}
    assert held == {
        ("operator", "control-room"),
        ("responder", "control-room"),
        ("chief", "control-room"),
        ("it", "it"),
        ("planning", "planning"),
    }
    rooms = {rule.gives.room for rule in city_routing(tmp_path).rule}
    assert rooms <= {"", *titles}, "each rule names a room that there is"
    (tmp_path / FILE).write_text((tmp_path / FILE).read_text() + "# mine\n")
    furnish(tmp_path, identity)
    assert (tmp_path / FILE).read_text().endswith("# mine\n"), "what a person wrote stays"
    ops.close()
