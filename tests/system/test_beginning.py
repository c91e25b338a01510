"""From an empty folder to the first alert, as somebody does who begins a city of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.system.city import Operator, now, running, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

CAMERA = "CAM-1"


def camera(status: str) -> list[dict[str, object]]:
    return [
        {
            "id": CAMERA,
            "type": "Camera",
            "observedAt": now(),
            "lon": 11.8768,
            "lat": 45.4064,
            "status": status,
        }
    ]


def test_init_up_sign_in_first_reading_first_alert(tmp_path: Path) -> None:
    state = tmp_path / "padova"
    words = ["init", str(state), "--name", "Padova", "--place", "11.8768,45.4064", "--language", "it"]
    done = subprocess.run(
        [sys.executable, "-m", "tocsin", *words, "--administrator", "anna", "--room", "it=Informatica"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed = re.search(r"password  (\S+)", done.stdout)
    assert printed, done.stdout
    with running(state) as city:
        assert (city.ready["user"], city.ready["password"]) == ("anna", None)
        city.ready["password"] = printed[1]
        anna = Operator(city)
        status = anna.ask("GET", "/status")[1]
        assert (status["city"], status["zone"]) == ("Padova", "Europe/Rome")
        assert status["place"] == {"lon": 11.8768, "lat": 45.4064}
        assert {room["id"] for room in anna.ask("GET", "/organisations")[1]["items"]} == {
            "control-room",
            "it",
        }
        code, made = anna.ask("POST", "/tokens", {"name": "first sensor", "scopes": ["ingest"]})
        assert code == 201, made
        city.ready["token"], house = made["token"], city.ready["token"]
        assert city.post(camera("on"), "first-sensor") == (202, {"accepted": 1})
        city.ready["token"] = house
        seen = until("the first reading", lambda: city.entity("Camera", CAMERA))
        assert seen["attributes"]["status"]["value"] == "on"
        assert not list(city.pages("/alerts", state="all"))
        assert city.post(camera("dark"), "first-sensor")[0] == 202
        until("the first alert", lambda: city.alerts("camera.dark", CAMERA), 60)
    again = subprocess.run(
        [sys.executable, "-m", "tocsin", *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert again.returncode == 2
    assert "a city is kept in this folder already" in again.stderr
    assert "--force" in again.stderr
