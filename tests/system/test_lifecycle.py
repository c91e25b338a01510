"""One state folder through several lives, each ended in another way; nothing outlives any of them.

SIGTERM to the supervisor alone ends every other city of these tests: ``running`` in ``city.py`` checks it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest
from tests.system.city import (
    END_S,
    City,
    cell,
    counter,
    family,
    first_line,
    gone,
    launched,
    until,
)
from tests.system.conftest import prepared

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

NAMES = {"supervisor", "nats", "stages", "lake", "runner", "door"}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one life leaves, the next finds."""
    return prepared(tmp_path_factory.mktemp("lives") / "state")


def live_a_little(city: City, seen: str) -> None:
    """An entity, and once an alert."""
    due = sum(city.counts("lives").values())

    def send(*readings: object) -> None:
        nonlocal due
        assert city.post(readings, "lives")[0] == 202
        due += len(readings)

    send(counter(seen, intensity=42))
    until("the entity", lambda: city.entity("ItemFlowObserved", seen))
    while not city.alerts("crowd.density"):
        send(cell("LC-1", 6.0))
        sleep(0.2)
    assert city.settled("lives", due) == {"stored": due, "quarantined": 0, "duplicates": 0}


def remembers(city: City, seen: str) -> None:
    """What the last life saw, accepted and raised."""
    state = city.entity("ItemFlowObserved", seen)
    assert state is not None
    assert state["attributes"]["intensity"]["value"] == 42
    assert len(city.alerts("crowd.density", "LC-1")) == 1
    history = city.get("/history", entity=f"urn:ngsi-ld:ItemFlowObserved:{seen}", attribute="intensity")
    assert [point["value"] for point in history["items"]] == [42]


def begun(process: subprocess.Popen[str], state: Path) -> City:
    return City(process, state, first_line(process, state), 0.0)


def ended(process: subprocess.Popen[str], state: Path) -> int:
    """Its exit code, once nobody is left."""
    gone(state)
    code = process.wait(END_S)
    assert process.stdout is not None
    assert process.stdout.read() == "", "the ready line is all that is said"
    return code


def test_1_ready_line_and_the_supervisor_killed(state: Path) -> None:
    with launched(state) as process:
        city = begun(process, state)
        assert set(city.ready) == {"url", "user", "password", "token", "processes", "rooms"}
        assert city.ready["rooms"] == [], "other rooms are made by people, or by the demonstration"
        assert city.ready["url"].startswith("http://127.0.0.1:")
        assert city.ready["user"]
        assert city.ready["password"]
        assert set(city.ready["processes"]) == NAMES
        assert set(city.ready["processes"].values()) == set(family(state))
        until("the same in /status", lambda: city.processes() == city.ready["processes"])
        live_a_little(city, "L1")
        process.kill()
        assert ended(process, state) == -signal.SIGKILL


def test_2_a_signal_while_it_starts_ends_it_too(state: Path) -> None:
    """At any moment: code 0 and nobody left, whatever was under way; the next start finds all in order."""
    for moment in ("prepare", "door"):
        with launched(state, own_group=True) as process:
            until(moment, lambda moment=moment: any(moment in line for line in family(state).values()))
            os.killpg(process.pid, signal.SIGTERM)
            assert ended(process, state) == 0, moment


def test_3_remembers_and_ends_when_its_parent_is_killed(state: Path) -> None:
    go_between = "import subprocess, sys; subprocess.run(sys.argv[1:])"
    with launched(state, before=[sys.executable, "-c", go_between]) as process:
        city = begun(process, state)
        assert city.ready["processes"]["supervisor"] != process.pid
        assert city.ready["password"] is None, "shown once"
        remembers(city, "L1")
        live_a_little(city, "L2")
        process.kill()
        assert ended(process, state) == -signal.SIGKILL


def test_4_a_signal_to_the_whole_group_ends_it_in_order(state: Path) -> None:
    """As a demonstration: with the simulated city, which is a process too."""
    with launched(state, "--seed", "7", command="demo", own_group=True) as process:
        city = begun(process, state)
        assert set(city.ready["processes"]) == NAMES | {"city"}
        assert set(city.ready["processes"].values()) == set(family(state))
        remembers(city, "L2")
        os.killpg(process.pid, signal.SIGTERM)
        assert ended(process, state) == 0
