"""The temporal evolution of an entity in a real city: what came by either way is told at once."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest
from tests.system.city import City, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

ROOM = "urn:ngsi-ld:Room:history"
T = "/temporal/entities"


def ask(city: City, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    door = http.client.HTTPConnection("127.0.0.1", city.port, timeout=40)
    try:
        headers = {"Authorization": f"Bearer {city.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        door.request(method, "/ngsi-ld/v1" + path, data, headers)
        answer = door.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None
    finally:
        door.close()


def level(value: float, minute: int) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": f"2026-11-22T10:{minute:02}:00Z"}


def values(city: City) -> list[float]:
    status, told = ask(city, "GET", f"{T}/{ROOM}?options=temporalValues")
    assert status == 200, told
    return [value for value, _ in told["level"]["values"]]


def test_written_noticed_corrected_and_taken_out(city: City) -> None:
    assert ask(city, "POST", "/entities", {"id": ROOM, "type": "Room", "level": level(2, 2)})[0] == 201
    assert values(city) == [2]
    history = {"id": ROOM, "type": "Room", "level": [level(1, 1), level(0, 0)]}
    assert ask(city, "POST", T, history)[0] == 204
    assert values(city) == [0, 1, 2]
    notice = {"type": "Notification", "data": [{"id": ROOM, "type": "Room", "level": level(3, 3)}]}
    assert city.ask("POST", "/ingest/ngsi-ld", json.dumps(notice).encode())[0] == 202
    until("the notice is in the history", lambda: values(city) == [0, 1, 2, 3])
    told = ask(city, "GET", f"{T}/{ROOM}?lastN=1")[1]["level"][0]
    changed = {"type": "Property", "value": 30}
    assert ask(city, "PATCH", f"{T}/{ROOM}/attrs/level/{told['instanceId']}", changed)[0] == 204
    assert values(city) == [0, 1, 2, 30]
    window = "timerel=after&timeAt=2026-11-22T09:00:00Z&options=aggregatedValues&aggrMethods=sum"
    status, summed = ask(city, "GET", f"{T}?type=Room&q=level==30&{window}")
    assert (status, summed[0]["level"]["sum"][0][0]) == (200, 33)
    assert ask(city, "DELETE", f"{T}/{ROOM}")[0] == 204
    assert ask(city, "DELETE", f"{T}/{ROOM}")[0] == 404
    # the state of now is another thing
    assert ask(city, "GET", f"/entities/{ROOM}?options=keyValues")[1]["level"] == 3
