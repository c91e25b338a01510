"""Three nodes as one bus: what was accepted is there when the node that leads is killed and comes back."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from tests.bus.clusters import NODES, Cluster, made, running

from tocsin.app.gate import Gate
from tocsin.app.hosting import Place
from tocsin.bus.accounts import Folder, credentials_for, load_credentials
from tocsin.bus.cluster import Peer, lay_out, node_of
from tocsin.bus.nats_driver import NatsBus
from tocsin.kernel.errors import Invalid, Misconfigured, TocsinError, Unavailable
from tocsin.kernel.ports import Message, Outgoing
from tocsin.settings import Bus, Settings

THREE = [Peer("a", "10.0.0.1"), Peer("b", "bus-b.example"), Peer("c", "10.0.0.3")]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("cluster")) as found:
        yield found


def test_every_node_has_the_same_users_and_a_key_of_its_own(tmp_path: Path) -> None:
    lines = lay_out(tmp_path / "out", THREE)
    nodes = [node_of(Folder(tmp_path / "out" / name)) for name in "abc"]
    assert all(node is not None and node.users == nodes[0].users for node in nodes)  # type: ignore[union-attr]
    keys = {(tmp_path / "out" / name / "nats" / "tls" / "leaf.key").read_bytes() for name in "abc"}
    assert len(keys) == 3
    assert not (tmp_path / "out" / "a" / "nats" / "tls" / "ca.key").exists()
    assert not (tmp_path / "out" / "city" / "nats" / "tls" / "leaf.key").exists()
    assert 'servers = "nats://10.0.0.1:4222 nats://bus-b.example:4222 nats://10.0.0.3:4222"' in lines
    loose = [p for p in (tmp_path / "out").rglob("*") if p.is_file() and p.stat().st_mode & 0o077]
    assert not loose


@pytest.mark.parametrize("names", [["a", "b"], ["a", "a", "b"], ["a", "b", "city"], ["a", "b", "../c"]])
def test_what_is_no_cluster(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        lay_out(tmp_path / "out", [Peer(name, "10.0.0.1") for name in names])
    assert caught.value.field == "node"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("bus", "field"),
    [
        (Bus(servers="10.0.0.1:4222"), "bus.servers"),
        (Bus(servers="nats://user:secret@10.0.0.1:4222"), "bus.servers"),
        (Bus(servers="nats://10.0.0.1:4222", replicas=2), "bus.replicas"),
        (Bus(servers="nats://10.0.0.1:4222", ca_file="none.pem"), "bus.ca_file"),
    ],
)
def test_wrong_settings_name_themselves(tmp_path: Path, bus: Bus, field: str) -> None:
    lay_out(tmp_path / "out", THREE)
    with pytest.raises(Misconfigured) as caught:
        credentials_for(tmp_path / "out" / "city", "door", bus)
    assert caught.value.field == field
    assert load_credentials(tmp_path / "out" / "city", "door").password not in str(caught.value)


@pytest.mark.real
@pytest.mark.timeout(180)
async def test_the_leader_is_killed_and_comes_back(cluster: Cluster) -> None:
    keeper = await made(cluster)
    writer, follower = await cluster.connect(), await cluster.connect()
    accepted: dict[int, int] = {}
    read: list[Message] = []
    stop = asyncio.Event()

    async def write() -> None:
        n = 0
        while not stop.is_set():
            outs = [Outgoing("raw.http", str(n + i).encode(), msg_id=f"m{n + i}") for i in range(1 + n % 7)]
            while True:  # the same ids again until all are accepted, as every publisher of ours does
                try:
                    seqs = await writer.publish_many(outs)
                    break
                except Unavailable:
                    await asyncio.sleep(0.1)
            accepted.update({int(out.data): seq for out, seq in zip(outs, seqs, strict=True)})
            n += len(outs)
            await asyncio.sleep(0.005)

    async def follow() -> None:
        async with follower.read("RAW", after=0) as batches:
            async for batch in batches:
                read.extend(batch)

    async def more(count: int) -> None:
        before = len(accepted)
        while len(accepted) < before + count:
            assert not writing.done()
            assert not following.done(), following.exception()
            await asyncio.sleep(0.02)

    writing, following = asyncio.create_task(write()), asyncio.create_task(follow())
    async with asyncio.timeout(150):
        for _ in range(2):
            await more(300)
            leader = await cluster.leader(keeper, "RAW")
            cluster.kill(leader)
            await more(300)
            cluster.start(leader)
            await more(300)
        stop.set()
        await writing
        while not read or read[-1].seq < max(accepted.values()):
            assert not following.done(), following.exception()
            await asyncio.sleep(0.02)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert [m.seq for m in read] == list(range(1, len(read) + 1)), "a gap or a double"
    assert [int(m.data) for m in read] == list(range(len(read))), "lost, doubled or out of order"
    assert len(read) == len(accepted)
    assert (await keeper.last("RAW", "raw.http")).seq == len(read)  # type: ignore[union-attr]
    await asyncio.gather(keeper.close(), writer.close(), follower.close())


@pytest.mark.real
async def test_a_role_may_no_more_than_with_a_server_of_its_own(cluster: Cluster) -> None:
    await (await made(cluster)).close()
    runner = await cluster.connect("runner")
    with pytest.raises(TocsinError) as caught:
        await runner.publish(Outgoing("raw.http", b"x"))
    assert caught.value.kind == "forbidden"
    await runner.close()


@pytest.mark.real
async def test_nobody_enters_without_the_authority(cluster: Cluster) -> None:
    await (await made(cluster)).close()
    from msgspec.structs import replace

    with pytest.raises(Unavailable):
        await NatsBus.connect(replace(cluster.credentials("door"), ca=""), timeout_s=3)


@pytest.mark.real
async def test_a_device_sends_to_any_node(cluster: Cluster) -> None:
    keeper = await made(cluster)
    place = Place(cluster.city, "live", Settings(bus=cluster.settings))
    password = await Gate(place).add("lamp-1")
    before = (await keeper.info("MQTT")).last
    ca = str(cluster.city / "nats" / "tls" / "ca.pem")
    for at, peer in enumerate(cluster.peers, 1):
        await asyncio.wait_for(asyncio.to_thread(_send, peer, ca, password), 30)
        assert (await keeper.info("MQTT")).last == before + at, peer.name
    await Gate(place).remove("lamp-1")
    async with asyncio.timeout(20):
        for name in NODES:
            while b"lamp-1" in Folder(cluster.home / name).devices.read_bytes():  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    await keeper.close()


def _send(peer: Peer, ca: str, password: str) -> None:
    """One message with QoS 1, acknowledged; refused until this node knows the device."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="lamp-1", protocol=mqtt.MQTTv311)
    client.tls_set(ca, tls_version=ssl.PROTOCOL_TLS_CLIENT)
    client.username_pw_set("lamp-1", password)
    client.reconnect_delay_set(1, 1)
    client.connect(peer.host, peer.mqtt_port)
    client.loop_start()
    sent = client.publish("devices/lamp-1/obs", b"{}", qos=1)
    try:
        while not sent.is_published():
            sent.wait_for_publish(5)
    finally:
        client.disconnect()
        client.loop_stop()
