"""Photographs from the field: evidence of the task's incident, harmless, blurred; and the one sent along."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from PIL import Image
from tests.api.fieldwork import API, RESPONDER, Field, fieldwork, key
from tests.evidence.photos import PDF, SCRIPT, photo, photo_with_secrets

from tocsin.bus.memory import MemoryBus
from tocsin.evidence.intake import MB
from tocsin.kernel.sharing import Level, Sharing


@pytest.fixture
async def field(folder: Path, bus: MemoryBus) -> AsyncIterator[Field]:
    async with fieldwork(folder, bus, Sharing("police", Level.ALL)) as made:
        yield made


async def bring(field: Field, client: AsyncClient, data: Any, task: str = "exit", **query: str) -> Any:
    params = {"key": key(), **query}
    return await client.post(field.path(task, "evidence"), content=data, params=params)


async def test_a_photograph_becomes_evidence_of_its_incident(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam, field.seat("police", "operator") as desk:
        made = await bring(field, sam, photo_with_secrets(6), name="IMG_1.jpg")
        assert made.status_code == 201, made.text
        listed = (await desk.get(f"{API}/incidents/{field.incident}/evidence")).json()["items"]
        assert [(e["id"], e["kind"], e["added_by"]) for e in listed] == [
            ("EV-0001", "picture", "police-field-responder")
        ]
        assert listed[0]["sharing"]["room"] == "police"
        blurred = await desk.get(f"{API}/evidence/EV-0001/picture")
        why = {"reason": "look at the lock", "purpose": "response"}
        clear = await desk.post(f"{API}/evidence/EV-0001/unblur", json=why)
        for shown in (blurred, clear):
            assert shown.status_code == 200
            assert SCRIPT.encode() not in shown.content, "no script out of EXIF or a comment"
            with Image.open(io.BytesIO(shown.content)) as picture:
                assert not picture.getexif()
                assert "comment" not in picture.info
        for closed in ("evidence/EV-0001", "evidence/EV-0001/picture"):
            assert (await sam.get(f"{API}/{closed}")).status_code == 403, "brought, and then the room's"
    log = (await field.stored()).log[-1]
    assert (log.act, log.words, log.tasks) == (
        "noted",
        "EV-0001 added from the field: picture",
        ("p.exit",),
    )


async def test_the_same_photograph_again_is_the_same_evidence(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam:
        one = key()
        first = await bring(field, sam, photo(), key=one)

        async def unread() -> AsyncIterator[bytes]:
            raise AssertionError("a body that nobody needs was read")
            yield b""

        again = await bring(field, sam, unread(), key=one)
        assert again.json()["id"] == first.json()["id"] == "EV-0001"
        assert (await bring(field, sam, photo(), "gas", key=one)).status_code == 409
    notes = [line for line in (await field.stored()).log if line.act == "noted"]
    assert len(notes) == 1


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)>", PDF, photo()[:300], b"text"])
async def test_what_is_no_photograph_leaves_nothing(field: Field, folder: Path, data: bytes) -> None:
    async with field.seat("police", RESPONDER) as sam:
        refused = await bring(field, sam, data)
        assert refused.status_code == 422, refused.text
        assert refused.json()["cure"]
    assert field.vault.keys.all() == set()
    assert [f for f in (folder / "evidence/objects").rglob("*") if f.is_file()] == []


async def test_a_photo_of_200_mb_is_refused_before_it_is_read(field: Field) -> None:
    pieces = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal pieces
        for _ in range(200):
            pieces += 1
            yield (b"\xff\xd8\xff" if pieces == 1 else b"") + bytes(MB)

    async with field.seat("police", RESPONDER) as sam:
        path, params = field.path("exit", "evidence"), {"key": key()}
        stated = await sam.post(
            path, content=body(), params=params, headers={"content-length": f"{200 * MB}"}
        )
        assert (stated.status_code, pieces) == (413, 0)
        unstated = await sam.post(path, content=body(), params=params)
        assert unstated.status_code == 413
        assert pieces <= 3


async def test_a_photograph_that_comes_after_the_end_is_kept(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam, field.seat("police", "operator") as desk:
        await field.say(sam, "exit", "done", reason="open")
        closed = {"outcome": "handled", "words": "over"}
        await desk.post(f"{API}/incidents/{field.incident}/close", json=closed)
        assert (await bring(field, sam, photo())).status_code == 201


async def test_the_one_picture_that_goes_along(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam, field.seat("police", "operator") as desk:
        for seed in (1, 2):
            path = f"{API}/incidents/{field.incident}/evidence"
            assert (await desk.post(path, content=photo(seed=seed))).status_code == 201
        at = field.path("exit", "picture")
        assert (await sam.get(at)).status_code == 404
        send = f"{API}/incidents/{field.incident}/tasks/p.exit/send"
        assert (await desk.post(send, json={"picture": "EV-0002"})).status_code == 200
        assert (await field.mine(sam))["exit"]["picture"] == "EV-0002"
        seen = await sam.get(at)
        assert seen.content == (await desk.get(f"{API}/evidence/EV-0002/picture")).content, "blurred"
        assert seen.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert (await sam.get(field.path("gas", "picture"))).status_code == 404
        looks = (await desk.get(f"{API}/evidence/EV-0002/reads")).status_code
        assert looks == 403, "for supervisors"
        # the room closes the picture to its people: it is not shown by way of the task
        await desk.post(f"{API}/evidence/EV-0002/erase", json={"reason": "not needed"})
    assert ("evidence.view", "police-field-responder", "done") in await field.recorded("evidence.view")
