"""A plan in a running city: an exit is held, its processes are killed, and a new plan stands beside it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from tests.system.city import City, cell, counter, running, until
from tests.system.conftest import prepared
from tests.system.test_advice import Person, incident_of

from tocsin.sdk.spaces.geojson import read_geojson

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

SQUARE = read_geojson(files("tocsin").joinpath("simulate", "space.geojson").read_text("utf-8"))
CELL = {"lon": 24.94405, "lat": 60.1711, "area": 9500, "peopleCount": 1900}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    home = tmp_path_factory.mktemp("replanning")
    with running(prepared(home / "state")) as found:
        yield found


def exits(told: dict[str, Any]) -> dict[str, str]:
    return {e["id"]: e["state"] for e in told["plan"]["exits"]}


def test_an_exit_closes_and_a_new_plan_is_proposed_beside_the_one_in_force(city: City) -> None:
    city.in_order()
    person = Person(city)
    person.ask("PUT", "/spaces/railway-square", {"space": msgspec.to_builtins(SQUARE)})
    way = {way.id: way for way in SQUARE.ways}["K-05"]
    here = {"lon": way.line[0][0], "lat": way.line[0][1]}
    city.post([cell("SQ", 0.0) | CELL, counter("K-05", state="open", **here)])
    until("both are known", lambda: city.entity("ItemFlowObserved", "K-05") is not None)
    incident = incident_of(city, person)

    # a person asks, and puts the plan in force
    asked = {"tool": "evacuation", "request": {"space": "railway-square"}, "key": "one"}
    first = person.ask("POST", f"/incidents/{incident}/advice", asked)["id"]
    assert person.ask("POST", f"/incidents/{incident}/advice", asked)["id"] == first
    told = person.given(first)
    assert told["state"] == "given", told["trouble"]
    before = person.ask("GET", f"/advice/{first}/answer")
    assert exits(before)["K-05"] == "open"
    assert before["plan"]["people"] == 1900
    person.ask("POST", f"/advice/{first}/accept", {"version": told["version"]})

    # its exit is held; who computes the new plan and who keeps it are killed meanwhile
    city.post([counter("K-05", state="held", **here)])

    def proposed() -> Any:
        found = person.ask("GET", f"/incidents/{incident}/advice")["items"]
        return next((c for c in found if c["why"] == "change"), None)

    anew = until("it is asked anew", proposed, 90.0)
    os.kill(city.processes()["runner"], signal.SIGKILL)
    os.kill(city.processes()["stages"], signal.SIGKILL)
    told = person.given(anew["id"])
    assert told["state"] == "given", told["trouble"]
    assert (told["standing"], told["beside"]) == ("proposed", first)
    assert "state of K-05 is held, it was open" in told["reason"]
    assert any("Exit 5" in words for words in told["differences"]), told["differences"]
    after = person.ask("GET", f"/advice/{anew['id']}/answer")
    assert exits(after)["K-05"] == "shut"
    assert person.acts(anew["id"]) == ["asked", "given"]

    # never swapped by itself; accepted in one act, which stands in log and record
    assert person.ask("GET", f"/advice/{first}")["standing"] == "accepted"
    person.ask("POST", f"/advice/{anew['id']}/accept", {"version": told["version"]})
    assert person.ask("GET", f"/advice/{first}")["standing"] == "superseded"
    log = person.ask("GET", f"/incidents/{incident}")["log"]
    accepted = [e["words"] for e in log if e["act"] == "advice accepted"]
    assert [words.split(",")[0] for words in accepted] == [first, anew["id"]]
    assert f"instead of {first}" in accepted[1]
    city.in_order()
