from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.simulate.conftest import Door

from tocsin.kernel.errors import Misconfigured, Unavailable
from tocsin.simulate import delivery
from tocsin.simulate.config import Config, Memory, Notes, read_config
from tocsin.simulate.delivery import Outbox, deliver
from tocsin.simulate.http_client import Connection
from tocsin.simulate.run import run


async def test_nothing_is_lost_while_the_server_stumbles(door: Door) -> None:
    door.answers = ["cut", 503, 429, 401]
    outbox = Outbox(Connection(door.url, "secret"))
    for number in range(60):
        outbox.put(json.dumps({"n": number}).encode())
    task = asyncio.create_task(outbox.run())
    await door.until(lambda rows: len(rows) == 60)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert [row["n"] for row in door.accepted] == list(range(60))
    assert door.tokens == {"Bearer secret"}
    assert door.paths == {"/api/v1/ingest/json"}
    assert door.connections == 2, "one connection is kept, a cut one replaced"


async def test_what_is_refused_is_not_sent_for_ever(door: Door) -> None:
    door.answers = [422]
    connection = Connection(door.url, "t")
    assert not await deliver(connection, b"[]")
    assert door.requests == 1
    await connection.close()


async def test_the_buffer_is_bounded(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "KEPT", 10)
    outbox = Outbox(Connection(door.url, "t"))
    for number in range(25):
        outbox.put(str(number).encode())
    assert (len(outbox), outbox.dropped) == (10, 15)


async def test_no_server_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await Connection("http://127.0.0.1:9", "t").post("/x", b"")


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(Misconfigured, match="url"):
        Connection("ftp://somewhere", "t")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"url": "http://x"}',
        '{"url":"u","token":"t","sed":1}',
        '{"url":"u","token":"t","seed":"a"}',
        '{"url":"u","token":"t","history_days":99}',
    ],
)
def test_a_wrong_configuration_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured):
        read_config(text)


def test_the_configuration_of_the_supervisor_is_read() -> None:
    config = read_config(
        '{"url":"http://h:1","token":"t","state":"/s","seed":3,"mqtt":["h",2],"devices":{"K-01":"p"}}'
    )
    assert (config.mqtt, config.devices, config.seed) == (("h", 2), {"K-01": "p"}, 3)


def test_memory_survives_and_bad_memory_is_forgotten(tmp_path: Path) -> None:
    notes, now = Notes(str(tmp_path)), datetime(2026, 11, 21, tzinfo=UTC)
    memory = Memory(1, now, now, now, 42)
    assert notes.memory(1) is None
    notes.keep(memory)
    assert notes.memory(1) == memory
    assert notes.memory(2) is None, "another seed is another city"
    (tmp_path / "city.json").write_text("{half")
    assert notes.memory(1) is None


def cameras(count: int) -> Callable[[list[dict[str, object]]], bool]:
    """Cameras report in live time only."""
    return lambda rows: sum(row["type"] == "Camera" for row in rows) >= count


async def lived(
    door: Door, state: Path, enough: Callable[[list[dict[str, object]]], bool]
) -> list[dict[str, object]]:
    """What a run sends until that is enough."""
    door.accepted.clear()
    task = asyncio.create_task(run(Config(url=door.url, token="t", state=str(state), history_days=1)))
    await door.until(enough)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return list(door.accepted)


async def test_history_first_then_life_and_no_history_twice(door: Door, tmp_path: Path) -> None:
    first = await lived(door, tmp_path, cameras(1))
    now = datetime.now(UTC)
    ages = [(now - datetime.fromisoformat(str(row["observedAt"]))).total_seconds() for row in first]
    assert ages[0] > 23 * 3600
    assert ages[-1] < 10
    tour = json.loads((tmp_path / "run" / "demo.json").read_text())
    assert tour["seed"] == 1
    assert len(tour["acts"]) == 11
    assert tour["acts"][0]["boards"] == ["boards"]
    again = await lived(door, tmp_path, cameras(1))
    assert all(datetime.fromisoformat(str(row["observedAt"])) > now for row in again)
    after = json.loads((tmp_path / "run" / "demo.json").read_text())
    assert after["started_at"] == tour["started_at"], "only we were restarted: the story goes on"
