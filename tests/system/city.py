"""A running city for system tests: started as a person would, spoken to over its door, watched to its last
process.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

import psutil
from benchmarks.instance import Instance
from tests.db import shape

#: every process of a city inherits it, so that none can hide
MARK = "CITY_UNDER_TEST"
START_S, END_S = 100.0, 20.0
#: short, so that an alert is due seconds after a cell fills
QUICK_CROWD = "[params]\nhold_s = 3.0\nsmooth_s = 2.0\n"


def family(state: Path) -> dict[int, str]:
    """Living processes of the city kept in ``state``: pid -> command, whoever their parent is by now."""
    found = {}
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == str(state):
                found[process.pid] = " ".join(process.cmdline())
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def until(what: str, holds: Callable[[], Any], within_s: float = 30.0) -> Any:
    """The first true answer of ``holds``; a door that is just being started again counts as not yet."""
    end, last = monotonic() + within_s, ""
    while monotonic() < end:
        try:
            if answer := holds():
                return answer
            last = ""
        except (OSError, http.client.HTTPException) as error:
            last = f" ({error!r})"
        sleep(0.05)
    raise AssertionError(f"{what}: not within {within_s:g} s{last}")


@contextmanager
def launched(
    state: Path,
    *words: str,
    command: str = "up",
    env: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
    own_group: bool = False,
) -> Iterator[subprocess.Popen[str]]:
    """``tocsin <command> --headless`` on ``state``; standard error lies beside it. ``before``: a program that
    starts it. Whatever is left of it afterwards is killed.
    """
    argv = [sys.executable, "-m", "tocsin", command, "--headless", "--state", str(state)]
    port = () if "--port" in words else ("--port", "0")
    with errors_of(state).open("w") as errors:
        process = subprocess.Popen(
            [*before, *argv, *port, *words],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **shape.surroundings(state), **(env or {}), MARK: str(state)},
            start_new_session=own_group,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(END_S)
        assert process.stdout is not None
        process.stdout.close()


def errors_of(state: Path) -> Path:
    return state.with_name(state.name + ".stderr")


def first_line(process: subprocess.Popen[str], state: Path) -> dict[str, Any]:
    """The ready line, which must be the very first on standard output."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"did not start: {errors_of(state).read_text()}"
    ready: dict[str, Any] = json.loads(line)
    return ready


def gone(state: Path, within_s: float = END_S) -> None:
    """Every process of the city has ended by itself. Fails naming those that have not, and ends them."""
    end = monotonic() + within_s
    while (left := family(state)) and monotonic() < end:
        sleep(0.05)
    for pid in left:
        psutil.Process(pid).kill()
    assert not left, f"outlived their city: {left}"


