"""kill -9 of a real city's processes while it notifies: nothing that was accepted is missed."""

from __future__ import annotations

import http.server
import json
import os
import signal
import threading
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from tests.system.city import City, running, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]


class Receiver(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.numbers: list[int] = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        assert isinstance(self.server, Receiver)
        self.server.numbers += [entity["number"] for entity in body["data"]]
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def ngsi(city: City, method: str, path: str, body: Any = None) -> int:
    import urllib.error
    import urllib.request

    request = urllib.request.Request(
        f"{city.ready['url'].rstrip('/')}/ngsi-ld/v1{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {city.token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status)


def test_killed_again_and_again(tmp_path: Path) -> None:
    receiver = Receiver()
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    state = tmp_path / "city"
    state.mkdir()
    (state / "tocsin.toml").write_text('[subscriptions]\nhosts = "127.0.0.1"\n')
    with running(state) as city:
        number = {"type": "Property", "value": -1}
        ngsi(city, "POST", "/entities", {"id": "urn:a:1", "type": "Sensor", "number": number})
        uri = f"http://127.0.0.1:{receiver.server_port}/"
        told = {"format": "keyValues", "endpoint": {"uri": uri}}
        ngsi(
            city,
            "POST",
            "/subscriptions",
            {"type": "Subscription", "entities": [{"type": "Sensor"}], "notification": told},
        )
        accepted = []
        for value in range(90):
            if value in (20, 50):
                os.kill(city.processes()["door" if value == 50 else "stages"], signal.SIGKILL)
            fresh = {"number": {"type": "Property", "value": value}}
            until("accepted", lambda fresh=fresh: ngsi(city, "PATCH", "/entities/urn:a:1/attrs", fresh))
            accepted.append(value)
            sleep(0.02)
        until("all told", lambda: set(accepted) <= set(receiver.numbers), 60)
        first = [n for at, n in enumerate(receiver.numbers) if n not in receiver.numbers[:at]]
        assert first == sorted(first)  # in the order in which they were accepted

        def ledger() -> bool:
            _, page = city.ask("GET", "/subscriptions")
            return bool(page["items"][0]["waiting"] == 0 and page["items"][0]["sent"] >= 1)

        until("the ledger says so", ledger)
    receiver.shutdown()
    receiver.server_close()
