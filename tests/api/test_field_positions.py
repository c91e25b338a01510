"""Where a responder is: only on the task, only with consent, only to the task's room, and gone at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from tests.api.fieldwork import API, RESPONDER, Field, fieldwork
from tests.api.rooms import program

from tocsin.bus.memory import MemoryBus
from tocsin.incidents.field import repository
from tocsin.incidents.field.repository import field_consents
from tocsin.incidents.field.shelf import FieldShelf
from tocsin.kernel.sharing import Level, Sharing

HERE = {"lon": 24.9437, "lat": 60.1713, "accuracy_m": 12.0}
NAME = "police-field-responder"


@pytest.fixture
async def field(folder: Path, bus: MemoryBus) -> AsyncIterator[Field]:
    async with fieldwork(folder, bus, Sharing("police", Level.NAMED, ("it",))) as made:
        yield made


async def rows(field: Field) -> list[Any]:
    """Everything that is kept of where people are."""
    return list(await field.door.services.ops.read(lambda conn: conn.execute(field_consents.select()).all()))


async def on_the_way(field: Field, client: AsyncClient, *, position: bool = True) -> None:
    assert (await field.say(client, "exit", "on my way")).status_code == 200
    given = await client.put(field.path("exit", "consent"))
    assert given.status_code == 200, given.text
    if position:
        assert (await client.post(field.path("exit", "position"), json=HERE)).status_code == 204


async def seen(field: Field, client: AsyncClient) -> list[dict[str, Any]]:
    found = await client.get(f"{API}/incidents/{field.incident}/positions")
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


async def test_without_consent_nothing_is_kept(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam, field.seat("police", "operator") as desk:
        early = await sam.put(field.path("exit", "consent"))
        assert early.status_code == 409, "consent is asked on the way, not before"
        assert (await sam.post(field.path("exit", "position"), json=HERE)).status_code == 409
        await field.say(sam, "exit", "on my way")
        refused = await sam.post(field.path("exit", "position"), json=HERE)
        assert (refused.status_code, refused.json()["field"]) == (403, "consent")
        assert await rows(field) == []
        assert await seen(field, desk) == []


async def test_consent_is_stored_with_who_when_and_until(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam, field.seat("police", "operator") as desk:
        await on_the_way(field, sam, position=False)
        consent = (await field.mine(sam))["exit"]["consent"]
        assert consent == {
            "room": "police",
            "given_at": "2026-11-21T16:42:00Z",
            "until": "2026-11-21T20:42:00Z",
        }
        assert [(one["person"], one["lon"]) for one in await seen(field, desk)] == [(NAME, None)]
        await sam.post(field.path("exit", "position"), json=HERE)
        (one,) = await seen(field, desk)
        assert (one["task"], one["lon"], one["lat"], one["accuracy_m"]) == ("p.exit", 24.9437, 60.1713, 12.0)
    assert await field.recorded("field.consent") == [("field.consent", NAME, "done")]
    assert await field.recorded("field.positions") == [("field.positions", "police-operator", "done")] * 2


async def test_at_most_every_15_seconds_and_no_track(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam:
        await on_the_way(field, sam)
        field.clock.on(seconds=10)
        soon = await sam.post(field.path("exit", "position"), json={**HERE, "lat": 60.2})
        assert soon.status_code == 429
        assert (await rows(field))[0].lat == 60.1713
        field.clock.on(seconds=5)
        assert (await sam.post(field.path("exit", "position"), json={**HERE, "lat": 60.2})).status_code == 204
        assert [row.lat for row in await rows(field)] == [60.2], "the one before is overwritten"
        for wrong in ({"lat": 91.0}, {"lon": 181.0}, {"accuracy_m": -1.0}):
            field.clock.on(seconds=15)
            assert (await sam.post(field.path("exit", "position"), json={**HERE, **wrong})).status_code == 422


async def test_shown_to_the_tasks_room_alone_and_never_as_part_of_the_city(field: Field) -> None:
    async with (
        field.seat("police", RESPONDER) as sam,
        field.seat("it", "operator") as helping,
        field.seat("fire", "operator") as stranger,
        field.seat("police", "analyst") as looking,
        field.seat("police", "operator") as desk,
    ):
        await on_the_way(field, sam)
        assert len(await seen(field, desk)) == 1
        # the incident is shared with it, where the responder is, is not
        assert await seen(field, helping) == []
        for other in (stranger, looking, sam):
            path = f"{API}/incidents/{field.incident}/positions"
            assert (await other.get(path)).status_code == 403
        async with field.door.client(headers=await program(field.door, "police", "read", "act")) as robot:
            assert (await robot.get(f"{API}/incidents/{field.incident}/positions")).status_code == 403
        told = await desk.get(f"{API}/incidents/{field.incident}")
        assert "24.9437" not in told.text
        assert (await desk.get(f"{API}/entities")).json()["items"] == []
    published = [data for _, data in await field.door.services.ops.read(lambda c: _outbox(c))]
    assert all(b"24.9437" not in data for data in published)


def _outbox(conn: Any) -> list[Any]:
    from tocsin.db.metadata import outbox

    return list(conn.execute(outbox.select().with_only_columns(outbox.c.subject, outbox.c.data)).all())


@pytest.mark.parametrize("end", ["done", "cannot", "room done", "undo", "sent", "closed", "handed over"])
async def test_gone_when_the_task_ends_however_it_ends(field: Field, end: str) -> None:
    async with (
        field.seat("police", RESPONDER) as sam,
        field.seat("police", "operator", "supervisor") as desk,
        field.seat("it", "operator") as it,
    ):
        await on_the_way(field, sam)
        incident = f"{API}/incidents/{field.incident}"
        task = f"{incident}/tasks/p.exit"
        match end:
            case "done" | "cannot":
                answer = await field.say(sam, "exit", end, reason="x")
            case "room done":
                answer = await desk.post(f"{task}/done", json={"reason": "x"})
            case "undo":
                answer = await desk.post(f"{task}/undo", json={"reason": "x"})
            case "sent":
                answer = await desk.post(f"{task}/send", json={"to": "police-operator-supervisor"})
            case "closed":
                answer = await desk.post(f"{incident}/close", json={"outcome": "handled", "words": "x"})
            case _:
                offer = await desk.post(f"{incident}/hand-over", json={"to": "it", "reason": "yours"})
                assert offer.status_code == 200, offer.text
                assert len(await rows(field)) == 1, "offered is not yet another's"
                answer = await it.post(f"{incident}/take-over", json={})
        assert answer.status_code == 200, answer.text
        assert await rows(field) == []
        field.clock.on(seconds=20)
        assert (await sam.post(field.path("exit", "position"), json=HERE)).status_code in (403, 409)
        assert await rows(field) == []


async def test_what_others_do_meanwhile_leaves_it(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam, field.seat("police", "operator") as desk:
        await on_the_way(field, sam)
        await field.say(sam, "exit", "tick", item=0)
        await field.say(sam, "gas", "decide", answer="no")
        note = await desk.post(f"{API}/incidents/{field.incident}/notes", json={"words": "patrol told"})
        assert note.status_code == 200
        assert len(await rows(field)) == 1


async def test_stopped_with_one_touch_also_when_all_else_is_over(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam, field.seat("police", "operator") as desk:
        await on_the_way(field, sam)
        assert (await sam.delete(field.path("exit", "consent"))).status_code == 204
        assert await rows(field) == []
        assert await seen(field, desk) == []
        field.clock.on(seconds=20)
        assert (await sam.post(field.path("exit", "position"), json=HERE)).status_code == 403
        await desk.post(f"{API}/incidents/{field.incident}/close", json={"outcome": "handled", "words": "x"})
        assert (await sam.delete(field.path("exit", "consent"))).status_code == 204
    ends = await field.recorded("field.consent_end")
    assert ends == [("field.consent_end", NAME, "done")] * 2


async def test_a_consent_runs_out_and_is_swept(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam, field.seat("police", "operator") as desk:
        await on_the_way(field, sam)
        field.clock.on(hours=4)
        assert await seen(field, desk) == []
        assert (await field.mine(sam))["exit"]["consent"] is None
        assert (await sam.post(field.path("exit", "position"), json=HERE)).status_code == 403
        assert len(await rows(field)) == 1
        shelf = FieldShelf(field.door.services.ops)
        swept = {term.rule: await shelf.due(term) for term in shelf.terms(field.clock.at)}
        assert swept == {"field-positions": 1, "field-answers": 0}
        for term in shelf.terms(field.clock.at):
            await shelf.forget(term)
        assert await rows(field) == []
        field.clock.on(days=31)
        (keys,) = [term for term in shelf.terms(field.clock.at) if term.rule == "field-answers"]
        assert await shelf.due(keys) == await shelf.forget(keys) == 1
        assert await field.door.services.ops.read(lambda c: repository.answers_before(c, field.clock.at)) == 0


async def test_of_an_incident_that_nobody_took_the_responders_own_room_sees(
    folder: Path, bus: MemoryBus
) -> None:
    async with fieldwork(folder, bus, Sharing()) as field:
        async with field.seat("fire", RESPONDER) as sam, field.seat("fire", "operator") as fire:
            await on_the_way(field, sam)
            assert len(await seen(field, fire)) == 1
            async with field.seat("police", "operator") as police:
                assert await seen(field, police) == []
                taken = await police.post(f"{API}/incidents/{field.incident}/take-over", json={})
                assert taken.status_code == 200, taken.text
        assert await rows(field) == []
