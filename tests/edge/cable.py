"""A centre and a box with a cable between them, in network namespaces of their own; run by ``test_cut.py``.

    unshare -rn python tests/edge/cable.py cut FOLDER SECONDS   the whole story, told as JSON at its end
    ... inside the box's namespace:  load PORT PASSWORD | dump STATE | find STATE

Pulling the cable loses packets in both directions and tells nobody, as it does on a street corner.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as mqtt

from tocsin.app.edges import join
from tocsin.bus.accounts import connect
from tocsin.bus.codec import decode, encode
from tocsin.bus.device_users import add_device
from tocsin.bus.edges import add_edge, remove_edge
from tocsin.bus.nats_server import EdgePort, NatsServer
from tocsin.edge.arrivals import Edges
from tocsin.edge.heard import Heard
from tocsin.kernel.clock import WallClock
from tocsin.kernel.events import Finding, ObservationBatch, Phase
from tocsin.kernel.ports import Bus, Outgoing

CENTRE, BOX = "10.77.0.1", "10.77.0.2"
RATE = 100
DEVICE = "K-01"


class Cable:
    """A namespace for the box and the link to it. We are in the centre's already."""

    def __init__(self) -> None:
        self._far = subprocess.Popen(["unshare", "-n", "sleep", "300"])
        time.sleep(0.2)
        self._ip("link", "set", "lo", "up")
        self._ip("link", "add", "up0", "type", "veth", "peer", "name", "up1", "netns", str(self._far.pid))
        self._ip("addr", "add", f"{CENTRE}/24", "dev", "up0")
        for words in (("link", "set", "lo", "up"), ("addr", "add", f"{BOX}/24", "dev", "up1")):
            subprocess.run(self.at_box("ip", *words), check=True)
        subprocess.run(self.at_box("ip", "link", "set", "up1", "up"), check=True)
        self.mend()

    def at_box(self, *argv: str) -> list[str]:
        return ["nsenter", "-t", str(self._far.pid), "-n", *argv]

    def python(self, *argv: str, **more: Any) -> subprocess.Popen[str]:
        words = self.at_box(sys.executable, *argv)
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more)

    def cut(self) -> None:
        self._ip("link", "set", "up0", "down")

    def mend(self) -> None:
        self._ip("link", "set", "up0", "up")

    def end(self) -> None:
        self._far.kill()
        self._far.wait()

    @staticmethod
    def _ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True)


