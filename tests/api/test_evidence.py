"""Evidence through the door: what comes in, who sees it how, and what the record says of it."""

from __future__ import annotations

import asyncio
import io
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from msgspec.structs import replace
from PIL import Image
from tests.api.door import alert, urn
from tests.api.house import House, house
from tests.evidence.photos import MP4, PDF, SCRIPT, bomb, photo, photo_with_secrets

from tocsin.alerts import repository
from tocsin.alerts.episodes import Memory
from tocsin.audit import service as audit
from tocsin.bus.memory import MemoryBus
from tocsin.db import Connection
from tocsin.evidence.intake import MB, Intake, Limits
from tocsin.evidence.vault import Vault
from tocsin.kernel.errors import Unavailable

API = "/api/v1"
WHY = {"reason": "who carries the bag", "purpose": "response"}
SMALL = Limits(picture_bytes=MB, file_bytes=2 * MB, quota_bytes=4 * MB, pixels=1_000_000, silence_s=1.0)


@pytest.fixture
def vault(folder: Path) -> Vault:
    made = Vault(folder)
    made.prepare()
    return made


@pytest.fixture
async def door(folder: Path, bus: MemoryBus, vault: Vault) -> AsyncIterator[House]:
    async with house(folder, bus, evidence=Intake(vault, SMALL)) as made:
        await made.services.ops.write(seed)
        yield made


def seed(conn: Connection) -> None:
    """Alerts enough for every incident of a test."""
    for number in range(1, 9):
        made = replace(alert(number), entities=(urn(f"E{number}"),))
        repository.save(conn, [repository.Row(number, made, Memory((), ()))], [])


@pytest.fixture
async def client(door: House) -> AsyncIterator[AsyncClient]:
    async with door.signed_in() as made:
        yield made


async def incident(client: AsyncClient) -> str:
    free = [a["id"] for a in (await client.get(f"{API}/alerts")).json()["items"] if not a["incident"]]
    made = await client.post(f"{API}/incidents", json={"title": "Bag at the gate", "alerts": free[-1:]})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def send(client: AsyncClient, data: Any, on: str | None = None, **query: str) -> Any:
    path = f"{API}/incidents/{on or await incident(client)}/evidence"
    return await client.post(path, content=data, params=query)


async def added(client: AsyncClient, data: bytes, **query: str) -> dict[str, Any]:
    answer = await send(client, data, **query)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def recorded(door: House, action: str = "evidence") -> list[tuple[str, str, str, str]]:
    found, _ = await door.services.ops.read(lambda conn: audit.find(conn, action=action))
    return [(f.entry.action, f.entry.object_id, f.entry.purpose, f.entry.reason) for f in reversed(found)]


async def test_a_photo_is_blurred_until_somebody_says_why(door: House, client: AsyncClient) -> None:
    made = await added(client, photo_with_secrets(6), name="C:\\dcim\\IMG_0001.jpg")
    assert (made["id"], made["kind"], made["media"]) == ("EV-0001", "picture", "image/jpeg")
    assert (made["name"], made["width"], made["height"]) == ("IMG_0001.jpg", 80, 120)
    assert (made["added_by"], made["source"], made["retention"]) == ("operator", "person", "incident")
    at = f"{API}/evidence/EV-0001"
    seen = await client.get(f"{at}/picture")
    assert seen.status_code == 200
    assert seen.headers["content-type"] == "image/jpeg"
    assert (await client.post(f"{at}/unblur", json={})).status_code == 422
    assert (await client.post(f"{at}/unblur", json={"reason": "  x "})).status_code == 422
    assert (await client.post(f"{at}/unblur", json={**WHY, "purpose": "curiosity"})).status_code == 422
    clear = await client.post(f"{at}/unblur", json=WHY)
    assert clear.status_code == 200
    assert len(clear.content) == made["size"] == int(clear.headers["content-length"])
    with Image.open(io.BytesIO(clear.content)) as shown:
        assert shown.size == (80, 120)
    assert clear.content != seen.content
    assert SCRIPT.encode() not in clear.content + seen.content
    assert await recorded(door) == [
        ("evidence.add", "EV-0001", "", ""),
        ("evidence.view", "EV-0001", "blurred likeness", ""),
        ("evidence.read", "EV-0001", "response", "who carries the bag"),
    ]


async def test_no_record_no_look(door: House, client: AsyncClient, monkeypatch) -> None:
    await added(client, photo())

    def full(*_: object) -> None:
        raise Unavailable("no room for the record", cure="make room")

    with monkeypatch.context() as broken:
        broken.setattr(audit, "record", full)
        for answer in (
            await client.get(f"{API}/evidence/EV-0001/picture"),
            await client.post(f"{API}/evidence/EV-0001/unblur", json=WHY),
        ):
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
    assert (await client.get(f"{API}/evidence/EV-0001/picture")).status_code == 200


