"""Three bad tools beside ours: one hangs, one crashes at import, one floods. Each is ill alone."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep
from typing import Any

import pytest
from tests.runner.plants import TOOL, plant
from tests.system.city import City, cell, counter, now, running, until
from tests.system.conftest import prepared

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

HANGS = "        while True:\n            pass\n" + TOOL
#: at a reading a second: 10,000 findings/s, each of an episode and a place of its own
FLOODS = (
    TOOL
    + """            for n in range(10_000):
                told = self._finding(o, 99.0, o.observed_at - timedelta(milliseconds=n))
                entities = (f"{o.entity}-{n}",)
                out.append(msgspec.structs.replace(told, id=f"{told.id}-{n}", entities=entities))
"""
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    home = tmp_path_factory.mktemp("tools")
    tools = home / "tools"
    tools.mkdir()
    plant(tools, "hanging", ("detector.py", TOOL, HANGS))
    plant(
        tools, "crashing", ("params.py", "from dataclasses import", 'raise RuntimeError("boom <b>")\nimport')
    )
    plant(tools, "flooding", ("detector.py", TOOL, FLOODS))
    env = {
        "TOCSIN_RUNNER_TOOLS_DIR": str(tools),
        "TOCSIN_RUNNER_HARD_LIMIT_S": "2",
        "TOCSIN_RUNNER_SNAPSHOT_S": "1",
    }
    with running(prepared(home / "state"), env=env) as found:
        yield found


class Sender:
    """A second of city: a loud street for the bad tools, a full square for a good one, a counter."""

    def __init__(self, city: City) -> None:
        self.city, self.sent = city, 0

    def second(self) -> None:
        at = now()
        noise = {**counter("N-1", at), "type": "NoiseLevelObserved", "LAeq": {"value": 60, "unitCode": "2N"}}
        noise.pop("intensity")
        readings = [noise, cell("TC-1", 6.0, at), counter("T-1", at)]
        assert self.city.post(readings, "tools")[0] == 202
        self.sent += len(readings)
        sleep(0.5)

    def until(self, what: str, holds: Any, seconds: int = 90) -> None:
        for _ in range(2 * seconds):
            self.second()
            if holds():
                return
        raise AssertionError(f"{what}: not within {seconds} s; {self.city.get('/status')['tools']}")


def test_bad_tools_are_ill_alone(city: City) -> None:
    sender = Sender(city)
    crashing = city.tool("crashing")
    assert crashing["state"] in ("degraded", "out of service")
    assert "boom" in crashing["words"]

    def words(tool: str) -> str:
        found = city.tool(tool)
        return found["words"] if found["state"] in ("degraded", "out of service") else ""

    sender.until("the hang is told", lambda: "did not come back within 2 s" in words("hanging"))
    sender.until("the flood is told", lambda: "findings held back" in words("flooding"))
    sender.until("a good tool alarms", lambda: city.alerts("crowd.density", "TC-1"))
    assert len(city.alerts("crowd.density", "TC-1")) == 1
    sender.until("good tools work", lambda: city.tool("crowd")["state"] == "working")
    assert city.tool("anomaly")["state"] in ("working", "silent")
    assert "boom" in words("crashing")
    assert city.get("/status")["state"] == "degraded", "the city says that something is ill"

    until("the flood is one alert", lambda: city.alerts("alerts.flood"))
    [summary] = city.alerts("alerts.flood")
    assert "flooding" in summary["headline"]
    own = city.alerts("flooding.high")
    assert len(own) <= 200, "held back, not shown one by one"

    assert city.settled("tools", sender.sent, 60) == {
        "stored": sender.sent,
        "quarantined": 0,
        "duplicates": 0,
    }
    restarts = {tool["id"]: tool["restarts"] for tool in city.get("/status")["tools"]}
    assert restarts["crowd"] == restarts["anomaly"] == 0
