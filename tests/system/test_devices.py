"""Devices let in by ``tocsin device add`` publish over MQTT; everyone else is turned away."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from tests.system.city import City, Operator, counter, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]


def tocsin(*words: str, city: City) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tocsin", *words, "--state", str(city.state)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def device(city: City, user: str, password: str) -> Iterator[mqtt.Client]:
    """Connected, or ``ConnectionRefusedError`` with the gateway's reason."""
    at = city.get("/status")["mqtt"]
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=user, protocol=mqtt.MQTTv311)
    client.username_pw_set(user, password)
    answered, refused = threading.Event(), []

    def on_connect(_c: object, _u: object, _f: object, reason: mqtt.ReasonCode, _p: object) -> None:
        refused.extend([str(reason)] if reason.is_failure else [])
        answered.set()

    client.on_connect = on_connect
    client.connect(at["host"], at["port"])
    client.loop_start()
    try:
        assert answered.wait(10)
        if refused:
            raise ConnectionRefusedError(refused[0])
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def publish(client: mqtt.Client, topic: str, payload: object) -> None:
    """QoS 1: returns once the gateway has acknowledged."""
    sent = client.publish(topic, payload if isinstance(payload, bytes) else json.dumps(payload), qos=1)
    sent.wait_for_publish(10)
    assert sent.is_published()


@pytest.fixture(scope="module")
def pump(city: City) -> str:
    """Password of the device pump-7, made on the command line while the city runs."""
    return tocsin("device", "add", "pump-7", "--title", "Pump <b>7</b>", city=city)


def test_paho(city: City, operator: Operator, pump: str) -> None:
    before = city.counts("mqtt")
    with device(city, "pump-7", pump) as client:
        publish(client, "devices/pump-7/obs", counter("MQ-1", intensity=11))
        publish(client, "devices/pump-7/obs", [counter("MQ-2"), counter("MQ-3", intensity=float("nan"))])
        publish(client, "devices/pump-7/obs", b'{"id": "MQ-4", ')
        publish(client, "devices/another/obs", counter("MQ-5"))  # acknowledged (3.1.1 knows no other
        publish(client, "raw/http", counter("MQ-6"))  # answer), but neither stored nor counted
    after = city.settled("mqtt", sum(before.values()) + 4)
    assert {k: after[k] - before[k] for k in after} == {"stored": 2, "quarantined": 2, "duplicates": 0}
    state = until("its state", lambda: city.entity("ItemFlowObserved", "MQ-1"))
    assert state["attributes"]["intensity"]["value"] == 11
    held = list(city.pages("/quarantine", source="mqtt"))
    assert {item["device"] for item in held} == {"pump-7"}
    assert '{"id": "MQ-4", ' in {operator.raw(item["id"]) for item in held}
    for other in ("MQ-5", "MQ-6"):
        assert city.entity("ItemFlowObserved", other) is None


def test_a_second_attempt_repeats_nothing_that_devices_sent(
    city: City, operator: Operator, pump: str
) -> None:
    """After a retry of a device's item ingest still knows how far it has read, also when it is killed."""
    with device(city, "pump-7", pump) as client:
        publish(client, "devices/pump-7/obs", counter("MQ-7", intensity="many"))

    def attempts() -> list[dict[str, Any]]:
        found = city.pages("/quarantine", source="mqtt")
        return [item for item in found if "MQ-7" in operator.raw(item["id"])]

    held = until("held", attempts)
    before = city.counts("mqtt")
    assert operator.ask("POST", f"/quarantine/{held[0]['id']}/retry")[0] == 202
    until("tried in vain, open again", lambda: attempts()[0]["state"] == "open")
    door = city.processes()["door"]
    subprocess.run(["kill", "-9", str(door)], check=True)
    until("the door is back", lambda: city.processes().get("door", door) != door, 60)
    with device(city, "pump-7", pump) as client:
        publish(client, "devices/pump-7/obs", counter("MQ-8"))
    after = city.settled("mqtt", sum(before.values()) + 1)
    assert {k: after[k] - before[k] for k in after} == {"stored": 1, "quarantined": 0, "duplicates": 0}


def test_mosquitto_pub(city: City, pump: str) -> None:
    if shutil.which("mosquitto_pub") is None:
        pytest.skip("mosquitto_pub is not installed (Debian: mosquitto-clients)")
    at = city.get("/status")["mqtt"]

    def run(user: str, password: str) -> subprocess.CompletedProcess[str]:
        words = ["-h", at["host"], "-p", str(at["port"]), "-i", user, "-u", user, "-P", password, "-q", "1"]
        what = ["-t", "devices/pump-7/obs", "-m", json.dumps(counter("MQ-9", intensity=9))]
        return subprocess.run(
            ["mosquitto_pub", *words, *what], capture_output=True, text=True, timeout=20, check=False
        )

    assert run("pump-7", pump).returncode == 0
    state = until("its state", lambda: city.entity("ItemFlowObserved", "MQ-9"))
    assert state["source"] == "mqtt"
    for user, password in (("pump-7", pump + "x"), ("unknown", pump)):
        refused = run(user, password)
        assert refused.returncode != 0
        assert "not authori" in (refused.stdout + refused.stderr).lower()


def test_an_unknown_device_is_refused_and_a_removed_one_is_cut_off(city: City, operator: Operator) -> None:
    with pytest.raises(ConnectionRefusedError, match=r"(?i)not authori"), device(city, "stranger", "guess"):
        pass
    status, made = operator.ask("POST", "/devices", {"id": "lamp-1", "title": "Lamp"})
    assert status == 201, made
    assert made["topic"] == "devices/lamp-1/obs"
    with device(city, "lamp-1", made["password"]) as client:
        publish(client, made["topic"], counter("MQ-10"))
        until("its state", lambda: city.entity("ItemFlowObserved", "MQ-10"))
        cut = threading.Event()
        client.on_disconnect = lambda *_: cut.set()
        tocsin("device", "remove", "lamp-1", city=city)
        assert cut.wait(10), "still connected"
    with pytest.raises(ConnectionRefusedError), device(city, "lamp-1", made["password"]):
        pass
    assert "lamp-1" not in tocsin("device", "list", city=city)
