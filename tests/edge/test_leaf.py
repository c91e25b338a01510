"""A box in the wrong hands: whatever its own server lets through, the centre does not."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from pathlib import Path
from time import monotonic

import msgspec
import nats
import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NoAnswer

from tocsin.app.edges import join
from tocsin.bus.accounts import Folder, connect, load_credentials
from tocsin.bus.edges import add_edge, marks_with, remove_edge
from tocsin.bus.leaf import UPLINK, role_of
from tocsin.bus.nats_server import EdgePort, NatsServer
from tocsin.bus.permissions import EDGE
from tocsin.bus.uplink import Centre, Overtaken
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.ports import Outgoing

pytestmark = pytest.mark.real
_HERE = re.compile(r"(UPLINK \{ users: .*?)permissions: \{publish: .*?\}, subscribe: .*?\}\}")


async def box_of(state: Path, city: Path, name: str, *, hostile: bool = False) -> NatsServer:
    invitation = await add_edge(city, name)
    file = state.with_suffix(".json")
    file.write_bytes(msgspec.json.encode(invitation))
    join(state, file)
    server = NatsServer(state, roles=EDGE)
    await server.start()
    if hostile:  # its own server forbids nothing any more
        await server.stop()
        config = Folder(state).config
        changed, count = _HERE.subn(r'\1permissions: {publish: ">", subscribe: ">"}', config.read_text())
        assert count == 1
        config.write_text(changed)
        await server.start()
    return server


async def reached(state: Path, name: str) -> Centre:
    centre = await Centre.connect(state, name)
    async with asyncio.timeout(20):
        while True:
            try:
                await centre.newest("obs")
                return centre
            except Unavailable:
                await asyncio.sleep(0.05)


async def test_least_privilege_and_revocation_at_once(tmp_path: Path) -> None:
    city = tmp_path / "city"
    hub = NatsServer(city, edges=EdgePort("127.0.0.1", 0, ("127.0.0.1",)))
    await hub.start()
    servers = [
        await box_of(tmp_path / "tower", city, "tower", hostile=True),
        await box_of(tmp_path / "gate", city, "gate"),
    ]
    tower, gate = await reached(tmp_path / "tower", "tower"), await reached(tmp_path / "gate", "gate")
    keeper = await connect(city, "keeper")

    assert await gate.store("obs", b"of gate", {"Tocsin-Covers": "OBS@b:1"}, after=0) == 1
    assert await tower.store("obs", b"of tower", {"Tocsin-Covers": "OBS@a:1"}, after=0) == 2
    with pytest.raises(Overtaken):
        await tower.store("obs", b"again", {}, after=0)
    assert dict((await tower.newest("obs")).headers) == {"Tocsin-Covers": "OBS@a:1"}
    assert (await tower.newest("finding")).seq == 0

    given = load_credentials(tmp_path / "tower", role_of("tower"), realm=UPLINK)
    client = await nats.connect(given.url, user=given.user, password=given.password)
    heard: list[str] = []

    async def hear(message: nats.aio.msg.Msg) -> None:
        heard.append(message.subject)

    for pattern in (">", "_INBOX_uplink_gate.>", "edge.>", "$JS.>", "status.>"):
        await client.subscribe(pattern, cb=hear)
    before = {stream: (await keeper.info(stream)).last for stream in ("EDGE", "OBS", "RAW", "FINDING")}
    tried = (
        "up.gate.obs", "up.gate.last.obs", "edge.gate.obs", "obs.src.http", "raw.http", "finding.crowd",
        "status.alerts", "$JS.API.STREAM.NAMES", "$JS.API.DIRECT.GET.EDGE.edge.gate.obs",
        "$JS.API.STREAM.PURGE.EDGE", "ask.history", "$SYS.REQ.SERVER.PING",
    )  # fmt: skip
    async with asyncio.TaskGroup() as group:  # all at once: each silence takes its time
        for subject in tried:
            group.create_task(silence(client, subject))
    # a reply is a subject too: what the centre answers must not be told to enter where we may not
    for asked, answer_to in (
        ("up.tower.last.obs", "up.gate.obs"),
        ("up.tower.obs", "up.gate.finding"),
        ("up.tower.last.obs", "edge.gate.obs"),
        ("up.tower.last.obs", "obs.src.http"),
    ):
        await client.publish(asked, b"", reply=answer_to)
    await client.flush()
    await asyncio.sleep(0.5)
    last = await keeper.last("EDGE", "edge.gate.obs")
    assert last is not None
    assert last.data == b"of gate", "the centre was made to speak for another edge"
    assert await keeper.last("EDGE", "edge.gate.finding") is None
    got = []
    with suppress(TimeoutError):
        async with asyncio.timeout(0.3), keeper.read("EDGE", after=0) as batches:
            async for messages in batches:
                got += [(m.seq, m.subject, m.data, dict(m.headers)) for m in messages]
    # the server rewrites such a reply: it ends below a name that the server drew, no edge's (see Edges)
    assert [data for _, subject, data, _ in got if subject.startswith("edge.gate.")] == [b"of gate"]
    before["EDGE"] = (await keeper.info("EDGE")).last
    heard.clear()
    await gate.store("obs", b"more of gate", {}, after=1)
    await keeper.publish(Outgoing("raw.http", b"{}"))
    await keeper.announce("status.alerts", b"{}")
    await asyncio.sleep(0.3)
    assert [s for s in heard if not s.startswith("_INBOX.")] == [], "it heard what is not its own"
    after = {stream: (await keeper.info(stream)).last for stream in before}
    assert after == {**before, "EDGE": before["EDGE"] + 1, "RAW": before["RAW"] + 1}

    assert marks_with(city)["SHOT"] == ("edge.tower.shot", "edge.gate.shot")
    assert marks_with(city)["EDGE"] == (
        "edge.tower.obs", "edge.tower.finding", "edge.gate.obs", "edge.gate.finding",
    )  # fmt: skip
    began = monotonic()
    await remove_edge(city, "tower")
    assert monotonic() - began < 2
    with pytest.raises((Unavailable, TimeoutError)):
        async with asyncio.timeout(1):
            await tower.store("obs", b"late", {}, after=2)
    async with asyncio.timeout(10):  # the other one is back by itself
        while True:
            try:
                assert (await gate.newest("obs")).seq == before["EDGE"] + 1
                break
            except Unavailable:
                await asyncio.sleep(0.05)
    assert (await keeper.info("EDGE")).last == before["EDGE"] + 1
    await client.close()
    for link in (tower, gate, keeper):
        await link.close()
    for server in (*servers, hub):
        await server.stop()


async def silence(client: nats.aio.client.Client, subject: str) -> None:
    """Asked, nobody answers."""
    with pytest.raises((NoAnswer, NoRespondersError)):
        await client.request(subject, b"", timeout=1)
