"""Kinds of attributes and ways to show them (clauses 4.5.1 to 4.5.24, 4.21, 6.3.11, 6.3.12, 6.3.15)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.ngsi.conftest import Api

ID = "/entities/urn:ngsi-ld:Thing:1"
POINT = {"type": "Point", "coordinates": [10.75, 59.91]}
#: name: (normalised, concise, simplified)
KINDS: dict[str, tuple[Any, Any, Any]] = {
    "number": ({"type": "Property", "value": 5}, 5, 5),
    "truth": ({"type": "Property", "value": False}, False, False),
    "words": ({"type": "Property", "value": "five"}, "five", "five"),
    "several": ({"type": "Property", "value": [1, 2]}, [1, 2], [1, 2]),
    "object": (
        {"type": "Property", "value": {"a": {"b": [1, None]}}},
        {"value": {"a": {"b": [1, None]}}},
        {"a": {"b": [1, None]}},
    ),
    "timed": (
        {"type": "Property", "value": 5, "observedAt": "2026-11-22T10:00:00Z"},
        {"value": 5, "observedAt": "2026-11-22T10:00:00Z"},
        5,
    ),
    "deep": (
        {
            "type": "Property",
            "value": 5,
            "accuracy": {
                "type": "Property",
                "value": 0.1,
                "by": {"type": "Relationship", "object": "urn:a:b"},
            },
        },
        {"value": 5, "accuracy": {"value": 0.1, "by": {"object": "urn:a:b"}}},
        5,
    ),
    "link": ({"type": "Relationship", "object": "urn:a:b"}, {"object": "urn:a:b"}, "urn:a:b"),
    "links": (
        {"type": "Relationship", "object": ["urn:a:b", "urn:a:c"], "objectType": "Parking"},
        {"object": ["urn:a:b", "urn:a:c"], "objectType": "Parking"},
        ["urn:a:b", "urn:a:c"],
    ),
    "place": ({"type": "GeoProperty", "value": POINT}, POINT, POINT),
    "tongues": (
        {"type": "LanguageProperty", "languageMap": {"en": "Oslo", "@none": "O"}},
        {"languageMap": {"en": "Oslo", "@none": "O"}},
        {"languageMap": {"en": "Oslo", "@none": "O"}},
    ),
    "word": ({"type": "VocabProperty", "vocab": "red"}, {"vocab": "red"}, {"vocab": "red"}),
    "vocabs": (
        {"type": "VocabProperty", "vocab": ["red", "blue"]},
        {"vocab": ["red", "blue"]},
        {"vocab": ["red", "blue"]},
    ),
    "raw": (
        {"type": "JsonProperty", "json": {"id": 5, "@x": None}},
        {"json": {"id": 5, "@x": None}},
        {"json": {"id": 5, "@x": None}},
    ),
    "listed": (
        {"type": "ListProperty", "valueList": [1, [2]]},
        {"valueList": [1, [2]]},
        {"valueList": [1, [2]]},
    ),
    "objects": (
        {"type": "ListRelationship", "objectList": [{"object": "urn:a:b"}, {"object": "urn:a:b"}]},
        {"objectList": ["urn:a:b", "urn:a:b"]},
        {"objectList": ["urn:a:b", "urn:a:b"]},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_in_every_form(api: Api, kind: str) -> None:
    """4.5.2 to 4.5.24: written normalised or concise, shown normalised, concise and simplified."""
    normalized, concise, simplified = KINDS[kind]
    head = {"id": "urn:ngsi-ld:Thing:1", "type": "Thing"}
    for written in (normalized, concise):
        await api.create({**head, kind: written})
        assert await api.get(ID) == {**head, kind: normalized}
        assert await api.get(ID + "?options=concise") == {**head, kind: concise}
        assert await api.get(ID + "?format=concise") == {**head, kind: concise}
        for asked in ("?options=keyValues", "?options=simplified", "?format=simplified", "?format=keyValues"):
            assert await api.get(ID + asked) == {**head, kind: simplified}
        await api("DELETE", ID, status=204)


async def test_what_is_wrong_about_a_form(api: Api) -> None:
    """6.3.11: formats and options that are none."""
    await api.create({"id": "urn:ngsi-ld:Thing:1", "type": "Thing"})
    await api.refused("InvalidRequest", 400, "GET", ID + "?format=xml")
    await api.refused("InvalidRequest", 400, "GET", ID + "?options=xml")
    await api.refused("BadRequestData", 400, "GET", ID + "?options=keyValues,concise")


async def test_datasets(api: Api) -> None:
    """4.5.5: one instance for each datasetId; simplified: an object by it; a single one on request."""
    held = [
        {"type": "Property", "value": 1},
        {"type": "Property", "value": 2, "datasetId": "urn:d:a"},
    ]
    await api.create({"id": "urn:ngsi-ld:Thing:1", "type": "Thing", "size": held})
    assert (await api.get(ID))["size"] == held
    assert (await api.get(ID + "?options=keyValues"))["size"] == {"dataset": {"@none": 1, "urn:d:a": 2}}
    assert (await api.get(ID + "?datasetId=urn:d:a"))["size"] == held[1]
    assert (await api.get(ID + "?datasetId=@none"))["size"] == held[0]


async def test_created_simplified(api: Api) -> None:
    """5.6.1 with 4.5.4: keyValues in; places are told by what they look like."""
    sent = {"id": "urn:ngsi-ld:Thing:1", "type": "Thing", "size": 5, "where": POINT, "more": {"a": 1}}
    await api("POST", "/entities?options=keyValues", sent, status=201)
    held = await api.get(ID)
    assert held["size"] == {"type": "Property", "value": 5}
    assert held["where"] == {"type": "GeoProperty", "value": POINT}
    assert held["more"] == {"type": "Property", "value": {"a": 1}}


@pytest.mark.parametrize(("lang", "words", "told"), [
    ("no", "vogn", "no"), ("en-GB", "car", "en"), ("fr,en;q=0.5", "car", "en"),
    ("en;q=0.1,no;q=0.9", "vogn", "no"), ("fr", "auto", "@none"), ("*", "auto", "@none"),
])  # fmt: skip
async def test_one_language(api: Api, lang: str, words: str, told: str) -> None:
    """4.5.18, 6.3.15: the best that is there, and which that is."""
    names = {"type": "LanguageProperty", "languageMap": {"@none": "auto", "en": "car", "no": "vogn"}}
    await api.create({"id": "urn:ngsi-ld:Thing:1", "type": "Thing", "label": names})
    assert (await api.get(f"{ID}?lang={lang}"))["label"] == {"type": "Property", "value": words, "lang": told}
    assert (await api.get(f"{ID}?lang={lang}&options=keyValues"))["label"] == words


async def test_times_of_the_system(api: Api) -> None:
    """4.8, 6.3.11: createdAt and modifiedAt only with sysAttrs; those that are sent are not believed."""
    told = {
        "type": "Property",
        "value": 5,
        "createdAt": "2000-01-01T00:00:00Z",
        "by": {"type": "Property", "value": 1},
    }
    await api.create(
        {"id": "urn:ngsi-ld:Thing:1", "type": "Thing", "size": told, "createdAt": "2000-01-01T00:00:00Z"}
    )
    assert "createdAt" not in str(await api.get(ID))
    held = await api.get(ID + "?options=sysAttrs")
    for one in (held, held["size"], held["size"]["by"]):
        assert one["createdAt"] == one["modifiedAt"] > "2026"
    await api("PATCH", ID + "/attrs/size", {"value": 6}, status=204)
    after = await api.get(ID + "?options=sysAttrs")
    assert after["size"]["createdAt"] == held["size"]["createdAt"]
    assert after["size"]["modifiedAt"] == after["modifiedAt"] > held["modifiedAt"]


async def test_geojson(api: Api) -> None:
    """4.5.16, 5.7.1, 6.3.15: a feature, its geometry from the property that is asked for."""
    await api.create({"id": "urn:ngsi-ld:Thing:1", "type": "Thing", "size": {"value": 5}, "location": POINT})
    answer = await api("GET", ID, accept="application/geo+json", status=200)
    assert answer.headers["content-type"] == "application/geo+json"
    told = answer.json()
    assert (told["id"], told["type"], told["geometry"]) == ("urn:ngsi-ld:Thing:1", "Feature", POINT)
    assert told["properties"] == {
        "type": "Thing",
        "size": {"type": "Property", "value": 5},
        "location": {"type": "GeoProperty", "value": POINT},
    }
    told = (
        await api("GET", ID + "?geometryProperty=area&options=keyValues", accept="application/geo+json")
    ).json()
    assert told["geometry"] is None
    assert told["properties"]["size"] == 5


async def test_scopes(api: Api) -> None:
    """4.18: one or several, replaced, taken away."""
    await api.create({"id": "urn:ngsi-ld:Thing:1", "type": "Thing", "scope": "/Oslo/Sentrum"})
    assert (await api.get(ID))["scope"] == "/Oslo/Sentrum"
    await api("POST", ID + "/attrs", {"scope": ["/A", "/B"]}, status=204)
    assert (await api.get(ID))["scope"] == ["/A", "/B"]
    await api("PATCH", ID, {"scope": "urn:ngsi-ld:null"}, status=204)
    assert "scope" not in await api.get(ID)


async def test_names_of_the_core(api: Api) -> None:
    """Annex B: @id and @type are id and type; a name of the core context stays what it is."""
    await api.create({"@id": "urn:ngsi-ld:Thing:1", "@type": "Thing", "title": {"value": "x"}})
    assert await api.get(ID) == {
        "id": "urn:ngsi-ld:Thing:1",
        "type": "Thing",
        "title": {"type": "Property", "value": "x"},
    }