class Arrived:
    """What stands in the centre's log, and when it came."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.at: list[float] = []
        self.findings: list[str] = []

    async def follow(self, bus: Bus, stream: str) -> None:
        async with bus.read(stream, after=0) as batches:
            async for messages in batches:
                for message in messages:
                    if stream == "FINDING":
                        self.findings.append(decode(message.data, Finding).id)
                        continue
                    for observation in decode(message.data, ObservationBatch).observations:
                        self.ids.append(observation.id)
                        self.at.append(time.monotonic())


async def until(what: str, holds: Any, within_s: float = 60.0) -> None:
    end = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {within_s} s")
        await asyncio.sleep(0.05)


def told(box: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        read: dict[str, Any] = json.loads((box / "run" / "edge.json").read_bytes())
        return read
    return {"fault": "not yet", "state": {"waiting": {"obs": 0}}}


def pids(box: Path) -> dict[str, int]:
    read: dict[str, int] = json.loads((box / "run" / "processes.json").read_text())
    return read


async def story(folder: Path, cut_s: float) -> dict[str, Any]:
    city, box = folder / "city", folder / "box"
    cable = Cable()
    server = NatsServer(city, edges=EdgePort(CENTRE, 0, (CENTRE,)))
    await server.start()
    (folder / "tower.json").write_bytes(msgspec.json.encode(await add_edge(city, "tower")))
    join(box, folder / "tower.json")
    (box / "tocsin.toml").write_text("[edge]\nkeep_s = 600\n")  # so that all can be compared at the end
    password = await add_device(box, DEVICE)
    reader, writer = await connect(city, "keeper"), await connect(city, "stages")
    arrived, heard = Arrived(), Heard(WallClock(), lambda: ["tower"])
    following = [asyncio.create_task(arrived.follow(reader, s)) for s in ("OBS", "FINDING")]

    def taking_in() -> asyncio.Task[None]:
        return asyncio.create_task(Edges(writer, WallClock(), lambda raw, _: raw, heard).run())

    edges = taking_in()
    running = cable.python("-m", "tocsin", "edge", "--headless", "--state", str(box))
    try:
        assert running.stdout is not None
        ready = json.loads(await asyncio.to_thread(running.stdout.readline))
        load = cable.python(__file__, "load", str(ready["mqtt"][1]), password)
        await until("readings at the centre", lambda: len(arrived.ids) >= RATE)
        before = heard.seen()[0].connected

        cable.cut()
        cut_at = time.monotonic()
        await asyncio.sleep(cut_s / 4)
        os.kill(pids(box)["box"], signal.SIGKILL)
        await asyncio.sleep(cut_s / 4)
        os.kill(pids(box)["nats"], signal.SIGKILL)
        edges.cancel()  # and the centre's own stage begins anew
        found = cable.python(__file__, "find", str(box))
        assert await asyncio.to_thread(found.wait) == 0
        await asyncio.sleep(max(0.0, cut_at + cut_s - time.monotonic()))
        away, backlog = not heard.seen()[0].connected, told(box)["state"]["waiting"]["obs"]
        fault, held = told(box)["fault"], len(arrived.ids)

        edges = taking_in()
        cable.mend()
        mended = time.monotonic()
        await until("catching up", lambda: len(arrived.ids) > held)
        begun = arrived.at[held] - mended
        assert load.stdin is not None
        load.stdin.close()
        assert load.stdout is not None
        sent = json.loads(await asyncio.to_thread(load.stdout.read))
        await asyncio.to_thread(load.wait)
        dump = cable.python(__file__, "dump", str(box))
        at_box, _ = await asyncio.to_thread(dump.communicate)
        own = [f"tower~{one}" for one in json.loads(at_box)]
        await until("all at the centre", lambda: len(arrived.ids) >= len(own) and arrived.findings)
        await asyncio.sleep(0.5)  # time for a doubled one to show itself

        shut = time.monotonic()
        await remove_edge(city, "tower")
        shut = time.monotonic() - shut
        await until("the box notices", lambda: told(box)["fault"], 15)
        return {
            "connected": before,
            "away": away,
            "fault": fault,
            "backlog": backlog,
            "begun_s": round(begun, 2),
            "acked": sent["acked"],
            "at_box": len(own),
            "same": own == arrived.ids,
            "distinct": len(set(arrived.ids)),
            "held_at_mending": held,
            "findings": arrived.findings,
            "revoked_s": round(shut, 2),
        }
    finally:
        running.terminate()
        await asyncio.to_thread(running.wait)
        for task in (edges, *following):
            task.cancel()
        await asyncio.gather(edges, *following, return_exceptions=True)
        await asyncio.gather(reader.close(), writer.close())
        await server.stop()
        cable.end()


def load(port: int, password: str) -> None:
    """Numbered readings until standard input ends; at the end, how many were acknowledged."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=DEVICE, clean_session=False)
    client.username_pw_set(DEVICE, password)
    client.reconnect_delay_set(0.1, 0.5)
    client.connect("127.0.0.1", port)
    client.loop_start()
    acked: list[int] = []
    client.on_publish = lambda _c, _u, mid, *_: acked.append(mid)
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    sent = 0
    while not over.is_set():
        number, sent = sent, sent + 1
        reading = {
            "id": f"R{number % 5}",
            "type": "ItemFlowObserved",
            "observedAt": datetime.now(UTC).isoformat(),
            "intensity": number,
            "messageId": f"n{number}",
        }
        client.publish(f"devices/{DEVICE}/obs", json.dumps(reading), qos=1)
        time.sleep(1 / RATE)
    end = time.monotonic() + 15
    while len(acked) < sent and time.monotonic() < end:
        time.sleep(0.05)
    print(json.dumps({"acked": len(acked), "sent": sent}))
    client.disconnect()
    client.loop_stop()


async def dump(state: Path) -> None:
    """Ids of all readings in the box's own log, in order."""
    bus, ids = await connect(state, "keeper"), list[str]()
    await asyncio.sleep(0.5)  # what was acknowledged last is on its way through the box
    last = (await bus.info("OBS")).last
    async with bus.read("OBS", after=0) as batches:
        async for messages in batches:
            for message in messages:
                ids += [o.id for o in decode(message.data, ObservationBatch).observations]
            if messages[-1].seq >= last:
                break
    await bus.close()
    print(json.dumps(ids))


async def find(state: Path) -> None:
    """A detector of the box says the same twice, as it does when its process is started anew."""
    bus, now = await connect(state, "keeper", timeout_s=20), datetime.now(UTC)
    said = Finding(
        "f1", 1, "crowd", "1.0", "crowd.density", Phase.STARTED, ("urn:ngsi-ld:CrowdFlowObserved:C1",),
        now, now,
        "Dense", "Five people a square metre", 0.9, "share", "high", 0.1, (),
    )  # fmt: skip
    await bus.publish_many([Outgoing("finding.crowd", encode(said)) for _ in range(2)])
    await bus.close()


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    if verb == "cut":
        print(json.dumps(asyncio.run(story(Path(words[0]), float(words[1])))))
    elif verb == "load":
        load(int(words[0]), words[1])
    else:
        asyncio.run({"dump": dump, "find": find}[verb](Path(words[0])))
