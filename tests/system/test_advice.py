"""Advice on a running city: its process killed while it computes, then its host; answered once."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from time import sleep
from typing import Any

import pytest
from tests.api.test_advice import SQUARE
from tests.runner.test_advising import ADVISE
from tests.system.city import City, cell, family, running, until
from tests.system.conftest import prepared

from tocsin.app.preparing import identity
from tocsin.sdk.scaffold import new_tool

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

#: thinks for ``for_s`` seconds of its own processor time, telling how far it is
PATIENT = """    def advise(self, request: Mapping[str, Any], context: Context, progress: Progress) -> Advice:
        for n in range(int(request.get("steps", 0))):
            progress(n / int(request["steps"]), "thinking")
            sum(range(400_000))
        return self.quick(request, context, progress)

    def quick(self, request: Mapping[str, Any], context: Context, progress: Progress) -> Advice:
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    home = tmp_path_factory.mktemp("advice")
    made = new_tool("wardens", home / "tools", advisor=True)
    text = (made / "advisor.py").read_text()
    (made / "advisor.py").write_text(text.replace(ADVISE, PATIENT))
    manifest = (made / "manifest.toml").read_text()
    (made / "manifest.toml").write_text(manifest.replace("budget_s = 5.0", "budget_s = 60.0"))
    with running(prepared(home / "state"), env={"TOCSIN_RUNNER_TOOLS_DIR": str(home / "tools")}) as found:
        yield found


class Person:
    """Somebody who decides and plans."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._token = _token(city)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        code, told = self._city.ask(method, path, data, token=self._token)
        assert code in (200, 201), told
        return told

    def consult(self, incident: str, steps: int) -> str:
        body = {"tool": "wardens", "request": {"space": "square", "crowd": 1000, "steps": steps}}
        return str(self.ask("POST", f"/incidents/{incident}/advice", body)["id"])

    def given(self, consultation: str, within_s: float = 60.0) -> dict[str, Any]:
        def over() -> Any:
            told = self.ask("GET", f"/advice/{consultation}")
            return told if told["state"] != "asked" else None

        told: dict[str, Any] = until(f"{consultation} is answered", over, within_s)
        return told

    def acts(self, consultation: str) -> list[str]:
        return [e["act"] for e in self.ask("GET", f"/advice/{consultation}/events")["items"]]


def _token(city: City) -> str:
    import asyncio

    async def make() -> str:
        with identity(city.state) as known:
            secret, _ = await known.tokens.create("planner", ("read", "act"), by="test")
            return secret

    return asyncio.run(make())


def workers(city: City) -> list[int]:
    return [pid for pid, words in family(city.state).items() if "runner.advising.worker" in words]


def incident_of(city: City, person: Person) -> str:
    def raised() -> Any:
        city.post([cell("AD-1", 7.0)])
        sleep(0.4)
        return city.alerts("crowd.density", "AD-1") or city.alerts("crowd.surge", "AD-1")

    alert = until("an alert", raised, 60.0)[0]["id"]
    return str(person.ask("POST", "/incidents", {"title": "Surge", "alerts": [alert]})["id"])


def test_killed_in_the_middle_it_is_answered_once(city: City) -> None:
    city.in_order()
    assert workers(city) == []  # nobody has asked
    person = Person(city)
    person.ask("PUT", "/spaces/square", {"space": SQUARE})
    incident = incident_of(city, person)
    told = person.given(person.consult(incident, 0))
    assert told["gist"]["words"] == "5 stewards on 2 ways out of Square"
    answer = person.ask(
        "POST", "/what-if", {"tool": "wardens", "request": {"space": "square", "crowd": 5000}}
    )
    assert answer["words"] == "20 stewards on 2 ways out of Square"

    # the advisor's own process
    asked = person.consult(incident, 400)
    [pid] = until("a worker", lambda: workers(city))
    sleep(0.5)
    os.kill(pid, signal.SIGKILL)
    assert person.given(asked)["state"] == "given"
    assert pid not in workers(city)

    # its host, with the request in hand
    asked = person.consult(incident, 400)
    sleep(0.5)
    [worker] = workers(city)
    os.kill(city.processes()["runner"], signal.SIGKILL)
    until("its worker is gone with it", lambda: worker not in workers(city))
    assert person.given(asked)["state"] == "given"
    city.in_order()

    # the stage that keeps answers
    asked = person.consult(incident, 200)
    os.kill(city.processes()["stages"], signal.SIGKILL)
    assert person.given(asked)["state"] == "given"
    city.in_order()
    for consultation in ("AD-0001", "AD-0002", "AD-0003", "AD-0004"):
        assert person.acts(consultation) == ["asked", "given"]

    # nobody waits for it any more
    asked = person.consult(incident, 100_000)
    until("it computes", lambda: workers(city))
    sleep(0.3)
    assert person.ask("POST", f"/advice/{asked}/withdraw", {})["state"] == "withdrawn"
    told = person.given(person.consult(incident, 0), within_s=15.0)
    assert told["state"] == "given"
    assert person.acts(asked) == ["asked", "withdrawn"]
