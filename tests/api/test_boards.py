"""Boards through the door: in force, kept, taken back, as a file, and closed to whoever may not read them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text
from tests.api.house import House
from tests.api.rooms import at_seat, furnish, program

from tocsin.api.app import skeleton
from tocsin.api.openapi import contracts
from tocsin.boards.kinds import KINDS
from tocsin.boards.library import shipped

BOARDS = "/api/v1/boards"


async def read(client: AsyncClient, board: str = "supervisor") -> dict[str, Any]:
    answer = await client.get(f"{BOARDS}/{board}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def doc(board: dict[str, Any], *shows: str) -> dict[str, Any]:
    """What the console sends: the panels on screen, or others in their place."""
    seen = [{k: p[k] for k in ("id", "shows", "at", "title", "settings")} for p in board["panels"]]
    at = {"column": 1, "row": 1, "columns": 6, "rows": 9}
    made = [{"id": f"n{n}", "shows": one, "at": at} for n, one in enumerate(shows)] or seen
    return {"format": 1, "id": board["id"], "title": board["title"], "panels": made}


def shows(board: dict[str, Any]) -> list[str]:
    return [panel["shows"] for panel in board["panels"]]


async def test_own_copy_over_the_rooms_over_the_shipped(door: House) -> None:
    await furnish(door)
    async with at_seat(door, "police", "supervisor") as chief, at_seat(door, "police", "operator") as kim:
        first = await read(kim)
        assert (first["source"], first["version"], first["by"]) == ("shipped", 0, None)
        made = await chief.put(f"{BOARDS}/supervisor/default", json={"board": doc(first, "queue", "map")})
        assert made.status_code == 200, made.text
        room = await read(kim)
        assert (room["source"], shows(room), room["by"]) == ("room", ["queue", "map"], "police-supervisor")
        kept = await kim.put(f"{BOARDS}/supervisor", json={"board": doc(room, "graph"), "version": 0})
        assert (kept.json()["source"], kept.json()["version"], shows(kept.json())) == ("own", 1, ["graph"])
        # one's own copy is nobody else's
        assert shows(await read(chief)) == ["queue", "map"]
        back = (await kim.delete(f"{BOARDS}/supervisor")).json()
        assert (back["source"], shows(back), back["version"]) == ("room", ["queue", "map"], 2)
        cleared = (await chief.delete(f"{BOARDS}/supervisor/default")).json()
        assert (cleared["source"], cleared["room_default"]) == ("shipped", False)
        assert shows(await read(kim)) == shows(first)


async def test_every_change_is_on_the_record(door: House) -> None:
    await furnish(door)
    async with at_seat(door, "police", "supervisor") as chief, at_seat(door, "police", "operator") as kim:
        board = doc(await read(chief), "queue")
        await chief.put(f"{BOARDS}/supervisor", json={"board": board})
        await chief.put(f"{BOARDS}/supervisor/default", json={"board": board})
        await chief.post(f"{BOARDS}/supervisor/import", content=json.dumps(board))
        await chief.delete(f"{BOARDS}/supervisor")
        await chief.delete(f"{BOARDS}/supervisor/default")
        refused = await kim.put(f"{BOARDS}/supervisor/default", json={"board": board})
        assert refused.status_code == 403
    rows = door.services.ops.read_now(
        lambda conn: conn.execute(text("SELECT body FROM audit ORDER BY seq")).scalars().all()
    )
    told = [json.loads(body) for body in rows]
    boards = [
        (row["action"], row["object_id"], row["outcome"])
        for row in told
        if row["action"].startswith("board.")
    ]
    assert boards == [
        ("board.save", "supervisor", "done"),
        ("board.set_default", "supervisor", "done"),
        ("board.import", "supervisor", "done"),
        ("board.reset", "supervisor", "done"),
        ("board.clear_default", "supervisor", "done"),
        ("board.set_default", "", "refused"),
    ]


async def test_two_at_once_do_not_overwrite_one_another(door: House) -> None:
    async with door.signed_in() as client:
        board = doc(await read(client), "queue")
        assert (
            await client.put(f"{BOARDS}/supervisor", json={"board": board, "version": 0})
        ).status_code == 200
        late = await client.put(f"{BOARDS}/supervisor", json={"board": board, "version": 0})
        assert late.status_code == 409
        assert late.json()["field"] == "version"


async def test_a_room_gets_nothing_of_another_rooms_boards(door: House) -> None:
    await furnish(door)
    async with at_seat(door, "police", "supervisor") as police, at_seat(door, "fire", "supervisor") as fire:
        mine = doc(await read(police), "text")
        mine["panels"][0]["settings"] = {"words": "canary of the police"}
        for place in ("", "/default"):
            assert (await police.put(f"{BOARDS}/supervisor{place}", json={"board": mine})).status_code == 200
        for path in (BOARDS, f"{BOARDS}/supervisor", f"{BOARDS}/supervisor/export", f"{BOARDS}/panels"):
            assert "canary" not in (await fire.get(path)).text
        assert "canary" in (await police.get(f"{BOARDS}/supervisor")).text


async def test_a_role_gets_no_panel_that_it_may_not_read(door: House) -> None:
    await furnish(door)
    async with (
        at_seat(door, "police", "supervisor") as chief,
        at_seat(door, "police", "ethics officer") as dpo,
    ):
        seen = await read(chief)
        assert "reads" not in shows(seen)
        assert [(c["shows"], c["needs"]) for c in seen["closed"]] == [("reads", "oversee")]
        assert "reads" in shows(await read(dpo))
        refused = await chief.put(
            f"{BOARDS}/operator", json={"board": {**doc(seen, "reads"), "id": "operator"}}
        )
        assert refused.status_code == 403
        # what the supervisor could not see outlives the supervisor's change of the default
        await chief.put(f"{BOARDS}/supervisor/default", json={"board": doc(seen, "queue")})
        assert shows(await read(dpo)) == ["queue", "reads"]
        assert "reads" not in (await chief.get(f"{BOARDS}/supervisor/export")).text
        assert "reads" in (await dpo.get(f"{BOARDS}/supervisor/export")).text


async def test_a_default_set_from_an_old_copy_keeps_what_its_writer_cannot_see(door: House) -> None:
    await furnish(door)
    async with (
        at_seat(door, "police", "supervisor") as chief,
        at_seat(door, "police", "supervisor", "ethics officer") as both,
    ):
        mine = doc(await read(chief, "operator"), "queue")
        assert (await chief.put(f"{BOARDS}/operator", json={"board": mine})).status_code == 200
        with_reads = doc(await read(both, "operator"), "map", "reads")
        made = await both.put(f"{BOARDS}/operator/default", json={"board": with_reads})
        assert shows(made.json()) == ["map", "reads"]
        await chief.put(f"{BOARDS}/operator/default", json={"board": mine})
        assert shows(await read(both, "operator")) == ["queue", "reads"]


async def test_a_responder_in_the_field_gets_words_and_no_picture(door: House) -> None:
    await furnish(door)
    async with at_seat(door, "police", "field responder") as field:
        offers = (await field.get(f"{BOARDS}/panels")).json()["items"]
        assert [offer["shows"] for offer in offers] == ["text"]
        for board in shipped():
            assert (await read(field, board))["panels"] == []
        for path in ("/entities", "/alerts", "/incidents", "/status", "/tools", "/alerts/figures", "/live"):
            assert (await field.get(f"/api/v1{path}")).status_code == 403, path


@pytest.mark.parametrize("kind", KINDS)
def test_what_feeds_a_panel_refuses_whoever_may_not_have_the_panel(kind: str) -> None:
    """The board is a courtesy: each endpoint behind a panel asks for the same permission by itself."""
    needs = {contract.name: contract.needs for contract in contracts(skeleton())}
    for endpoint in KINDS[kind].reads:
        # the names of the rooms are for everybody who is signed in
        assert needs[endpoint] is KINDS[kind].needs or endpoint == "list_organisations"


async def test_a_board_goes_out_as_a_file_and_comes_back(door: House) -> None:
    async with door.signed_in() as client:
        file = await client.get(f"{BOARDS}/cbrn/export")
        assert "attachment" in file.headers["content-disposition"]
        back = await client.post(f"{BOARDS}/cbrn/import", content=file.content)
        assert (back.status_code, back.json()["source"]) == (200, "own")
        assert back.json()["panels"] == (await read(client, "cbrn"))["panels"]
        # and under another role, as TOML
        toml = 'format = 1\nid = "cbrn"\ntitle = "Air"\n[[panels]]\nid = "q"\nshows = "queue"\n'
        toml += "at = { column = 1, row = 1, columns = 4, rows = 6 }\n"
        other = await client.post(f"{BOARDS}/planner/import", content=toml)
        assert (other.json()["id"], shows(other.json())) == ("planner", ["queue"])


async def test_a_newer_file_is_refused_and_changes_nothing(door: House) -> None:
    async with door.signed_in() as client:
        board = {**doc(await read(client), "queue"), "format": 2, "layout": "spiral"}
        answer = await client.post(f"{BOARDS}/supervisor/import", content=json.dumps(board))
        assert answer.status_code == 422
        assert answer.json()["field"] == "format"
        assert "newer" in answer.json()["detail"]
        assert (await read(client))["source"] == "shipped"


async def test_a_panel_that_no_longer_exists_opens_as_a_placeholder_and_stays(door: House) -> None:
    async with door.signed_in() as client:
        board = doc(await read(client), "queue", "old_tool/map")
        board["panels"][1]["settings"] = {"zoom": 12}
        opened = (await client.post(f"{BOARDS}/supervisor/import", content=json.dumps(board))).json()
        gone = opened["panels"][1]
        assert gone["missing"]["what"] == "tool"
        assert gone["missing"]["cure"]
        assert gone["missing"]["name"] == "old_tool/map"
        again = await client.put(f"{BOARDS}/supervisor", json={"board": doc(opened)})
        assert again.json()["panels"][1]["settings"] == {"zoom": 12}
        file = json.loads((await client.get(f"{BOARDS}/supervisor/export")).content)
        assert file["panels"][1]["settings"] == {"zoom": 12}


async def test_a_file_that_is_too_large_or_none_is_refused(door: House) -> None:
    async with door.signed_in() as client:
        for content, status in ((b"x" * 300_000, 413), (b"\x89PNG\r\n", 422), (b"", 422)):
            answer = await client.post(f"{BOARDS}/supervisor/import", content=content)
            assert answer.status_code == status, answer.text
        assert (await client.get(f"{BOARDS}/nobody")).status_code == 404
        wrong = {**doc(await read(client), "queue"), "id": "operator"}
        assert (await client.put(f"{BOARDS}/supervisor", json={"board": wrong})).status_code == 422


async def test_a_program_reads_the_rooms_board_and_keeps_none(door: House) -> None:
    await furnish(door)
    async with door.client(headers=await program(door, "police", "read")) as client:
        board = await read(client)
        assert (board["source"], board["may_set_default"]) == ("shipped", False)
        refused = await client.put(f"{BOARDS}/supervisor", json={"board": doc(board, "queue")})
        assert refused.status_code == 403


async def test_only_the_newest_versions_of_a_copy_are_kept(door: House) -> None:
    async with door.signed_in() as client:
        board = doc(await read(client), "queue")
        for _ in range(53):
            await client.put(f"{BOARDS}/supervisor", json={"board": board})
        assert (await read(client))["version"] == 53
    kept = door.services.ops.read_now(
        lambda conn: conn.execute(text("SELECT min(version), count(*) FROM board_versions")).one()
    )
    assert tuple(kept) == (4, 50)


async def test_the_list_begins_with_ones_own_roles(door: House) -> None:
    await furnish(door)
    async with at_seat(door, "police", "CBRN", "planner") as client:
        cards = (await client.get(BOARDS)).json()["items"]
    assert [card["id"] for card in cards if card["mine"]] == ["planner", "cbrn"]
    assert [card["mine"] for card in cards] == [True] * 2 + [False] * 7


NASTY = (
    b'{"panels": [{"settings": {"n": 1e999}}]}',
    b'{"panels": [{"settings": {"n": ' + b"9" * 400 + b"}}]}",
    b'{"title": "\\ud800"}',
    b'{"panels": [{"title": "\\u202e\\u0000"}]}',
    b'{"panels": [{"settings": {"' + b"k" * 5000 + b'": 1}}]}',
    b'{"panels": [{"at": {"row": -1}}]}',
    b'{"panels": [{"shows": "reads/../../x"}]}',
    b'{"format": 1.5}',
)


@pytest.mark.parametrize("change", NASTY)
async def test_what_is_nasty_is_refused_or_kept_harmless(door: House, change: bytes) -> None:
    async with door.signed_in() as client:
        given = json.loads(change)
        board = {**doc(await read(client), "hologram"), **{k: v for k, v in given.items() if k != "panels"}}
        if "panels" in given:
            board["panels"][0] |= given["panels"][0]
        for call in (
            client.put(f"{BOARDS}/supervisor", content=json.dumps({"board": board})),
            client.post(f"{BOARDS}/supervisor/import", content=json.dumps(board)),
        ):
            answer = await call
            assert answer.status_code in (200, 400, 422), answer.text
        back = await client.get(f"{BOARDS}/supervisor")
        assert back.status_code == 200
        assert "\u202e" not in back.text
