"""A real small run with planted values of people: none of them stands in clear in any file of the city."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from tests.system.city import City, now, running, until

pytestmark = pytest.mark.real

#: by way of the rules, each in another spelling so that none hides behind another
CANARIES = {
    "licensePlate": "CNRYPLATE77",
    "macAddress": "CNRYMAC00112233",
    "authorName": "cnryauthor ada",
    "ownerId": "cnryowner5",
    "phone": "+358cnryphone99",
    "religion": "cnryreligion",
    "remark": "cnryremark free text",
}
VEHICLE, UNREAD, DEFECT = "CNRYVEHICLE88", "cnryunread", "cnrydefect"
ALL = [*CANARIES.values(), VEHICLE, UNREAD, DEFECT]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with running(tmp_path_factory.mktemp("privacy") / "city") as found:
        yield found


def found_in(state: Path) -> dict[str, list[str]]:
    """Planted values by the files that hold them, Parquet unpacked, the case of letters set aside."""
    wanted = [value.lower().encode() for value in ALL]
    hits: dict[str, list[str]] = {}
    for root, _, names in os.walk(state):
        for name in names:
            path = Path(root) / name
            try:
                held = path.read_bytes().lower()
            except OSError:  # a socket, or gone in between
                continue
            if path.suffix == ".parquet" and "_delta_log" not in root:
                rows = duckdb.connect().execute(
                    "SELECT entity, attribute, text, doubts, observation FROM read_parquet(?)", [str(path)]
                )
                held += repr(rows.fetchall()).lower().encode()
            told = [value.decode() for value in wanted if value in held]
            if told:
                hits[str(path.relative_to(state))] = told
    return hits


def test_no_planted_value_stands_in_any_file(city: City) -> None:
    camera = {"id": "cam-1", "type": "Camera", "observedAt": now(), "status": "on", **CANARIES}
    vehicle = {"id": VEHICLE, "type": "Vehicle", "observedAt": now(), "speed": 42}
    status, told = city.post([camera, vehicle], source="plates")
    assert status in (200, 202), told
    unread = {"id": "cam-2", "type": "Camera", "observedAt": "no time", "licensePlate": UNREAD}
    city.post(
        [unread, {"id": DEFECT, "type": "Camera", "observedAt": now(), "status": DEFECT}], source="plates"
    )
    counts = city.settled("plates", 4)
    assert counts == {"stored": 2, "quarantined": 2, "duplicates": 0}

    seen = until("the camera in the picture", lambda: city.entity("Camera", "cam-1"))
    values = {name: held["value"] for name, held in seen["attributes"].items()}
    assert values["status"] == "on"
    assert values["religion"] is None
    for name in ("licensePlate", "macAddress", "authorName", "ownerId", "phone", "remark"):
        assert str(values[name]).startswith("p:"), name
    assert city.entity("Vehicle", VEHICLE) is None
    vehicles = [e["id"] for e in city.pages("/entities", type="Vehicle")]
    assert [urn.split(":")[-1][:2] for urn in vehicles] == ["p~"]

    held = city.get("/quarantine?source=plates")["items"]
    assert len(held) == 2
    assert all(item["masked"] for item in held)
    assert not any(value.lower() in json.dumps(held).lower() for value in ALL)

    files = [path for path in city.state.rglob("*") if path.is_file()]
    assert any(path.suffix == ".parquet" for path in files)
    assert any(path.suffix == ".blk" for path in files)
    assert (city.state / "keys" / "pseudonyms").is_dir()
    assert found_in(city.state) == {}


def test_a_planted_value_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("... cnryplate77 ...")
    assert found_in(tmp_path) == {"a.log": ["cnryplate77"]}


def test_the_running_city_tells_what_it_holds(city: City) -> None:
    told = city.get("/privacy/register")
    assert {"traffic", "devices", "posts", "owners", "contacts", "unstated"} <= {
        k["purpose"] for k in told["keys"]
    }
    assert city.get("/privacy/deletions")["items"] == []
