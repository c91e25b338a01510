"""The disk of the state folder fills to the last byte under load, and is freed again."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from tests.system.city import City, cell, counter, running, until
from tests.system.conftest import prepared

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    target = tmp_path / "small"
    target.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96m", "none", str(target)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here (needs root)")
    try:
        yield target
    finally:
        subprocess.run(["umount", "-l", str(target)], check=True)


def fill(ballast: Path) -> None:
    """Every byte that is left, also what was let go of since the last time."""
    with ballast.open("ab", buffering=0) as file:
        for size in (65536, 512, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)


def send(city: City, number: int, people_per_m2: float = 1.0) -> int:
    readings = [counter(f"D-{n}", messageId=f"{number}-{n}") for n in range(19)]
    return city.post([*readings, cell("DC-1", people_per_m2)], "disk")[0]


def test_full_to_the_brim_and_free_again(small_disk: Path) -> None:
    with running(prepared(small_disk / "state")) as city:
        pids = city.processes()
        requests = accepted = 0

        def sends(people_per_m2: float = 1.0) -> int:
            nonlocal requests, accepted
            requests += 1
            status = send(city, requests, people_per_m2)
            accepted += 20 * (status == 202)
            return status

        for _ in range(5):
            assert sends() == 202
        ballast = small_disk / "ballast"
        fill(ballast)
        refused = 0
        began = monotonic()
        while refused < 5:
            fill(ballast)
            started = monotonic()
            status = sends()
            assert status in (202, 503), status
            assert monotonic() - started < 20, "a sender must hear in time that it has to keep its readings"
            refused += status == 503
            assert monotonic() - began < 60, "it goes on accepting onto a full disk"
            sleep(0.2)
        status, told = city.post([counter("D-1")], "disk")
        assert status == 503
        assert "disk is full" in told["detail"]
        assert "make room" in told["cure"]
        assert "disk is full" in city.ill()["disk"]
        # the bus server has met the full disk by now: the clock ticks into it each second
        log = city.state / "nats" / "nats.log"
        until("the bus has failed to store", lambda: "no space" in log.read_text(), 20)

        ballast.unlink()
        until("readings are taken again", lambda: sends(6.0) == 202, 40)
        city.in_order()

        def alarmed() -> bool:
            sends(6.0)
            sleep(0.2)
            return bool(city.alerts("crowd.density", "DC-1"))

        until("an alert", alarmed, 60)
        assert city.settled("disk", accepted, 60) == {"stored": accepted, "quarantined": 0, "duplicates": 0}
        renewed = city.processes()
        assert renewed.pop("nats") != pids.pop("nats"), "it had given up storing"
        assert renewed == pids
