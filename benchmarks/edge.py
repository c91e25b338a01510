"""The cable of a box at the edge is cut under load and mended: what is lost, doubled, and how soon it begins.

A city and a box run as people start them. Readings come to the box by MQTT; its link to the centre passes
through a relay of ours, which falls still for the time of the cut without closing a connection, as a pulled
cable does. During the cut a crowd cell at the box fills: its own detector must say so, and one alert is due
at the centre. ``catch_up_begin_s``: from mending the cable until the centre has stored something more.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from instance import Instance, instance, options, report

DEVICE = "K-01"
AREA_M2 = 400
SOURCE = "edge:tower/mqtt"
QUICK_CROWD = "[params]\nhold_s = 3.0\nsmooth_s = 2.0\n"


class Relay:
    """Passes bytes between a box and its centre; ``cut`` keeps them back, and whatever comes meanwhile."""

    def __init__(self, port: int) -> None:
        self._far, self.port = port, 0
        self._open, self._ready = threading.Event(), threading.Event()
        self._open.set()
        threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True).start()
        self._ready.wait()

    def cut(self) -> None:
        self._open.clear()

    def mend(self) -> None:
        self._open.set()

    async def _run(self) -> None:
        server = await asyncio.start_server(self._link, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await server.serve_forever()

    async def _link(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, there = await asyncio.open_connection("127.0.0.1", self._far)
        await asyncio.gather(self._pass(near, there), self._pass(far, back))

    async def _pass(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                while not self._open.is_set():
                    await asyncio.sleep(0.02)
                to.write(data)
                await to.drain()
        to.close()


class Load:
    """Numbered readings, one a message, ``rate`` a second; and a crowd cell that fills when told."""

    def __init__(self, port: int, password: str, rate: int) -> None:
        self._rate, self._over, self._sent = rate, threading.Event(), 0
        self.acked = 0
        self.crowded = False
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=DEVICE, clean_session=False)
        self._client.username_pw_set(DEVICE, password)
        self._client.on_publish = self._count
        self._client.max_inflight_messages_set(200)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._drive, daemon=True)
        self._thread.start()

    def _count(self, *_: object) -> None:
        self.acked += 1

    def _send(self, reading: dict[str, object]) -> None:
        self._sent += 1
        reading |= {"observedAt": datetime.now(UTC).isoformat(), "messageId": f"n{self._sent}"}
        self._client.publish(f"devices/{DEVICE}/obs", json.dumps(reading), qos=1)

    def _drive(self) -> None:
        due, cell = monotonic(), 0.0
        while not self._over.is_set():
            self._send({"id": f"R{self._sent % 50}", "type": "ItemFlowObserved", "intensity": self._sent})
            if monotonic() - cell >= 1.0:
                cell = monotonic()
                people = AREA_M2 * (6 if self.crowded else 1)
                place = {"lon": 24.94, "lat": 60.17, "area": AREA_M2}
                self._send({"id": "C1", "type": "CrowdFlowObserved", "peopleCount": people, **place})
            due = max(due + 1 / self._rate, monotonic() - 1)
            sleep(max(0.0, due - monotonic()))

    def end(self) -> int:
        """Stop, wait for the last acknowledgement; how many were sent."""
        self._over.set()
        self._thread.join()
        end = monotonic() + 30
        while self.acked < self._sent and monotonic() < end:
            sleep(0.05)
        self._client.disconnect()
        self._client.loop_stop()
        return self._sent


def tocsin(*words: str) -> str:
    ran = subprocess.run([sys.executable, "-m", "tocsin", *words], capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def join(city: Instance, box: Path) -> Relay:
    """Let the box in; its way to the centre leads through a relay."""
    invitation = json.loads(tocsin("edge", "add", "tower", "--state", str(city.state)))
    address, _, port = invitation["url"].rpartition(":")
    relay = Relay(int(port))
    file = box.with_suffix(".json")
    file.write_text(json.dumps({**invitation, "url": f"{address}:{relay.port}"}))
    tocsin("edge", "join", str(file), "--state", str(box))
    (box / "tocsin.toml").write_text('[edge]\ntools = "crowd"\n')
    (box / "tools").mkdir()
    (box / "tools" / "crowd.toml").write_text(QUICK_CROWD)
    return relay


def told(box: Path) -> dict[str, Any]:
    """What the box says of itself."""
    with suppress(OSError, ValueError):
        state: dict[str, Any] = json.loads((box / "run" / "edge.json").read_bytes())["state"]
        return state
    return {"waiting": {}, "memory_mb": 0.0}


def measure(city: Instance, box: Path, relay: Relay, load: Load, cut_s: float) -> dict[str, Any]:
    city.wait("readings from the edge", lambda: city.counts(SOURCE)["stored"] > 100)
    relay.cut()
    cut_at, peak, memory, silent_s = monotonic(), 0, 0.0, None
    load.crowded = True
    while monotonic() - cut_at < cut_s:
        state = told(box)
        peak = max(peak, sum(state["waiting"].values()))
        memory = max(memory, state["memory_mb"])
        if silent_s is None and city.get("/edges")["items"][0]["status"]["state"] == "silent":
            silent_s = round(monotonic() - cut_at, 1)
        sleep(0.5)
    before = city.get("/status")["streams"]["EDGE"]["last"]
    relay.mend()
    mended = monotonic()
    city.wait("catching up", lambda: city.get("/status")["streams"]["EDGE"]["last"] > before, 90)
    begun = monotonic() - mended
    sent = load.end()
    city.wait("the lake holds all", lambda: city.counts(SOURCE)["stored"] >= sent, 300)
    caught_up = monotonic() - mended
    sleep(5)  # time for a doubled reading or alert to show itself
    counts = city.counts(SOURCE)
    raised = [a for a in city.pages("/alerts", state="all") if any("C1" in e for e in a["entities"])]
    return {
        "cut_s": cut_s,
        "sent": sent,
        "acked": load.acked,
        "stored": counts["stored"],
        "lost": max(0, sent - counts["stored"]) + (not raised),
        "doubled": max(0, counts["stored"] - sent) + counts["duplicates"] + max(0, len(raised) - 1),
        "shown_silent_after_s": silent_s,
        "catch_up_begin_s": round(begun, 2),
        "caught_up_s": round(caught_up, 1),
        "backlog_peak": peak,
        "memory_mb": memory,
        "alerts_due": 1,
        "alerts_raised": len(raised),
    }


def main() -> None:
    given = options(__doc__ or "")
    os.environ |= {"TOCSIN_EDGES_HOST": "127.0.0.1", "TOCSIN_EDGES_PORT": "0"}
    with instance() as city, tempfile.TemporaryDirectory(prefix="tocsin-edge-") as folder:
        box = Path(folder) / "box"
        relay = join(city, box)
        password = tocsin("device", "add", DEVICE, "--state", str(box))
        words = [sys.executable, "-m", "tocsin", "edge", "--headless", "--state", str(box)]
        running = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        try:
            assert running.stdout is not None
            ready = json.loads(running.stdout.readline())
            load = Load(ready["mqtt"][1], password, 100 if given.quick else 200)
            figures = measure(city, box, relay, load, 20 if given.quick else 600)
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(20)
    report("edge", figures, quick=given.quick)


if __name__ == "__main__":
    main()
