"""kill -9 of each process under load: back within seconds, seen on the wall, nothing lost or doubled."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from datetime import datetime
from time import monotonic, sleep

import paho.mqtt.client as mqtt
import pytest
from tests.system.city import City, Operator, cell, counter, now, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

VICTIMS = ("nats", "door", "stages", "lake", "runner")
#: a stage that falls silent with each; the others are known by a new pid (the door is who tells)
STAGES = {"stages": "normalise", "lake": "lake", "runner": "runner"}
moment = datetime.fromisoformat
CELLS = {victim: f"KC-{victim}" for victim in VICTIMS}
EACH, PAUSE_S = 20, 0.2


class Load(threading.Thread):
    """Readings by HTTP, the same request again until it is accepted, and one by one by MQTT."""

    def __init__(self, city: City, device: mqtt.Client) -> None:
        super().__init__()
        self.city, self.device = city, device
        self.accepted = self.repeated = 0
        self.published = 0
        self.acknowledged: set[int] = set()
        device.on_publish = lambda _c, _u, number, _r, _p: self.acknowledged.add(number)
        self.crowded: set[str] = set()
        self.before = city.counts("mqtt")
        self.fault: Exception | None = None
        self._until = threading.Event()

    def run(self) -> None:
        try:
            number = 0
            while not self._until.is_set():
                at = now()
                batch = [counter(f"KH-{n}", at, messageId=f"{number}-{n}") for n in range(EACH)]
                batch += [cell(name, 6.0 if name in self.crowded else 1.0, at) for name in CELLS.values()]
                self._send(json.dumps(batch).encode())
                self.accepted += len(batch)
                reading = json.dumps(counter("KM-1", at, messageId=str(number)))
                self.device.publish("devices/kills-1/obs", reading, qos=1)  # kept by it until acknowledged
                self.published += 1
                number += 1
                self._until.wait(PAUSE_S)
        except Exception as error:
            self.fault = error

    def _send(self, body: bytes) -> None:
        while True:
            try:
                if self.city.post(body, "kills")[0] == 202:
                    return
            except OSError:
                pass
            self.repeated += 1
            sleep(0.05)

    def end(self) -> None:
        self._until.set()
        self.join(60)
        assert self.fault is None
        assert not self.is_alive()
        until("all of the device is acknowledged", lambda: len(self.acknowledged) >= self.published)


@pytest.fixture(scope="module")
def load(city: City, operator: Operator) -> Iterator[Load]:
    _, made = operator.ask("POST", "/devices", {"id": "kills-1", "title": "under kills"})
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id="kills-1", protocol=mqtt.MQTTv311, clean_session=False
    )
    client.username_pw_set("kills-1", made["password"])
    client.reconnect_delay_set(1, 1)
    client.max_queued_messages_set(0)
    client.connect(made["mqtt"]["host"], made["mqtt"]["port"])
    client.loop_start()
    running = Load(city, client)
    running.start()
    try:
        yield running
    finally:
        running._until.set()
        running.join(60)
        client.disconnect()
        client.loop_stop()


@pytest.mark.parametrize("victim", VICTIMS)
def test_killed(city: City, load: Load, victim: str) -> None:
    """Silent within 2 s on the wall, back within seconds, and the city's picture moves on."""
    until("readings flow", lambda: city.entity("ItemFlowObserved", "KM-1"))
    load.crowded.add(CELLS[victim])
    sleep(0.5)  # the cell fills before and while the process is away
    pid = city.processes()[victim]
    killed, at = monotonic(), now()
    os.kill(pid, signal.SIGKILL)

    def came_back() -> bool:
        return city.processes().get(victim, pid) != pid

    def works_again() -> bool:
        """It has spoken since, and says that it works."""
        name = STAGES[victim]
        return moment(city.stage(name)["heard_at"]) > moment(at) and name not in city.ill()

    if victim in STAGES:
        until("silent", lambda: city.stage(STAGES[victim])["state"] == "silent" or works_again(), 20)
        assert monotonic() - killed < 2.5 or works_again(), "the wall was late"
    until(f"{victim} is another process", came_back, 40)
    if victim in STAGES:
        until(f"{victim} works", works_again, 40)
    city.in_order()

    def moves_on() -> bool:
        states = [city.entity("ItemFlowObserved", name) for name in ("KH-1", "KM-1")]
        return all(state is not None and moment(state["observed_at"]) > moment(at) for state in states)

    until("the picture moves on", moves_on, 40)


def test_nothing_was_lost_and_nothing_took_effect_twice(city: City, load: Load) -> None:
    load.crowded.update(CELLS.values())
    until("an alert for every cell", lambda: len(city.alerts("crowd.density", *CELLS.values())) >= 5, 60)
    load.end()
    counted = city.settled("kills", load.accepted)
    # a request whose answer died with the door is sent again, word for word: what was stored is a duplicate
    assert counted["stored"] == load.accepted
    assert counted["quarantined"] == 0
    assert counted["duplicates"] <= load.repeated * (EACH + len(CELLS))
    before = load.before
    counted = city.settled("mqtt", sum(before.values()) + load.published)
    assert counted["stored"] - before["stored"] == load.published
    assert counted["quarantined"] == before["quarantined"]

    alerts = city.alerts("crowd.density", *CELLS.values())
    assert sorted(a["entities"][0].rsplit(":", 1)[-1] for a in alerts) == sorted(CELLS.values())
    for alert in alerts:
        acts = [event["act"] for event in city.get(f"/alerts/{alert['id']}/events")["items"]]
        assert acts.count("raised") == 1, (alert["entities"], acts)
