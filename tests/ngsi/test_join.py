"""Linked entity retrieval (clause 4.5.23)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.ngsi.conftest import Api

from tocsin.ngsi import linked
from tocsin.ngsi.store import reader


def thing(name: str, *to: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"id": f"urn:x:{name}", "type": "Thing", **more}
    if to:
        objects = [f"urn:x:{one}" for one in to]
        made["next"] = {"type": "Relationship", "object": objects if len(to) > 1 else objects[0]}
    return made


@pytest.fixture
async def chain(api: Api) -> Api:
    """a -> b -> c -> a; d -> b and c, and to what is not there."""
    for one in (thing("a", "b", level={"type": "Property", "value": 1}), thing("b", "c"), thing("c", "a")):
        await api.create(one)
    await api.create(thing("d", "b", "c", "none"))
    return api


async def test_flat(chain: Api) -> None:
    a, b, c = thing("a", "b", level={"type": "Property", "value": 1}), thing("b", "c"), thing("c", "a")
    assert await chain.get("/entities/urn:x:a?join=flat") == [a, b]
    assert await chain.get("/entities/urn:x:a?join=flat&joinLevel=4") == [a, b, c]
    assert await chain.get("/entities/urn:x:a?join=flat&joinLevel=4&containedBy=urn:x:b") == [a]
    assert await chain.get("/entities/urn:x:d?join=flat") == [thing("d", "b", "c", "none"), b, c]
    # what is asked for of the entity is not asked for of those that it leads to
    told = await chain.get("/entities?local=true&id=urn:x:a,urn:x:b&join=flat&attrs=next&options=keyValues")
    assert [one["id"] for one in told] == ["urn:x:a", "urn:x:b", "urn:x:c"]
    assert "level" not in told[0]


async def test_inline(chain: Api) -> None:
    told = await chain.get("/entities/urn:x:a?join=inline&joinLevel=3")
    link = told["next"]
    assert link["object"] == "urn:x:b"
    assert link["entity"]["next"]["entity"]["id"] == "urn:x:c"
    # a is not within itself
    assert link["entity"]["next"]["entity"]["next"] == {"type": "Relationship", "object": "urn:x:a"}
    told = await chain.get("/entities/urn:x:d?join=inline")
    assert told["next"]["object"] == ["urn:x:b", "urn:x:c", "urn:x:none"]
    assert told["next"]["entityList"] == [thing("b", "c"), thing("c", "a")]
    simple = await chain.get("/entities?local=true&id=urn:x:d&join=inline&options=keyValues")
    assert simple[0]["next"] == [
        {"id": "urn:x:b", "type": "Thing", "next": "urn:x:c"},
        {"id": "urn:x:c", "type": "Thing", "next": "urn:x:a"},
        "urn:x:none",
    ]
    concise = await chain.get("/entities/urn:x:a?join=inline&options=concise")
    assert concise["next"]["entity"]["next"] == {"object": "urn:x:c"}


async def test_features(chain: Api) -> None:
    """5.7.1, 5.2.30: inline within the properties, flat beside each other."""
    geo = {"Accept": "application/geo+json"}
    told = await chain.get("/entities/urn:x:a?join=inline", **geo)
    assert (told["id"], told["type"], told["geometry"]) == ("urn:x:a", "Feature", None)
    assert told["properties"]["next"]["entity"]["id"] == "urn:x:b"
    for path in ("/entities/urn:x:a?join=flat", "/entities?local=true&id=urn:x:a&join=flat"):
        told = await chain.get(path, **geo)
        assert told["type"] == "FeatureCollection"
        assert [(one["id"], one["type"]) for one in told["features"]] == [
            ("urn:x:a", "Feature"),
            ("urn:x:b", "Feature"),
        ]


async def test_by_post(chain: Api) -> None:
    body = {
        "type": "Query",
        "entities": [{"id": "urn:x:a", "type": "Thing"}],
        "join": "inline",
        "joinLevel": 2,
    }
    (told,) = (await chain("POST", "/entityOperations/query", body, status=200)).json()
    assert told["next"]["entity"]["next"]["entity"]["id"] == "urn:x:c"


async def test_bounds(chain: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/entities/urn:x:a?join="
    await chain.refused("BadRequestData", 400, "GET", path + "all")
    await chain.refused("BadRequestData", 400, "GET", path + "flat&joinLevel=0")
    await chain.refused("TooComplexQuery", 403, "GET", path + "flat&joinLevel=6")
    assert (await chain.get(path + "@none"))["id"] == "urn:x:a"
    monkeypatch.setattr(linked, "MOST", 2)
    await chain.refused("TooComplexQuery", 403, "GET", "/entities/urn:x:d?join=flat")
    monkeypatch.setattr(linked, "MOST", 3)
    # three are fetched, but b and c are written out within each other too
    await chain.refused("TooComplexQuery", 403, "GET", "/entities/urn:x:d?join=inline&joinLevel=5")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=next{level}==1&join=flat", ["c"]),
        ("q=next{next{level}}==1&join=inline&joinLevel=2", ["b", "d"]),
        ("q=next{Thing:level}==1&join=inline", ["c"]),
        ("q=next{Other:level}==1&join=inline", []),
        ("q=next{level}==2&join=inline", []),
        ("q=level{level}&join=inline", []),
        ("q=next{next};level&join=inline", ["a"]),
    ],
)
async def test_conditions_on_what_is_linked(chain: Api, asked: str, found: list[str]) -> None:
    """Clause 4.9, examples 13 and 14."""
    answer = await chain("GET", f"/entities?type=Thing&pick=id&{asked}&count=true", status=200)
    assert answer.headers["ngsild-results-count"] == str(len(found))
    # those that are joined flat come after
    assert [one["id"][-1] for one in answer.json()][: len(found)] == found


@pytest.mark.parametrize("asked", ["", "&join=inline&joinLevel=1"])
async def test_conditions_deeper_than_what_is_joined_are_refused(chain: Api, asked: str) -> None:
    await chain.refused("BadRequestData", 400, "GET", f"/entities?type=Thing&q=next{{next{{level}}}}{asked}")


async def test_conditions_on_more_than_may_be_looked_at_are_refused(
    chain: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MOST_LINKED", 1)
    path = "/entities?type=Thing&q=next{level}==1&join=flat"
    told = await chain.refused("TooComplexQuery", 403, "GET", path)
    assert "narrow" in told["detail"]


@pytest.fixture
async def parts(api: Api) -> Api:
    """Two houses in a town, the town in a country."""
    value = {"type": "Property", "value": 1}
    land = {"id": "urn:x:land", "type": "Land", "name": value, "size": value}
    town = {"id": "urn:x:town", "type": "Town", "name": value, "size": value, "within": to("urn:x:land")}
    houses = [{"id": f"urn:x:house{n}", "type": "House", "name": value, "at": to("urn:x:town")} for n in "12"]
    for one in (land, town, *houses):
        await api.create(one)
    return api


def to(entity: str) -> dict[str, Any]:
    return {"type": "Relationship", "object": entity}


@pytest.mark.parametrize(
    ("asked", "house", "town", "land"),
    [
        ("pick=id,at{id,name}", "id at", "id name", ""),
        ("pick=id,at{id,name,within{id|size}}", "id at", "id name within", "id size"),
        ("pick=id,at", "id at", "id type name size within", "id type name size"),
        ("pick=id,name", "id name", "", ""),
        ("omit=type,at{name}", "id name at", "id type size within", "id type name size"),
        ("omit=type,at{name,within{size}}", "id name at", "id type size within", "id type name"),
        ("pick=id,at{id,name,size}&omit=at{within}", "id at", "id name size", ""),
    ],
)
async def test_members_of_what_is_linked(parts: Api, asked: str, house: str, town: str, land: str) -> None:
    """Clause 4.21."""
    flat = await parts.get(f"/entities?type=House&{asked}&join=flat&joinLevel=2")
    assert [set(one) for one in flat] == [set(shown.split()) for shown in (house, house, town, land) if shown]
    for path in ("/entities?local=true&id=urn:x:house1&", "/entities/urn:x:house1?"):
        told = await parts.get(f"{path}{asked}&join=inline&joinLevel=2")
        one = told[0] if isinstance(told, list) else told
        assert set(one) == set(house.split())
        if town:
            assert set(one["at"]["entity"]) == set(town.split())
        if land:
            assert set(one["at"]["entity"]["within"]["entity"]) == set(land.split())
    body = {"type": "Query", "entities": [{"type": "House"}], "join": "flat", "joinLevel": 2}
    for part in asked.split("&"):
        name, _, members = part.partition("=")
        body[name] = [members] if "{" in members else members.split(",")
    assert (await parts("POST", "/entityOperations/query", body, status=200)).json() == flat


@pytest.mark.parametrize(
    "asked",
    [
        "pick=name&omit=name",
        "pick=at{id}",
        "pick=at{within{id}}&join=flat",
        "pick=id;name",
        "pick=id,at{name",
        "pick=id,at{{name}",
        "pick=id,,name",
        "pick=id,at{,name}",
        "pick=id,at{}",
        "pick=at{name}}",
        "pick=id{name}",
        "omit=at{name",
        "pick=at{name}x",
        "pick=" + "at{" * 50 + "id" + "}" * 50,
    ],
)
@pytest.mark.parametrize("path", ["/entities?type=House&", "/entities/urn:x:house1?"])
async def test_what_is_no_projection(parts: Api, path: str, asked: str) -> None:
    await parts.refused("BadRequestData", 400, "GET", path + asked)


@pytest.mark.parametrize("asked", ["pick=nothing", "omit=id,type,name,at"])
async def test_nothing_left_is_not_found(parts: Api, asked: str) -> None:
    """Clause 5.7.1.4."""
    await parts.refused("ResourceNotFound", 404, "GET", f"/entities/urn:x:house1?{asked}")