@pytest.mark.parametrize(
    ("data", "media", "suffix"),
    [(MP4, "video/mp4", "mp4"), (PDF, "application/pdf", "pdf"), (b"seen at 23:50", "text/plain", "txt")],
)
async def test_clips_and_documents_are_opened_with_a_reason_alone(
    client: AsyncClient, data: bytes, media: str, suffix: str
) -> None:
    await added(client, data, name=f"{SCRIPT}.svg")
    at = f"{API}/evidence/EV-0001"
    assert (await client.get(at)).json()["name"] == "script>.svg"
    assert (await client.get(f"{at}/picture")).status_code == 404
    assert (await client.post(f"{at}/unblur", json=WHY)).status_code == 404
    opened = await client.post(f"{at}/open", json=WHY)
    assert opened.content == data
    assert opened.headers["content-type"].split(";")[0] == media
    assert opened.headers["content-disposition"] == f'attachment; filename="EV-0001.{suffix}"'
    assert opened.headers["x-content-type-options"] == "nosniff"
    assert opened.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert opened.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"<svg onload=alert(1)>", 422),
        (b"<html><script>alert(1)</script>", 422),
        (b"GIF89a" + bytes(50), 422),
        (b"text, and then\xff\xfe", 422),
        (b"text " * 400 + b"\x00", 422),
        (photo()[:300], 422),
        (bomb(60_000, 60_000), 413),
        (b"%PDF-" + bytes(2 * MB), 413),
        (b"\xff\xd8\xff" + bytes(MB), 413),
    ],
    ids=["nothing", "svg", "html", "gif", "latin", "nul", "cut", "bomb", "large", "large photo"],
)
async def test_what_is_refused_leaves_nothing(
    client: AsyncClient, vault: Vault, folder: Path, data: bytes, status: int
) -> None:
    answer = await send(client, data)
    assert answer.status_code == status
    assert answer.json()["cure"]
    assert list(vault.incoming.iterdir()) == []
    assert vault.keys.all() == set()
    assert [f for f in (folder / "evidence/objects").rglob("*") if f.is_file()] == []


async def test_a_photo_of_200_mb_is_refused_before_it_is_read(client: AsyncClient) -> None:
    pieces = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal pieces
        for _ in range(200):
            pieces += 1
            yield (b"\xff\xd8\xff" if pieces == 1 else b"") + bytes(MB)

    path = f"{API}/incidents/{await incident(client)}/evidence"
    stated = await client.post(path, content=body(), headers={"content-length": str(200 * MB)})
    assert (stated.status_code, pieces) == (413, 0), "what it says of its length is enough"
    unstated = await client.post(path, content=body())
    assert unstated.status_code == 413
    assert pieces <= 3


async def test_an_upload_that_is_cut_leaves_nothing(client: AsyncClient, vault: Vault) -> None:
    async def silent() -> AsyncIterator[bytes]:
        yield PDF
        await asyncio.sleep(30)

    answer = await send(client, silent())
    assert answer.status_code == 503
    path = f"{API}/incidents/{await incident(client)}/evidence"
    answer = await client.post(path, content=PDF[:100], headers={"content-length": str(len(PDF))})
    assert answer.status_code == 422
    assert "cut" in answer.json()["detail"]
    assert list(vault.incoming.iterdir()) == []
    assert vault.keys.all() == set()


async def test_the_quota_holds(client: AsyncClient) -> None:
    large = b"%PDF-" + bytes(2 * MB - 5)
    assert [(await send(client, large)).status_code for _ in range(3)] == [201, 201, 413]
    gone = await client.post(f"{API}/evidence/EV-0001/erase", json={"reason": "not needed"})
    assert gone.status_code == 200, gone.text
    assert (await send(client, large)).status_code == 201


async def test_several_uploads_at_once_have_a_bound(client: AsyncClient) -> None:
    on, go = await incident(client), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield PDF
        while not go.is_set():
            await asyncio.sleep(0.02)
            yield b" "

    calls = [asyncio.create_task(send(client, slow(), on)) for _ in range(SMALL.at_once + 2)]
    turned_away = [await one for one in itertools.islice(asyncio.as_completed(calls), 2)]
    go.set()
    assert [a.status_code for a in turned_away] == [429, 429]
    assert sorted([(await call).status_code for call in calls]) == [201] * SMALL.at_once + [429] * 2


