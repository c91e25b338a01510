"""Public spaces through the door: read, checked, kept by version, put away; whose they are."""

from __future__ import annotations

import json
from typing import Any

from tests.api.house import House
from tests.api.test_advice import SQUARE

from tocsin.kernel.geo import Point

BOWTIE = {
    "id": "bow",
    "name": "Bow",
    "walkable": [[[[24.95, 60.169], [24.952, 60.17], [24.952, 60.169], [24.95, 60.17], [24.95, 60.169]]]],
}
GEOJSON = {
    "type": "FeatureCollection",
    "id": "hall",
    "name": "Hall",
    "features": [
        {
            "type": "Feature",
            "properties": {"role": "walkable"},
            "geometry": {"type": "Polygon", "coordinates": SQUARE["walkable"][0]},  # type: ignore[index]
        },
        {
            "type": "Feature",
            "properties": {"role": "exit", "id": "n", "name": "North", "width_m": 6.0},
            "geometry": {"type": "LineString", "coordinates": SQUARE["ways"][0]["line"]},  # type: ignore[index]
        },
    ],
}


async def test_kept_by_version_and_put_away(door: House) -> None:
    async with door.program("read", "act") as planner:
        made = await planner.put("/api/v1/spaces/square", json={"space": SQUARE})
        assert made.status_code == 200, made.text
        assert (made.json()["version"], made.headers["etag"]) == (1, '"1"')
        changed = SQUARE | {"name": "Big square"}
        late = await planner.put("/api/v1/spaces/square", json={"space": changed})
        assert (late.status_code, late.json()["field"]) == (409, "version")
        made = await planner.put("/api/v1/spaces/square", json={"space": changed, "version": 1})
        assert made.json()["version"] == 2
        [card] = (await planner.get("/api/v1/spaces")).json()["items"]
        assert (card["name"], card["exits"], card["box"]) == ("Big square", 2, [24.95, 60.169, 24.952, 60.17])
        old = (await planner.get("/api/v1/spaces/square", params={"version": 1})).json()
        assert old["space"]["name"] == "Square"
        for near, found in (("24.951,60.1695", 1), ("24.956,60.1695", 1), ("24.97,60.1695", 0)):
            items = (await planner.get("/api/v1/spaces", params={"near": near})).json()["items"]
            assert len(items) == found
        gone = await planner.delete("/api/v1/spaces/square")
        assert gone.status_code == 200, gone.text
        assert (await planner.get("/api/v1/spaces")).json()["items"] == []
        assert (await planner.get("/api/v1/spaces/square")).status_code == 404
        versions = (await planner.get("/api/v1/spaces/square/versions")).json()["items"]
        assert [(v["version"], v["put_away"]) for v in versions] == [(3, True), (2, False), (1, False)]


async def test_a_space_far_from_the_city_is_told_and_what_was_swapped_too(door: House) -> None:
    door.services.board.place = Point(24.95, 60.17)
    swapped = SQUARE | {"walkable": [[[[y, x] for x, y in ring] for ring in p] for p in SQUARE["walkable"]]}  # type: ignore[attr-defined]
    elsewhere = SQUARE | {
        "walkable": [[[[x - 40, y] for x, y in ring] for ring in p] for p in SQUARE["walkable"]]
    }  # type: ignore[attr-defined]
    async with door.program("read") as planner:
        for space, words in ((SQUARE, None), (swapped, "swapped"), (elsewhere, "km from")):
            told = (await planner.post("/api/v1/spaces/check", json={"space": space})).json()["defects"]
            far = [d for d in told if d["code"] == "far-away"]
            assert [d["grave"] for d in far] == ([] if words is None else [False])
            assert words is None or words in far[0]["words"]
        assert "swapped" not in far[0]["words"]


async def test_a_grave_defect_is_refused_and_named(door: House) -> None:
    async with door.program("read", "act") as planner:
        checked = (await planner.post("/api/v1/spaces/check", json={"space": BOWTIE})).json()
        assert [d["code"] for d in checked["defects"] if d["grave"]]
        refused = await planner.put("/api/v1/spaces/bow", json={"space": BOWTIE})
        assert refused.status_code == 422
        assert refused.json()["cure"]
        other = await planner.put("/api/v1/spaces/elsewhere", json={"space": SQUARE})
        assert (other.status_code, other.json()["field"]) == (422, "space.id")
        assert (await planner.get("/api/v1/spaces")).json()["items"] == []


async def test_read_from_text_and_written_again(door: House) -> None:
    async with door.program("read", "act") as planner:
        given: dict[str, Any] = {"format": "geojson", "text": json.dumps(GEOJSON)}
        read = await planner.post("/api/v1/spaces/read", json=given)
        assert read.status_code == 200, read.text
        space = read.json()["space"]
        assert (space["id"], space["ways"][0]["width_m"]) == ("hall", 6.0)
        await planner.put("/api/v1/spaces/hall", json={"space": space})
        written = (await planner.get("/api/v1/spaces/hall/geojson")).json()
        assert {f["properties"]["role"] for f in written["features"]} == {"walkable", "exit"}
        metres = await planner.get("/api/v1/spaces/hall/wkt")
        assert metres.text.startswith("GEOMETRYCOLLECTION (POLYGON")
        named = metres.headers["content-disposition"]
        anchor = [float(n) for n in named.split("@")[1].removesuffix('.wkt"').split(",")]
        again = {"format": "wkt", "text": metres.text, "anchor": anchor, "id": "again"}
        back = (await planner.post("/api/v1/spaces/read", json=again)).json()
        assert [round(way["width_m"], 2) for way in back["space"]["ways"]] == [6.0]
        assert not [one for one in back["defects"] if one["grave"]]
        plan = {"format": "wkt", "text": "POLYGON ((0 0, 50 0, 50 50, 0 50, 0 0))"}
        refused = await planner.post("/api/v1/spaces/read", json=plan)
        assert (refused.status_code, refused.json()["field"]) == (422, "anchor")
        read = await planner.post("/api/v1/spaces/read", json=plan | {"anchor": [24.95, 60.17], "id": "yard"})
        assert read.json()["space"]["id"] == "yard"


async def test_hostile_names_come_back_as_text(door: House) -> None:
    name = "<script>alert(1)</script>"
    async with door.program("read", "act") as planner:
        ways = [way | {"name": name, "leads_to": name} for way in SQUARE["ways"]]  # type: ignore[operator]
        made = await planner.put(
            "/api/v1/spaces/square", json={"space": SQUARE | {"name": name, "ways": ways}}
        )
        assert made.status_code == 200, made.text
        for path in ("spaces", "spaces/square", "spaces/square/geojson"):
            answer = await planner.get(f"/api/v1/{path}")
            assert name in answer.text
            assert answer.headers["content-type"] in ("application/json", "application/geo+json")
        refused = await planner.put("/api/v1/spaces/x", json={"space": SQUARE | {"id": name}})
        assert refused.status_code == 422


async def test_an_operator_looks_and_does_not_draw(door: House) -> None:
    async with door.signed_in() as operator:
        assert (await operator.put("/api/v1/spaces/square", json={"space": SQUARE})).status_code == 403
        assert (await operator.get("/api/v1/spaces")).status_code == 200
