"""Who may be an edge: names, invitations, what is recorded, and refusals that say what to do."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from sqlalchemy import text
from tests.db.shape import shaped

from tocsin.app.edge_box import check_tools, run_box, status_lines
from tocsin.app.edges import join
from tocsin.bus.accounts import Folder, Plan
from tocsin.bus.edges import hang_up
from tocsin.bus.leaf import LANES, EdgeUsers, Invitation, certificate
from tocsin.bus.leaf_tls import prepare, read_authority
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.bus.nats_config import render
from tocsin.db import Database
from tocsin.edge.register import Register
from tocsin.ingest.http import HttpIntake
from tocsin.ingest.mappings import Mappings
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Conflict, Invalid, Misconfigured, NotFound, TocsinError, Unavailable
from tocsin.settings import Edge, Settings


def centre(state: Path) -> Folder:
    """A city that edges can reach, without a server."""
    folder = Folder(state)
    folder.root.mkdir(parents=True)
    users = {"live": {"door": "hash"}}
    prepare(folder, ("bus.city.example", "192.0.2.7"))
    Plan(
        port=1, mqtt_port=2, max_store_bytes=3, users=users, system_hash="h", leaf_port=7422,
        leaf_host="0.0.0.0", leaf_names=["bus.city.example", "192.0.2.7"],
    ).save(folder)  # fmt: skip
    return folder


@pytest.fixture
def ops(tmp_path: Path) -> Any:
    db = Database(tmp_path / "ops.db", durable=False, name="ops")
    shaped(db)
    yield db
    db.close()


async def test_let_in_and_shut_out_leave_their_trace(tmp_path: Path, ops: Database) -> None:
    folder = centre(tmp_path)
    register = Register(ops, tmp_path, WallClock())
    made = await register.add("harbour-2", by="ada")
    assert made.url == "tls://bus.city.example:7422"
    kept = (folder.root / "edges.json").read_text()
    assert made.password not in kept
    assert made.password not in folder.config.read_text()
    assert stat.S_IMODE(os.stat(folder.root / "edges.json").st_mode) == 0o600
    assert [(edge.id, edge.by) for edge in register.all()] == [("harbour-2", "ada")]
    with pytest.raises(Conflict, match="an edge of this name"):
        await register.add("harbour-2", by="ada")
    await register.revoke("harbour-2", by="bo")
    assert register.all() == []
    assert "harbour-2" not in folder.config.read_text()
    with pytest.raises(NotFound, match="no such edge"):
        await register.revoke("harbour-2", by="bo")
    rows = ops.read_now(
        lambda conn: conn.execute(text("select person, action, object_id from audit order by seq")).all()
    )
    assert [tuple(row) for row in rows] == [
        ("ada", "edge.add", "harbour-2"),
        ("bo", "edge.revoke", "harbour-2"),
    ]


@pytest.mark.parametrize("name", ["", "A", "2b", "a.b", "a*", "a>", "a b", "a/b", "ä", "a" * 33, "tower\n"])
async def test_a_name_that_would_mean_something_on_the_bus_is_refused(
    name: str, tmp_path: Path, ops: Database
) -> None:
    centre(tmp_path)
    with pytest.raises(Invalid, match="not a name for an edge"):
        await Register(ops, tmp_path, WallClock()).add(name, by="ada")


async def test_a_city_without_a_port_for_edges_says_how_to_open_one(tmp_path: Path, ops: Database) -> None:
    with pytest.raises(Misconfigured, match=r"\[edges\] host"):
        await Register(ops, tmp_path, WallClock()).add("tower", by="ada")
    assert EdgeUsers(tmp_path).all() == {}


def test_an_edge_may_speak_below_its_own_name_and_hear_its_own_answers(tmp_path: Path) -> None:
    folder = centre(tmp_path)
    users = EdgeUsers(tmp_path)
    for name in ("gate", "tower"):
        users.add(name)
    plan = Plan.load(folder)
    assert plan is not None
    lines = render(folder, plan, [], users.all().values()).splitlines()
    for name in ("gate", "tower"):
        (own,) = [line for line in lines if f'"edge:{name}"' in line]
        assert (
            f'permissions: {{publish: {{allow: ["up.{name}.>"]}}, '
            f'subscribe: {{allow: ["_INBOX_uplink_{name}.>"]}}}}'
        ) in own
        assert 'allowed_connection_types: ["LEAFNODE"]' in own
    # the doors: as many as there are lanes, twice, and one for the state; nothing else of the realm
    assert sum("service:" in line and "account: " in line for line in lines) == 2 * len(LANES) + 1
    assert not any(">" in line for line in lines if "service:" in line)


def test_a_city_that_takes_no_edges_has_no_doors(tmp_path: Path) -> None:
    folder = centre(tmp_path)
    plan = Plan.load(folder)
    assert plan is not None
    plan.leaf_port = 0
    text_ = render(folder, plan, [])
    assert not any(word in text_ for word in ("leafnodes", "EDGES", "service:"))


def test_the_certificate_bears_the_names_and_is_kept_until_they_change(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    prepare(folder, ("bus.city.example", "192.0.2.7"))
    first, authority = certificate(folder).read_bytes(), read_authority(folder)
    names = x509.load_pem_x509_certificate(first).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert names.value.get_values_for_type(x509.DNSName) == ["bus.city.example"]
    assert [str(a) for a in names.value.get_values_for_type(x509.IPAddress)] == ["192.0.2.7"]
    prepare(folder, ("bus.city.example", "192.0.2.7"))
    assert certificate(folder).read_bytes() == first
    prepare(folder, ("other.example",))
    assert certificate(folder).read_bytes() != first
    assert read_authority(folder) == authority, "boxes that joined before trust the new one too"
    with pytest.raises(Misconfigured, match="not a name or address"):
        prepare(folder, ("bücher.example",))


def _invitation(tmp_path: Path, **changed: Any) -> Path:
    prepare(Folder(tmp_path / "centre"), ("127.0.0.1",))
    given = Invitation(
        edge="tower", url="tls://127.0.0.1:7422", password="p", ca=read_authority(Folder(tmp_path / "centre"))
    )
    file = tmp_path / "tower.json"
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(given, **changed)))
    return file


def test_a_box_joins_once_and_again_with_new_credentials(tmp_path: Path) -> None:
    box = tmp_path / "box"
    assert join(box, _invitation(tmp_path)).edge == "tower"
    assert join(box, _invitation(tmp_path, password="new")).password == "new"
    assert stat.S_IMODE(os.stat(Folder(box).invitation).st_mode) == 0o600
    with pytest.raises(Conflict, match="this box is tower"):
        join(box, _invitation(tmp_path, edge="gate"))


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        (lambda d: d.pop("ca"), Invalid, "not what tocsin edge add prints"),
        (lambda d: d.update(ca="-----BEGIN nothing"), Invalid, "not a certificate"),
        (lambda d: d.update(edge="../x"), Invalid, "not a name for an edge"),
        (lambda d: d.update(url="nats://plain"), Invalid, "newer Tocsin"),
        (lambda d: d.update(tocsin_edge=2), Invalid, "newer Tocsin"),
    ],
)
def test_an_invitation_that_is_none_changes_nothing(
    spoil: Callable[[dict[str, Any]], object], error: type[TocsinError], words: str, tmp_path: Path
) -> None:
    file = _invitation(tmp_path)
    data = json.loads(file.read_bytes())
    spoil(data)
    file.write_text(json.dumps(data))
    with pytest.raises(error, match=words):
        join(tmp_path / "box", file)
    assert not (tmp_path / "box").exists()
    with pytest.raises(Misconfigured, match="cannot be read"):
        join(tmp_path / "box", tmp_path / "nowhere.json")


def test_a_city_is_not_made_a_box(tmp_path: Path) -> None:
    (tmp_path / "context.db").touch()
    with pytest.raises(Conflict, match="a city is kept in this folder"):
        join(tmp_path, _invitation(tmp_path))


def test_a_box_that_cannot_run_says_why(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="tocsin edge add NAME"):
        run_box(tmp_path / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(Misconfigured, match="no such detector for a box") as told:
        check_tools(replace(Settings(), edge=Edge(tools="crowd nonsense")))
    assert told.value.value == "nonsense"
    assert told.value.cure is not None
    assert "crowd" in told.value.cure
    check_tools(replace(Settings(), edge=Edge(tools="crowd camera")))
    assert status_lines(tmp_path) == ["this box has not run yet"]


async def test_nobody_sends_under_the_name_of_a_source_at_an_edge(tmp_path: Path) -> None:
    at = datetime.now(UTC).isoformat()
    reading = json.dumps({"id": "R1", "type": "ItemFlowObserved", "observedAt": at, "intensity": 1}).encode()
    intake = HttpIntake(MemoryBus(MemoryLog()), WallClock(), Mappings(tmp_path))
    with pytest.raises(Invalid, match="not a name for a source"):
        await intake.accept_json(reading, source="edge:tower/mqtt")
    await intake.close()


async def test_a_server_that_lives_and_is_silent_is_not_taken_for_none(
    tmp_path: Path, ops: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre(tmp_path)
    register = Register(ops, tmp_path, WallClock())
    await register.add("tower", by="ada")
    hung = []

    async def silent(state: Path) -> int:
        hung.append(state)
        raise Unavailable("no answer")

    with monkeypatch.context() as patched:
        patched.setattr("tocsin.bus.edges.hang_up", silent)
        for _ in range(2):  # its user is gone by the second time, its link is not
            with pytest.raises(Unavailable):
                await register.revoke("tower", by="bo")
    assert len(hung) == 2
    with pytest.raises(NotFound):
        await register.revoke("tower", by="bo")

    async def refused(*_: object) -> None:
        raise Unavailable("refused")

    monkeypatch.setattr("tocsin.bus.edges.server_pid", lambda _: 1)
    monkeypatch.setattr("tocsin.bus.edges.load_credentials", lambda *_, **__: None)
    monkeypatch.setattr("tocsin.bus.edges.Link", lambda _: type("Silent", (), {"open": refused}))
    with pytest.raises(Unavailable, match="lives but does not answer"):
        await hang_up(tmp_path)
