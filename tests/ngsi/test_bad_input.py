"""What somebody hostile, or a broken program, sends: each with the exact error, and nothing kept."""

from __future__ import annotations

import pytest
from tests.ngsi.conftest import Api, car

ID = "/entities/urn:ngsi-ld:Vehicle:1"


def raw(value: str) -> bytes:
    return (
        b'{"id":"urn:ngsi-ld:Vehicle:1","type":"Vehicle","x":{"type":"Property","value":'
        + value.encode()
        + b"}}"
    )


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "1e400", '"\\ud800"', '"\\udc00x"', "[1,", "'a'", "01"]
)
async def test_no_json(api: Api, value: str) -> None:
    """5.5.2: InvalidRequest for what is no JSON (RFC 8259), a number or a text that nobody could hold."""
    await api.refused("InvalidRequest", 400, "POST", "/entities", raw(value), content_type="application/json")
    await api.refused("ResourceNotFound", 404, "GET", ID)


async def test_bytes_that_are_no_text(api: Api) -> None:
    await api.refused(
        "InvalidRequest",
        400,
        "POST",
        "/entities",
        raw('"\x80"').replace(b"\xc2", b""),
        content_type="application/json",
    )


@pytest.mark.parametrize(
    "value",
    [
        "9007199254740993",
        "-9007199254740993",
        "18446744073709551617",
        "1e308",
        "5e-324",
        "123456789012345678901234567890123456789",
    ],
)
async def test_numbers_survive(api: Api, value: str) -> None:
    """2^53+1 is not 2^53, and what no machine word holds is still the number that was sent."""
    await api("POST", "/entities", raw(value), content_type="application/json", status=201)
    told = await api.get(ID)
    assert told["x"]["value"] == (float(value) if "e" in value else int(value))
    state = await api.door.services.context.get("urn:ngsi-ld:Vehicle:1")
    assert state is not None
    assert float(state.attributes["x"].value) == pytest.approx(float(value))  # type: ignore[arg-type]


@pytest.mark.parametrize("depth", [70, 5_000, 200_000])
async def test_nested_without_end(api: Api, depth: int) -> None:
    answer = await api("POST", "/entities", raw("[" * depth + "]" * depth), content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["type"].rpartition("/")[2] in ("BadRequestData", "InvalidRequest")


async def test_deep_sub_attributes(api: Api) -> None:
    deep = '{"value":1,"a":' * 100 + "1" + "}" * 100
    answer = await api("POST", "/entities", raw('1,"a":' + deep), content_type="application/json")
    assert answer.status_code == 400


async def test_a_batch_with_one_bad_of_a_thousand(api: Api) -> None:
    """5.6.7: the others are created; the bad one is named."""
    batch = [car(n) for n in range(1000)]
    batch[500] = {**car(500), "speed": {"type": "Property"}}
    answer = await api("POST", "/entityOperations/create", batch, status=207)
    told = answer.json()
    assert len(told["success"]) == 999
    (bad,) = told["errors"]
    assert bad["entityId"] == "urn:ngsi-ld:Vehicle:500"
    assert bad["error"]["type"] == "https://uri.etsi.org/ngsi-ld/errors/BadRequestData"
    assert bad["error"]["status"] == 400
    await api.refused("ResourceNotFound", 404, "GET", "/entities/urn:ngsi-ld:Vehicle:500")
    await api.get("/entities/urn:ngsi-ld:Vehicle:501")


async def test_batches_that_are_none(api: Api) -> None:
    for wrong in ({}, [], 5, None, "x"):
        body = b"null" if wrong is None else None
        await api.refused(
            "BadRequestData",
            400,
            "POST",
            "/entityOperations/upsert",
            body or wrong,
            content_type="application/json",
        )
    told = (await api("POST", "/entityOperations/create", [5, {"id": 5}, {}], status=207)).json()
    assert len(told["errors"]) == 3


async def test_too_large(api: Api) -> None:
    """A body beyond the limit of this door is not read to its end."""
    answer = await api(
        "POST", "/entities", raw('"' + "x" * (11 << 20) + '"'), content_type="application/json"
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "a\u202eb",
        pytest.param("\x00", marks=pytest.mark.sqlite),  # PostgreSQL holds none: refused, and said
        "'; DROP TABLE entities; --",
        "{{7*7}}",
        "\U0001f6a8",
    ],
)
async def test_hostile_text_stays_text(api: Api, words: str) -> None:
    await api.create(car(x={"type": "Property", "value": words}))
    assert (await api.get(ID))["x"]["value"] == words
    await api.create({**car(2), "id": "urn:ngsi-ld:Vehicle:" + "a" * 1000})


async def test_long_query_and_bombs(api: Api) -> None:
    """A q of 100 kB, a regular expression that would never end, a polygon across itself: BadRequestData."""
    await api.create(car())
    long = {"type": "Query", "entities": [{"type": "Vehicle"}], "q": "speed==1;" * 12_000 + "speed==1"}
    await api.refused("BadRequestData", 400, "POST", "/entityOperations/query", long)
    await api.refused("BadRequestData", 400, "GET", "/entities?type=Vehicle&idPattern=(a%2B)%2B%24(")
    answer = await api("GET", "/entities?type=Vehicle&idPattern=^(a%2B)%2B%24")
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize(
    "query",
    [
        "?limit=-1",
        "?limit=x",
        "?limit=0",
        "?offset=-1",
        "?offset=x",
        "?count=perhaps",
        "?attrs=",
        "?georel=near",
        "?q=",
        "?type=(",
        "?limit=5&lang=",
    ],
)
async def test_wrong_parameters(api: Api, query: str) -> None:
    answer = await api(
        "GET", f"/entities{query}&type=Vehicle" if "type" not in query else f"/entities{query}"
    )
    if query.endswith("lang="):
        assert answer.status_code == 200
        return
    assert answer.status_code == 400, answer.text
    assert answer.json()["type"].endswith("BadRequestData")


async def test_too_many_asked_for(api: Api) -> None:
    """5.5.9, 5.5.2: TooManyResults."""
    await api.refused("TooManyResults", 403, "GET", "/entities?type=Vehicle&limit=100000")
    await api.refused("BadRequestData", 400, "GET", "/entities")


async def test_a_defect_tells_the_client_nothing_and_harms_no_other_call(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_id: str) -> None:
        raise RuntimeError("secret of the house")

    await api.create(car())
    with monkeypatch.context() as patch:
        patch.setattr(api.broker.reader, "get", broken)
        answer = await api("GET", ID)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers
    await api("GET", ID, status=200)
