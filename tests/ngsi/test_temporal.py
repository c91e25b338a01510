"""The temporal evolution of entities, clause by clause."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.db.shape import laid_out
from tests.ngsi.conftest import CARS_URL
from tests.ngsi.evolving import Evolving, T, evolving
from tests.ngsi.test_privacy import protect

from tocsin.lake.duck import connect

CAR = "urn:ngsi-ld:Vehicle:1"
SENSOR = "urn:ngsi-ld:Sensor:1"
WHEN = "timerel=after&timeAt=2020-01-01T00:00:00Z"


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[Evolving]:
    laid_out(tmp_path)
    async with evolving(tmp_path) as made:
        yield made


def at(minute: int) -> str:
    return f"2026-11-22T10:{minute:02}:00Z"


def speed(value: Any, minute: int, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": at(minute), **more}


def bare(held: Any) -> Any:
    """Without what the broker adds."""
    if isinstance(held, list):
        return [bare(one) for one in held]
    return {k: v for k, v in held.items() if k not in ("instanceId", "createdAt", "modifiedAt")}


async def test_what_was_written_and_read_is_one_evolution(city: Evolving) -> None:
    """4.5.7, 5.7.3: read at once, whether a file holds it yet or not."""
    await city.create({"id": SENSOR, "type": "Sensor", "level": speed(1, 1, unitCode="CEL")})
    await city.read(SENSOR, at(2), level=2.5)
    told = await city.evolution_of(SENSOR)
    assert told["type"] == "Sensor"
    assert bare(told["level"]) == [
        speed(1, 1, unitCode="CEL"),
        speed(2.5, 2),
    ]
    await city.settled()
    await city("PATCH", f"/entities/{SENSOR}/attrs/level", {"value": 3, "observedAt": at(3)}, status=204)
    told = await city.evolution_of(SENSOR)
    assert [one["value"] for one in told["level"]] == [1, 2.5, 3]
    assert len({one["instanceId"] for one in told["level"]}) == 3


async def test_a_whole_instance_comes_back(city: Evolving) -> None:
    """Kinds, datasets, sub-attributes, own vocabulary, exact numbers, times as they were told."""
    instances: dict[str, Any] = {
        "count": speed(2**60 + 1, 1),
        "owner": {"type": "Relationship", "object": "urn:a:b", "observedAt": at(1)},
        "name": {"type": "LanguageProperty", "languageMap": {"en": "x", "no": "y"}, "observedAt": at(1)},
        "state": {"type": "VocabProperty", "vocab": "open", "observedAt": at(1)},
        "more": {"type": "JsonProperty", "json": {"a": [1, None]}, "observedAt": at(1)},
        "list": {"type": "ListProperty", "valueList": [1, 2], "observedAt": at(1)},
        "level": speed(1.5, 1, accuracy={"type": "Property", "value": 0.1}),
        "fine": {"type": "Property", "value": 1, "observedAt": "2026-11-22T10:01:00.000Z"},
        "location": {
            "type": "GeoProperty",
            "value": {"type": "LineString", "coordinates": [[10, 59], [11, 60]]},
            "observedAt": at(1),
        },
    }
    speeds = [speed(50, 1), speed(51, 1, datasetId="urn:d:2")]
    car = {"id": CAR, "type": ["Vehicle", "Taxi"], **instances, "speed": speeds}
    await city.create({**car, "scope": "/Oslo"}, Link=_link())
    for _ in range(2):
        told = await city.evolution_of(CAR, Link=_link())
        assert sorted(told.pop("type")) == ["Taxi", "Vehicle"]
        assert told.pop("scope") == "/Oslo"
        assert {name: bare(held) for name, held in told.items() if name != "id"} == {
            "speed": speeds,
            **{name: [held] for name, held in instances.items()},
        }
        await city.settled()
    assert (await city.evolution_of(CAR, "?attrs=speed&datasetId=urn:d:2", Link=_link()))["speed"][0][
        "value"
    ] == 51


async def test_values_of_the_simplified_form(city: Evolving) -> None:
    """4.5.9."""
    await city.create(
        {
            "id": CAR,
            "type": "Vehicle",
            "speed": [speed(1, 1), speed(9, 1, datasetId="urn:d:2")],
            "owner": {"type": "Relationship", "object": "urn:a:b", "observedAt": at(1)},
            "name": {"type": "LanguageProperty", "languageMap": {"en": "x"}, "observedAt": at(1)},
        }
    )
    await city("PATCH", f"/entities/{CAR}/attrs/speed", {"value": 2, "observedAt": at(2)}, status=204)
    for how in ("options=temporalValues", "format=temporalValues", "options=keyValues"):
        assert await city.evolution_of(CAR, f"?{how}") == {
            "id": CAR,
            "type": "Vehicle",
            "speed": [
                {"type": "Property", "values": [[1, at(1)], [2, at(2)]]},
                {"type": "Property", "datasetId": "urn:d:2", "values": [[9, at(1)]]},
            ],
            "owner": {"type": "Relationship", "objects": [["urn:a:b", at(1)]]},
            "name": {"type": "LanguageProperty", "languageMaps": [[{"languageMap": {"en": "x"}}, at(1)]]},
        }
    spoken = await city.evolution_of(CAR, "?options=temporalValues&lang=en&attrs=name")
    assert spoken["name"] == {"type": "Property", "values": [["x", at(1)]]}
    concise = await city.evolution_of(CAR, "?options=concise&attrs=owner")
    assert bare(concise["owner"]) == [{"object": "urn:a:b", "observedAt": at(1)}]


RELATIONS = [
    ("timerel=before&timeAt=" + at(2), [1]),
    ("timerel=after&timeAt=" + at(2), [2, 3, 4]),
    ("timerel=after&timeAt=2026-11-22T10:02:00.000Z", [2, 3, 4]),
    (f"timerel=between&timeAt={at(2)}&endTimeAt={at(4)}", [2, 3]),
    ("lastN=2", [3, 4]),
    ("lastN=1&timerel=before&timeAt=" + at(3), [2]),
    ("timeproperty=createdAt&timerel=before&timeAt=2020-01-01T00:00:00Z", []),
    ("timeproperty=modifiedAt&timerel=after&timeAt=2020-01-01T00:00:00Z", [1, 2, 3, 4]),
    ("timeproperty=deletedAt", []),
    ("timerel=after&timeAt=9999-12-31T23:59:59Z", []),
    ("timerel=before&timeAt=0001-01-01T00:00:00Z", []),
    ("timerel=between&timeAt=0001-01-01T00:00:00Z&endTimeAt=9999-12-31T23:59:59Z", [1, 2, 3, 4]),
]


async def test_relations_to_time(city: Evolving) -> None:
    """4.11."""
    history = {"id": CAR, "type": "Vehicle", "speed": [speed(n, n) for n in (1, 2, 3, 4)]}
    await city("POST", T, history, status=201)
    for query, expected in RELATIONS:
        told = await city.evolution_of(CAR, f"?{query}")
        assert [one["value"] for one in told.get("speed", [])] == expected, query
        assert told["id"] == CAR


async def test_deletions_have_their_time(city: Evolving) -> None:
    await city.create({"id": CAR, "type": "Vehicle", "speed": speed(1, 1), "noted": _word("x")})
    await city("DELETE", f"/entities/{CAR}/attrs/speed", status=204)
    told = await city.evolution_of(CAR, "?timeproperty=deletedAt")
    assert told["speed"][0]["value"] == "urn:ngsi-ld:null"
    assert "deletedAt" in told["speed"][0]
    assert "noted" not in told
    # what is gone is no value; what has no time of observation is not of a time of observation
    told = await city.evolution_of(CAR)
    assert [one["value"] for one in told["speed"]] == [1]
    assert "noted" in told
    assert "noted" not in await city.evolution_of(CAR, f"?{WHEN}")
    await city("DELETE", f"/entities/{CAR}", status=204)
    assert [one["value"] for one in (await city.evolution_of(CAR))["speed"]] == [1]


async def test_aggregates(city: Evolving) -> None:
    """4.5.19."""
    history = {
        "id": CAR,
        "type": "Vehicle",
        "speed": [speed(v, n) for n, v in enumerate((10, 20, 20, 40))],
        "state": [speed("open", 0), speed("shut", 3)],
        "on": [speed(True, 0), speed(False, 3)],
    }
    await city("POST", T, history, status=201)
    window = f"timerel=between&timeAt={at(0)}&endTimeAt={at(4)}"
    how = "aggrMethods=totalCount,distinctCount,sum,avg,min,max,sumsq&aggrPeriodDuration=PT2M"
    told = await city.evolution_of(CAR, f"?options=aggregatedValues&{window}&{how}")
    first, second = [at(0), at(2)], [at(2), at(4)]
    assert told["speed"] == {
        "type": "Property",
        "totalCount": [[2, *first], [2, *second]],
        "distinctCount": [[2, *first], [2, *second]],
        "sum": [[30, *first], [60, *second]],
        "avg": [[15, *first], [30, *second]],
        "min": [[10, *first], [20, *second]],
        "max": [[20, *first], [40, *second]],
        "sumsq": [[500, *first], [2000, *second]],
    }
    assert told["state"]["max"] == [["open", *first], ["shut", *second]]
    assert told["state"]["sum"] == []
    assert told["on"]["sum"] == [[1, *first], [0, *second]]
    whole = await city.evolution_of(CAR, f"?options=aggregatedValues&{window}&aggrMethods=stddev&attrs=speed")
    ((deviation, *span),) = whole["speed"]["stddev"]
    assert deviation == pytest.approx(12.583, abs=1e-3)
    assert span == [at(0), at(4)]
    after = f"timerel=after&timeAt={at(0)}&aggrMethods=max&aggrPeriodDuration=PT2M&attrs=speed"
    later = await city.evolution_of(CAR, f"?options=aggregatedValues&{after}")
    assert later["speed"]["max"] == [[20, *first], [40, *second]]
    long = "timerel=after&timeAt=0001-01-01T00:00:00Z&aggrMethods=max&attrs=speed&aggrPeriodDuration="
    ((highest, *_),) = (await city.evolution_of(CAR, f"?options=aggregatedValues&{long}P1000Y"))["speed"][
        "max"
    ][-1:]
    assert highest == 40
    await city.refused("TooManyResults", 403, "GET", f"{T}/{CAR}?options=aggregatedValues&{long}P1M")
    await city.refused("BadRequestData", 400, "GET", f"{T}/{CAR}?options=aggregatedValues&{window}")


async def test_create_append_and_the_state_of_now(city: Evolving) -> None:
    """5.6.11, 5.6.12: history is of the one log; what is newer is not overwritten."""
    await city.create({"id": CAR, "type": "Vehicle", "speed": speed(9, 9)})
    history = {"id": CAR, "type": "Vehicle", "speed": [speed(1, 1), speed(2, 2), speed(2, 2)]}
    await city("POST", T, history, status=204)
    assert (await city.get(f"/entities/{CAR}"))["speed"]["value"] == 9
    assert [one["value"] for one in (await city.evolution_of(CAR))["speed"]] == [1, 2, 2, 9]
    await city("POST", f"{T}/{CAR}/attrs", {"speed": [speed(30, 30), speed(3, 3)]}, status=204)
    assert (await city.get(f"/entities/{CAR}"))["speed"]["value"] == 30
    other = "urn:ngsi-ld:Vehicle:2"
    answer = await city("POST", T, {**history, "id": other}, status=201)
    assert answer.headers["location"] == f"/ngsi-ld/v1{T}/{other}"
    assert (await city.get(f"/entities/{other}"))["speed"]["value"] == 2
    await city.refused("ResourceNotFound", 404, "POST", f"{T}/urn:a:none/attrs", {"speed": [speed(1, 1)]})
    await city.refused(
        "BadRequestData", 400, "POST", T, {"id": CAR, "type": "Vehicle", "speed": [{"type": "Property"}]}
    )
    await city.refused("InvalidRequest", 400, "POST", T, b"{oops")


@pytest.mark.timeout(30)
async def test_ten_thousand_instances_of_one_moment_take_no_search_each(
    city: Evolving,
) -> None:
    many = [speed(number, 1) for number in range(10_000)]
    await city.create({"id": CAR, "type": "Vehicle", "speed": speed(9, 9)})
    await city("POST", f"{T}/{CAR}/attrs", {"speed": many}, status=204)
    told = (await city.evolution_of(CAR, "?lastN=2"))["speed"]
    assert bare(told[-1])["value"] == 9
    assert len(told) == 2


async def test_taking_history_out(city: Evolving) -> None:
    """5.6.13 to 5.6.16; the state of now stays."""
    speeds = [speed(1, 1), speed(2, 2), speed(7, 2, datasetId="urn:d:2"), speed(8, 3, datasetId="urn:d:3")]
    await city("POST", T, {"id": CAR, "type": "Vehicle", "speed": speeds, "level": [speed(1, 1)]}, status=201)
    found = {one["value"]: one["instanceId"] for one in (await city.evolution_of(CAR))["speed"]}
    patch = {"type": "Property", "value": 20, "observedAt": at(4)}
    await city("PATCH", f"{T}/{CAR}/attrs/speed/{found[2]}", patch, status=204)
    told = (await city.evolution_of(CAR))["speed"]
    assert {one["instanceId"]: one["value"] for one in told} == {
        found[1]: 1,
        found[2]: 20,
        found[7]: 7,
        found[8]: 8,
    }
    await city("PATCH", f"{T}/{CAR}/attrs/speed/{found[2]}", {"speed": [{**patch, "value": 21}]}, status=204)
    await city("DELETE", f"{T}/{CAR}/attrs/speed/{found[1]}", status=204)
    told = (await city.evolution_of(CAR))["speed"]
    assert sorted(one["value"] for one in told) == [7, 8, 21]
    await city("DELETE", f"{T}/{CAR}/attrs/speed/{found[2]}", status=204)
    gone = f"{T}/{CAR}/attrs/speed/{found[2]}"
    await city.refused("ResourceNotFound", 404, "DELETE", gone)
    await city.refused("ResourceNotFound", 404, "PATCH", gone, patch)
    await city("DELETE", f"{T}/{CAR}/attrs/speed?datasetId=urn:d:2", status=204)
    assert [one["value"] for one in (await city.evolution_of(CAR))["speed"]] == [8]
    await city("DELETE", f"{T}/{CAR}/attrs/speed?deleteAll=true", status=204)
    assert "speed" not in await city.evolution_of(CAR)
    await city.refused("ResourceNotFound", 404, "DELETE", f"{T}/{CAR}/attrs/speed")
    await city("DELETE", f"{T}/{CAR}", status=204)
    await city.refused("ResourceNotFound", 404, "DELETE", f"{T}/{CAR}")
    await city.refused("ResourceNotFound", 404, "GET", f"{T}/{CAR}")
    assert (await city.get(f"/entities/{CAR}"))["speed"]


async def test_query(city: Evolving) -> None:
    """5.7.4: conditions look at all instances within the time, and at no other."""
    for n in range(5):
        await city(
            "POST",
            T,
            {
                "id": f"urn:ngsi-ld:Vehicle:{n}",
                "type": "Vehicle",
                "scope": f"/Oslo/Part{n % 2}",
                "speed": [speed(n * 10, 1), speed(n * 10 + 1, 2), speed(99, 30)],
                "location": {
                    "type": "GeoProperty",
                    "value": {"type": "Point", "coordinates": [10.0 + n, 59.0]},
                    "observedAt": at(1),
                },
            },
            status=201,
        )
    await city.read(SENSOR, at(1), speed=10.0, lon=12.0, lat=59.0)
    window = f"timerel=between&timeAt={at(0)}&endTimeAt={at(10)}"
    near = "georel=near;maxDistance==1000&geometry=Point&coordinates=[12,59]"

    async def ids(query: str) -> list[str]:
        return [one["id"].rpartition(":")[2] for one in await city.get(f"{T}?{window}&{query}")]

    assert await ids("type=Vehicle") == ["0", "1", "2", "3", "4"]
    assert await ids("type=Vehicle&q=speed>30") == ["3", "4"]
    assert await ids("type=Vehicle&q=speed==99") == []
    assert await ids(f"{near}&attrs=speed") == ["1", "2"]
    assert await ids("type=Vehicle&scopeQ=/Oslo/Part1") == ["1", "3"]
    assert await ids("idPattern=:[34]$&type=Vehicle,Sensor") == ["3", "4"]
    assert await ids("id=urn:ngsi-ld:Vehicle:2,urn:a:none&attrs=speed") == ["2"]
    assert await ids("type=Vehicle&orderBy=id;desc&limit=2&offset=1") == ["3", "2"]
    assert await ids("type=Vehicle&datasetId=urn:d:none") == []
    assert await ids("local=true&type=Vehicle&orderBy=id;asc&limit=1") == ["0"]
    assert await ids("attrs=none") == []
    answer = await city("GET", f"{T}?{window}&type=Vehicle&limit=2&offset=2&count=true", status=200)
    assert [one["id"][-1] for one in answer.json()] == ["2", "3"]
    assert answer.headers["ngsild-results-count"] == "5"
    assert 'rel="next"' in answer.headers["link"]
    assert 'rel="prev"' in answer.headers["link"]
    body = {
        "type": "Query",
        "entities": [{"type": "Vehicle"}],
        "q": "speed>30",
        "temporalQ": {"timerel": "between", "timeAt": at(0), "endTimeAt": at(10), "lastN": 1},
    }
    posted = (await city("POST", "/temporal/entityOperations/query", body, status=200)).json()
    assert [[one["value"] for one in entity["speed"]] for entity in posted] == [[31], [41]]
    aggregated = await city.get(
        f"{T}?{window}&type=Vehicle&options=aggregatedValues&aggrMethods=max&attrs=speed"
    )
    assert [entity["speed"]["max"][0][0] for entity in aggregated] == [1, 11, 21, 31, 41]


async def test_an_answer_that_does_not_hold_all(city: Evolving) -> None:
    """6.3.10: forwards from the oldest; with lastN backwards from the newest."""
    history = {"id": CAR, "type": "Vehicle", "speed": [speed(n, n) for n in range(20)]}
    await city("POST", T, {**history, "level": [speed(1, 50)]}, status=201)
    city.evolution.most = 8
    values = list(range(20))
    seen, query = [], f"?timerel=after&timeAt={at(0)}"
    while True:
        answer = await city("GET", f"{T}/{CAR}{query}")
        told = answer.json()
        seen += [one["value"] for one in told["speed"] if one["value"] not in seen]
        if answer.status_code == 200:
            break
        assert answer.status_code == 206
        assert told["level"] == [], "that is later"
        start, end = answer.headers["content-range"].removeprefix("date-time ").split("Z-")
        assert end.endswith("/*")
        query = f"?timerel=after&timeAt={end.removesuffix('/*')}"
        assert f"{start}Z" <= end
    assert seen == values
    answer = await city("GET", f"{T}/{CAR}?lastN=20&attrs=speed", status=206)
    assert answer.headers["content-range"] == f"date-time {at(19)}-{at(13)}/20"
    assert [one["value"] for one in answer.json()["speed"]] == values[13:]
    answer = await city("GET", f"{T}?type=Vehicle&timerel=before&timeAt={at(40)}&lastN=20", status=206)
    later = f"{T}?type=Vehicle&timerel=before&timeAt={at(59)}&options=temporalValues"
    assert (await city("GET", later, status=206)).json()[0]["level"] == {
        "type": "Property",
        "values": [],
    }
    assert answer.headers["content-range"].startswith(f"date-time {at(40)}-")
    await city.refused(
        "TooManyResults",
        403,
        "GET",
        f"{T}/{CAR}?options=aggregatedValues&aggrMethods=max&aggrPeriodDuration=PT1M",
    )


REFUSED = [
    ("type=Vehicle", "BadRequestData"),
    (WHEN, "BadRequestData"),
    ("type=Vehicle&timerel=since&timeAt=" + at(1), "BadRequestData"),
    ("type=Vehicle&timerel=after", "BadRequestData"),
    ("type=Vehicle&timerel=after&timeAt=yesterday", "BadRequestData"),
    (f"type=Vehicle&timerel=between&timeAt={at(1)}", "BadRequestData"),
    (f"type=Vehicle&timerel=between&timeAt={at(2)}&endTimeAt={at(1)}", "BadRequestData"),
    (f"type=Vehicle&{WHEN}&timeproperty=expiresAt", "BadRequestData"),
    (f"type=Vehicle&{WHEN}&lastN=-1", "BadRequestData"),
    (f"type=Vehicle&{WHEN}&aggrMethods=median", "BadRequestData"),
    (f"type=Vehicle&{WHEN}&aggrMethods=max&aggrPeriodDuration=1h", "BadRequestData"),
    (f"type=Vehicle&{WHEN}&aggrMethods=max&aggrPeriodDuration=P1MT1H", "BadRequestData"),
    (f"type=Vehicle&{WHEN}&aggrMethods=max&aggrPeriodDuration=P9999Y", "BadRequestData"),
    (f"type=Vehicle&{WHEN}&aggrMethods=max&aggrPeriodDuration=P999999D", "BadRequestData"),
    (f"type=Vehicle&{WHEN}&options=nothing", "InvalidRequest"),
    (f"type=Vehicle&{WHEN}&format=nothing", "InvalidRequest"),
    (f"type=Vehicle&{WHEN}&q=(((", "BadRequestData"),
    (f"idPattern=(a&type=Vehicle&{WHEN}", "BadRequestData"),
]


async def test_refusals_of_queries(city: Evolving) -> None:
    for query, kind in REFUSED:
        await city.refused(kind, 400, "GET", f"{T}?{query}")


async def test_attributes_without_any_history_are_not_found(city: Evolving) -> None:
    """5.7.3.4; one that has some, but none within the time, is."""
    await city.create({"id": CAR, "type": "Vehicle", "speed": speed(1, 1)})
    await city.create({"id": "urn:a:bare", "type": "Thing"})
    await city.refused("ResourceNotFound", 404, "GET", f"{T}/{CAR}?attrs=none")
    past = "timerel=before&timeAt=2020-01-01T00:00:00Z"
    for entity, query in ((CAR, f"?{past}&attrs=speed"), (CAR, f"?{past}"), ("urn:a:bare", "")):
        assert (await city.evolution_of(entity, query)).keys() == {"id", "type"}


async def test_other_refusals(city: Evolving) -> None:
    await city.refused("ResourceNotFound", 404, "GET", f"{T}/urn:a:none")
    await city.refused("BadRequestData", 400, "GET", f"{T}/none")
    await city.refused("TooManyResults", 403, "GET", f"{T}?type=V&{WHEN}&limit=1001")
    body = {"type": "Query", "entities": [{"type": "Vehicle"}]}
    await city.refused("BadRequestData", 400, "POST", "/temporal/entityOperations/query", body)
    await city.refused("OperationNotSupported", 405, "PUT", f"{T}/{CAR}", {})
    assert await city.get(f"{T}/?type=Vehicle&{WHEN}") == []


@pytest.mark.usefixtures("plain_documents")
async def test_personal_data_is_a_pseudonym_in_history_too(city: Evolving, tmp_path: Path) -> None:
    """In every dataset, in what is appended, in the table and in what is on its way to it."""
    city.broker.writer._protect = protect(tmp_path / "keys")
    plates = [{**speed("CANARY", n), "by": _word("CANARY")} for n in (1, 2)]
    plates += [speed("CANARY", n, datasetId="urn:d:2") for n in (1, 2)]
    given = {
        "id": CAR,
        "type": "Vehicle",
        "licensePlate": plates,
        "religion": plates,
        "brand": [speed("x", 1)],
    }
    await city("POST", T, given, status=201)
    now = {"id": f"{CAR}0", "type": "Vehicle", "licensePlate": plates[1:3], "religion": plates[1:3]}
    await city("POST", "/entities", now, status=201)
    told = await city.evolution_of(CAR)
    assert all(one["value"].startswith("p:") for one in told["licensePlate"])
    assert len(told["licensePlate"]) == 4
    assert "religion" not in told
    instance = told["licensePlate"][0]["instanceId"]
    patch = {"type": "Property", "value": "CANARY 2", "observedAt": at(4)}
    await city("PATCH", f"{T}/{CAR}/attrs/licensePlate/{instance}", patch, status=204)
    await city.settled()
    files, rows = _held(tmp_path)
    assert b"CANARY" not in files
    assert rows
    assert "CANARY" not in str(rows)


def _held(folder: Path) -> tuple[bytes, list[Any]]:
    """All bytes of the database and the lake; text and detail of the table's rows."""
    files = [*folder.glob("context.db*"), *(one for one in (folder / "lake").rglob("*") if one.is_file())]
    with connect() as duck:
        rows = duck.execute(
            "SELECT text, detail FROM read_parquet(?, union_by_name = true)",
            [[str(file) for file in files if file.suffix == ".parquet"]],
        ).fetchall()
    return b"".join(file.read_bytes() for file in files), rows


def _word(value: str) -> dict[str, Any]:
    return {"type": "Property", "value": value}


def _link() -> str:
    return f'<{CARS_URL}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
