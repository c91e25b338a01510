"""Another process holds a database for ten seconds: everyone waits, nobody falls, nothing is lost."""

from __future__ import annotations

import sqlite3
import threading
from time import monotonic, sleep
from typing import Any

import pytest
from tests.system.city import City, Operator, cell, counter

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

HELD_S = 10.0


@pytest.fixture
def locked(city: City) -> threading.Thread:
    """All three databases are locked for ``HELD_S`` from now; the thread ends when they are free."""
    ready = threading.Event()

    def hold() -> None:
        held = [sqlite3.connect(city.state / f"{name}.db", timeout=20) for name in ("ops", "context", "lake")]
        for one in held:
            one.isolation_level = None
            one.execute("BEGIN IMMEDIATE")
        ready.set()
        sleep(HELD_S)
        for one in held:
            one.execute("ROLLBACK")
            one.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert ready.wait(30)
    return thread


class _Asked(threading.Thread):
    """A command of an operator, asked while others go on."""

    def __init__(self, operator: Operator) -> None:
        super().__init__()
        self._operator = operator
        self.answer: tuple[int, Any] = (0, None)

    def run(self) -> None:
        self.answer = self._operator.ask("POST", "/alerts/AL-9999/acknowledge", {})


def test_ten_seconds_locked(city: City, operator: Operator, locked: threading.Thread) -> None:
    pids = city.processes()
    name, sent, words = "LK", 0, set()
    asked = _Asked(operator)
    asked.start()
    while locked.is_alive():
        began = monotonic()
        assert city.post([counter(f"LK-{sent % 5}", n=sent), cell(name, 6.0)], "locked")[0] == 202
        assert monotonic() - began < 5.0, "readings wait for no database"
        sent += 2
        words |= set(city.ill().values())
        sleep(0.5)
    locked.join()
    assert any("locked" in told for told in words), words
    asked.join(40)
    status, told = asked.answer
    assert status in (404, 503), "it waits its turn, then finds no such alert; or is told why it cannot"
    if status == 503:
        assert "locked" in told["detail"]
        assert told["cure"]

    counted = city.settled("locked", sent)
    assert counted == {"stored": sent, "quarantined": 0, "duplicates": 0}
    for again in range(200):
        if city.alerts("crowd.density", name):
            break
        city.post([cell(name, 6.0)], "locked")
        sleep(0.2)
        assert again < 199
    assert len(city.alerts("crowd.density", name)) == 1
    city.in_order()
    assert city.processes() == pids, "nobody died of it"
