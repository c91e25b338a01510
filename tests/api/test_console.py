"""The console's files."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import AsyncClient
from tests.api.house import house

from tocsin.bus.memory import MemoryBus


@pytest.fixture
async def client(tmp_path: Path, bus: MemoryBus) -> AsyncIterator[AsyncClient]:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "map").mkdir()
    (dist / "index.html").write_text("<!doctype html><title>Tocsin</title>")
    (dist / "assets" / "app-3fa9.js").write_text("console.log(1)" * 100)
    (dist / "assets" / "app-3fa9.js.gz").write_bytes(gzip.compress(b"console.log(1)" * 100))
    (dist / "map" / "helsinki.pmtiles").write_bytes(bytes(range(256)) * 10)
    (tmp_path / "secret.txt").write_text("secret")
    (dist / "out").symlink_to(tmp_path)
    async with house(tmp_path, bus, console=dist) as door, door.client() as made:
        yield made


@pytest.mark.parametrize("path", ["/", "/alerts/AL-0001", "/quarantine", "/index.html"])
async def test_places_inside_the_console_are_its_index(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert "<title>Tocsin" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_hashed_files_stay_and_are_sent_packed(client: AsyncClient) -> None:
    answer = await client.get("/assets/app-3fa9.js", headers={"accept-encoding": "gzip"})
    assert answer.text == "console.log(1)" * 100
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-type"].startswith("text/javascript")
    plain = await client.get("/assets/app-3fa9.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text
    again = await client.get(
        "/assets/app-3fa9.js",
        headers={"accept-encoding": "identity", "if-none-match": plain.headers["etag"]},
    )
    assert again.status_code == 304


async def test_ranges_of_the_map(client: AsyncClient) -> None:
    answer = await client.get("/map/helsinki.pmtiles", headers={"range": "bytes=256-259"})
    assert answer.status_code == 206
    assert answer.content == bytes([0, 1, 2, 3])
    assert answer.headers["content-range"] == "bytes 256-259/2560"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/none.js",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/out/secret.txt",
        "/assets/app-3fa9.js.gz",
        "/a%00b.js",
        "/api/v2/status",
    ],
)
async def test_nothing_else_is_a_file(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


async def test_other_methods_are_refused(client: AsyncClient) -> None:
    assert (await client.post("/anything", headers={})).status_code == 405
    assert (await client.put("/api/v1/status")).status_code == 405
