"""A city in pieces: each process by itself, its lake in a bucket, its bus three nodes; the one that leads is
killed under load.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import anyio
import pytest
from tests.bus.clusters import Cluster, free_ports, made
from tests.bus.clusters import running as nodes
from tests.db import shape
from tests.lake.buckets import BUCKET, KEY, SECRET, serving
from tests.system.city import City, cell, counter, now, until
from tests.system.conftest import prepared
from tests.system.test_kills import CELLS, EACH, PAUSE_S

from tocsin.app.hosting import Place
from tocsin.app.lakes import lake_home
from tocsin.bus.accounts import write_private
from tocsin.lake.duck import connect
from tocsin.lake.shelf import Shelf
from tocsin.settings import load

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

PIECES = ("keeper", "stages", "lake", "runner", "door")
AWAY_S = 6.0


class Pieces:
    """Processes as the machine's own service manager would keep them."""

    def __init__(self, cluster: Cluster, storage: str) -> None:
        self.state, (port,) = cluster.city, free_ports(1)
        prepared(self.state)
        write_private(self.state / "s3-secret", SECRET.encode())
        lake = [
            "[lake]",
            f'url = "s3://{BUCKET}/city"',
            f'endpoint = "{storage}"',
            f'key_id = "{KEY}"',
            'secret_file = "s3-secret"',
            "compact_every_s = 5.0",
        ]
        (self.state / "tocsin.toml").write_text("\n".join([*cluster.lines, *lake]) + "\n")
        assert tomllib.loads((self.state / "tocsin.toml").read_text())["bus"]["replicas"] == 3
        self.env = {**os.environ, **shape.surroundings(self.state), "TOCSIN_HTTP_PORT": str(port)}
        self.port = port
        self.running: dict[str, subprocess.Popen[str]] = {}

    def said(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tocsin", *words, "--state", str(self.state)],
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, name: str) -> None:
        argv = [sys.executable, "-m", "tocsin", "run", name, "--state", str(self.state)]
        with (self.state / f"{name}.stderr").open("ab") as errors:
            self.running[name] = subprocess.Popen(argv, env=self.env, stderr=errors, text=True)

    def all_alive(self) -> None:
        for name, process in self.running.items():
            words = (self.state / f"{name}.stderr").read_text()[-2000:]
            assert process.poll() is None, f"{name} ended: {words}"

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with nodes(tmp_path_factory.mktemp("pieces") / "cluster") as found:
        yield found


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("s3")) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def city(cluster: Cluster, storage: str) -> Iterator[City]:
    pieces = Pieces(cluster, storage)
    account = json.loads(pieces.said("prepare"))
    try:
        for name in PIECES:
            pieces.start(name)
        ready = {**account, "url": f"http://127.0.0.1:{pieces.port}/"}
        found = City(pieces.running["door"], cluster.city, ready, 0.0)
        found.in_order(100)
        yield found
        pieces.all_alive()
    finally:
        pieces.stop()


def _send(city: City, body: bytes) -> int:
    """The same request again until it is accepted; how often it was not."""
    for again in range(2_000):
        try:
            if city.post(body, "cluster")[0] == 202:
                return again
        except OSError:
            pass
        sleep(0.05)
    raise AssertionError("never accepted")


async def _leader(cluster: Cluster, stream: str) -> str:
    bus = await made(cluster)
    try:
        return await cluster.leader(bus, stream)
    finally:
        await bus.close()


def test_a_node_is_killed_and_comes_back(city: City, cluster: Cluster) -> None:
    accepted = repeated = 0
    crowded: set[str] = set()

    def load(times: int, what: str) -> None:
        nonlocal accepted, repeated
        for number in range(times):
            at = now()
            batch = [counter(f"KH-{n}", at, messageId=f"{what}-{number}-{n}") for n in range(EACH)]
            batch += [cell(name, 6.0 if name in crowded else 1.0, at) for name in CELLS.values()]
            repeated += _send(city, json.dumps(batch).encode())
            accepted += len(batch)
            sleep(PAUSE_S)

    names = list(CELLS.values())
    load(20, "before")
    for at, stream in enumerate(("OBS", "FINDING")):
        leader = anyio.run(_leader, cluster, stream)
        crowded.add(names[at])
        load(5, f"{stream}-full")
        cluster.kill(leader)
        load(int(AWAY_S / PAUSE_S), f"{stream}-away")
        cluster.start(leader)
        crowded.add(names[at + 2])
        load(int(AWAY_S / PAUSE_S), f"{stream}-back")
    crowded.update(names)
    until("every alert", lambda: load(5, f"last-{accepted}") or len(_alerts(city)) >= len(names), 90)

    counted = city.settled("cluster", accepted, 60)
    assert counted["stored"] == accepted
    assert counted["quarantined"] == 0
    # a request whose answer was lost with the node is sent again, word for word
    assert counted["duplicates"] <= repeated * (EACH + len(CELLS))
    _no_double_in_the_lake(city, accepted)

    alerts = _alerts(city)
    assert sorted(a["entities"][0].rsplit(":", 1)[-1] for a in alerts) == sorted(names)
    for alert in alerts:
        acts = [event["act"] for event in city.get(f"/alerts/{alert['id']}/events")["items"]]
        assert acts.count("raised") == 1, (alert["entities"], acts)
    city.in_order()


def _alerts(city: City) -> list[dict[str, object]]:
    return city.alerts("crowd.density", *CELLS.values())


def _no_double_in_the_lake(city: City, accepted: int) -> None:
    state = Path(city.state)
    shelf = Shelf.open(lake_home(Place(state, "live", load(state))))
    assert shelf is not None
    with connect() as duck:
        found = duck.execute(
            "SELECT count(*), count(DISTINCT (entity, observation)) FROM"
            " (SELECT DISTINCT entity, observation, seq FROM read_parquet(?) WHERE source = 'cluster')",
            [shelf.files()],
        ).fetchone()
    assert found == (accepted, accepted)
    assert SECRET not in "".join(log.read_text() for log in (state / "logs").iterdir())