async def test_erased_is_unreadable_and_its_entry_stays(
    door: House, client: AsyncClient, folder: Path, vault: Vault
) -> None:
    await added(client, photo(), name="face.jpg")
    objects = {f: f.read_bytes() for f in (folder / "evidence/objects").rglob("*") if f.is_file()}
    assert len(objects) == 2
    at = f"{API}/evidence/EV-0001"
    await client.post(f"{at}/hold", json={"reason": "asked by the prosecutor"})
    refused = await client.post(f"{at}/erase", json={"reason": "the wrong person"})
    assert refused.status_code == 409
    assert "prosecutor" in refused.json()["detail"]
    await client.post(f"{at}/hold", json={"reason": "case closed", "hold": False})
    gone = await client.post(f"{at}/erase", json={"reason": "the wrong person"})
    assert gone.json()["erased"]["reason"] == "the wrong person"
    assert not any(f.exists() for f in objects)
    for file, data in objects.items():  # from a back-up
        file.write_bytes(data)
    assert vault.keys.all() == set()
    for method, path in (("GET", "picture"), ("POST", "unblur"), ("POST", "open")):
        answer = await client.request(method, f"{at}/{path}", json=WHY)
        assert answer.status_code == 404
        assert "erased by operator: the wrong person" in answer.json()["detail"]
    entry = (await client.get(at)).json()
    assert [link["act"] for link in entry["custody"]] == ["added", "held", "released", "erased"]
    assert entry["name"] == ""
    assert [row[0] for row in await recorded(door)] == [
        "evidence.add",
        "evidence.hold",
        "evidence.release",
        "evidence.erase",
    ]


async def test_it_is_listed_with_its_alert_and_its_incident_and_told_in_the_log(client: AsyncClient) -> None:
    inc = await incident(client)
    on = (await client.get(f"{API}/incidents/{inc}")).json()["alerts"][0]
    first = await client.post(f"{API}/alerts/{on}/evidence", content=photo())
    assert first.status_code == 201, first.text
    await added_on(client, inc, MP4)
    on_alert = (await client.get(f"{API}/alerts/{on}/evidence")).json()
    on_incident = (await client.get(f"{API}/incidents/{inc}/evidence")).json()
    log = [line["words"] for line in (await client.get(f"{API}/incidents/{inc}")).json()["log"]]
    assert [e["id"] for e in on_alert["items"]] == ["EV-0001"]
    assert [e["id"] for e in on_incident["items"]] == ["EV-0001", "EV-0002"]
    assert on_incident["closed"] == 0
    assert log[-2:] == [f"EV-0001 added to {on}: picture", "EV-0002 added: clip"]


async def added_on(client: AsyncClient, on: str, data: bytes) -> None:
    assert (await send(client, data, on)).status_code == 201


async def test_evidence_of_a_merged_incident_comes_along(client: AsyncClient) -> None:
    old, new = await incident(client), await incident(client)
    await added_on(client, old, PDF)
    merged = await client.post(
        f"{API}/incidents/{new}/merge", json={"incidents": [old], "reason": "the same bag"}
    )
    assert merged.status_code == 200, merged.text
    listed = (await client.get(f"{API}/incidents/{new}/evidence")).json()["items"]
    assert [e["incident"] for e in listed] == [old]


async def test_two_people_at_once_is_a_conflict(client: AsyncClient) -> None:
    await added(client, PDF)
    at = f"{API}/evidence/EV-0001"
    tag = (await client.get(at)).headers["etag"]
    given = {"level": "own room", "reason": "a minor"}
    assert (await client.post(f"{at}/share", json=given, headers={"If-Match": tag})).status_code == 200
    again = await client.post(f"{at}/share", json=given, headers={"If-Match": tag})
    assert again.status_code == 409
    assert "shared by operator" in again.json()["detail"]


async def test_a_damaged_file_says_so(client: AsyncClient, folder: Path) -> None:
    await added(client, PDF)
    (file,) = [f for f in (folder / "evidence/objects").rglob("*") if f.is_file()]
    file.write_bytes(file.read_bytes()[:-1])
    answer = await client.post(f"{API}/evidence/EV-0001/open", json=WHY)
    assert answer.status_code == 500
    assert answer.json()["type"].endswith("damaged")


async def test_programs_add_and_are_named_as_tools(door: House, client: AsyncClient) -> None:
    on = await incident(client)
    async with door.program("act", "read") as program:
        answer = await send(program, photo(), on, lon="24.94", lat="60.17", retention="short")
        made = answer.json()
        assert (made["added_by"], made["source"], made["retention"]) == ("token:test", "tool", "short")
        assert made["place"]["lat"] == 60.17
        assert (await send(program, photo(), on, lon="24.94")).status_code == 422


async def test_nobody_elses_page_can_send(client: AsyncClient) -> None:
    on = await incident(client)
    answer = await client.post(
        f"{API}/incidents/{on}/evidence", content=PDF, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


async def test_where_none_is_kept_it_says_so(folder: Path, bus: MemoryBus) -> None:
    async with house(folder, bus) as door, door.signed_in() as client:
        await door.services.ops.write(seed)
        assert (await send(client, PDF)).status_code == 503