class City(Instance):
    """``Instance`` of the benchmarks, and more ways to speak to it."""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 40.0,
    ) -> tuple[int, Any]:
        """Status and JSON of any call under /api/v1, refusals included."""
        door = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            bearer = {"Authorization": f"Bearer {token or self.token}"}
            door.request(method, f"/api/v1{path}", body, dict(headers) if headers is not None else bearer)
            answer = door.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            door.close()

    def post(self, readings: object, source: str = "http") -> tuple[int, Any]:
        body = readings if isinstance(readings, bytes) else json.dumps(readings).encode()
        return self.ask("POST", f"/ingest/json?source={source}", body)

    def settled(self, source: str, readings: int, within_s: float = 40.0) -> dict[str, int]:
        """Counts of a source once all its readings are in the lake, and a moment later, when one too many
        would show.
        """
        until(
            f"{readings} readings of {source} counted",
            lambda: sum(self.counts(source).values()) >= readings,
            within_s,
        )
        position = self.get("/status")["streams"]["OBS"]["last"]
        until("the lake is past it", lambda: self.stage("lake")["position"]["OBS"] >= position, within_s)
        return self.counts(source)

    def stage(self, name: str) -> dict[str, Any]:
        return next(stage for stage in self.get("/status")["stages"] if stage["name"] == name)

    def ill(self) -> dict[str, str]:
        """Stages that do not work, and what they say.

        Not told: sources that are quiet because no test sends there now, and tools that are over their time
        budget on a busy machine.
        """
        status = self.get("/status")
        ill = {s["name"]: f"{s['state']}: {s['words']}" for s in status["stages"] if s["state"] != "working"}
        if "nothing for" in ill.get("ingest.sources", ""):
            del ill["ingest.sources"]
        tools = [tool["words"] for tool in status["tools"] if tool["state"] not in ("working", "silent")]
        if "runner" in ill and tools and all(words.startswith("over its time budget") for words in tools):
            del ill["runner"]
        return ill

    def in_order(self, within_s: float = 60.0) -> None:
        """Wait until every stage works."""
        told: dict[str, str] = {}

        def well() -> bool:
            nonlocal told
            told = self.ill()
            return not told

        try:
            until("every stage works", well, within_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; {told}; {self.get('/status')['tools']}") from None

    def tool(self, name: str) -> dict[str, Any]:
        return next(tool for tool in self.get("/status")["tools"] if tool["id"] == name)

    def entity(self, type_: str, name: str) -> dict[str, Any] | None:
        status, state = self.ask("GET", f"/entities/urn:ngsi-ld:{type_}:{name}")
        return state if status == 200 else None

    def alerts(self, kind: str, *cells: str) -> list[dict[str, Any]]:
        """Alerts of a kind, of these entities where some are named."""
        return [
            alert
            for alert in self.pages("/alerts", state="all")
            if alert["kind"] == kind
            and (not cells or any(entity.rsplit(":", 1)[-1] in cells for entity in alert["entities"]))
        ]


class Operator:
    """The first account, signed in: cookie and CSRF token."""

    def __init__(self, city: City) -> None:
        self._city = city
        door = http.client.HTTPConnection("127.0.0.1", city.port, timeout=20)
        try:
            given = {"user": city.ready["user"], "password": city.ready["password"]}
            door.request("POST", "/api/v1/session", json.dumps(given), {"Content-Type": "application/json"})
            answer = door.getresponse()
            cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
            told = json.loads(answer.read())
        finally:
            door.close()
        assert cookie, told
        self._headers = {
            "Cookie": cookie,
            "X-CSRF-Token": told["csrf"],
            "Content-Type": "application/json",
        }

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        return self._city.ask(method, path, data, headers=self._headers)

    def raw(self, item: str) -> str:
        """The bytes of a quarantined item, for a stated reason."""
        code, told = self.ask("GET", f"/quarantine/{quote(item, safe='')}/payload?reason=to+mend+it")
        assert code == 200, told
        return str(told["payload"])


@contextmanager
def running(
    state: Path, *words: str, command: str = "up", env: Mapping[str, str] | None = None
) -> Iterator[City]:
    """A city that is ended in order afterwards: code 0 and nobody left, or the test fails."""
    began = monotonic()
    with launched(state, *words, command=command, env=env) as process:
        try:
            yield City(process, state, first_line(process, state), monotonic() - began)
            process.send_signal(signal.SIGTERM)
            assert process.wait(END_S) == 0, errors_of(state).read_text()
        finally:
            process.kill()
            gone(state)


def now() -> str:
    return datetime.now(UTC).isoformat()


def counter(local: str, at: str | None = None, **more: object) -> dict[str, object]:
    """A reading of a pedestrian counter."""
    return {
        "id": local,
        "type": "ItemFlowObserved",
        "observedAt": at or now(),
        "lon": 24.94,
        "lat": 60.17,
        "intensity": 20,
        **more,
    }


def cell(name: str, people_per_m2: float, at: str | None = None) -> dict[str, object]:
    """A reading of a crowd cell of 400 m2; each its own place, far from the others."""
    stamp = at or now()
    return {
        "id": name,
        "type": "CrowdFlowObserved",
        "observedAt": stamp,
        "lon": 24.0 + sum(map(ord, name)) / 100,
        "lat": 60.5,
        "area": 400,
        "peopleCount": round(400 * people_per_m2),
        "messageId": f"{name}-{stamp}",
    }
