"""The catalogue keeps the shapes of DCAT-AP 3 that are mandatory, and says what really runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.api.house import House

from tocsin.api.catalogue import CONTEXT, Described, Known, catalogue

NOW = datetime(2026, 11, 21, 16, 42, tzinfo=UTC)
BASE = "https://oslo.example"
KNOWN = Known(
    base=BASE,
    city="Oslo",
    languages=("nb", "en"),
    controller="City of Oslo",
    contact="data@oslo.example",
    now=NOW,
    first=date(2026, 1, 2),
    last=date(2026, 11, 21),
    keep_days=400,
    types=[
        Described(
            "AirQualityObserved", "Air", "https://example.org/m", [("no2", "nitrogen dioxide")], 3, False
        ),
        Described("Vehicle", "Vehicles", "", [("speed", "")], 9, True),
    ],
)
# DCAT-AP 3.0: the properties of each class that are mandatory, and those that we promise beyond
MANDATORY = {
    "dcat:Catalog": {"dct:title", "dct:description", "dct:publisher", "dcat:dataset", "dcat:service"},
    "dcat:Dataset": {"dct:title", "dct:description", "dcat:distribution", "dcat:contactPoint", "dcat:theme"},
    "dcat:Distribution": {"dcat:accessURL", "dct:format", "dct:license", "dcat:mediaType"},
    "dcat:DataService": {"dct:title", "dcat:endpointURL", "dcat:endpointDescription"},
    "foaf:Agent": {"foaf:name"},
}
# properties whose value is a resource, never a text
RESOURCES = {
    "dct:publisher", "dcat:dataset", "dcat:service", "dcat:distribution", "dcat:accessURL",
    "dcat:accessService", "dct:format", "dcat:mediaType", "dct:license", "dct:accessRights", "dcat:theme",
    "dct:language",
    "dct:conformsTo", "dcat:endpointURL", "dcat:servesDataset", "foaf:homepage", "dcat:contactPoint",
    "dct:spatial", "dct:temporal", "dcat:themeTaxonomy", "dct:accrualPeriodicity",
}  # fmt: skip


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for key, value in tree.items():
            if key != "@context":
                yield from nodes(value)
    elif isinstance(tree, list):
        for one in tree:
            yield from nodes(one)


def faults(document: dict[str, Any]) -> list[str]:
    """What breaks a shape; a small part of the published SHACL, by hand."""
    found = []
    defined = {n["@id"] for n in nodes(document) if "@id" in n and "@type" in n}
    for node in nodes(document):
        kind = node.get("@type", "")
        found += [f"{kind} lacks {name}" for name in MANDATORY.get(kind, ()) if not node.get(name)]
        for key, value in node.items():
            prefix = key.partition(":")[0]
            if not key.startswith("@") and prefix not in CONTEXT:
                found.append(f"{key} has no prefix")
            for one in value if isinstance(value, list) else [value]:
                if key in RESOURCES and not (isinstance(one, dict) and ("@id" in one or "@type" in one)):
                    found.append(f"{key} is no resource")
                if key == "dcat:servesDataset" and one["@id"] not in defined:
                    found.append(f"{one['@id']} is not described")
        if "@id" in node and " " in node["@id"]:
            found.append(f"{node['@id']} is no IRI")
    return found


def test_the_shapes_hold() -> None:
    document = catalogue(KNOWN)
    assert faults(document) == []
    assert [d["dct:identifier"] for d in document["dcat:dataset"]] == ["AirQualityObserved", "Vehicle"]
    assert document["dcat:dataset"][0]["dct:temporal"]["dcat:startDate"]["@value"] == "2026-01-02"
    assert "dct:rights" in document["dcat:dataset"][1]
    assert "dct:rights" not in document["dcat:dataset"][0]
    assert [one["@id"].rpartition("/")[2] for one in document["dct:language"]] == ["NOB", "ENG"]


@pytest.mark.parametrize("lost", ["dct:title", "dct:publisher", "dcat:dataset"])
def test_a_shape_that_is_broken_is_seen(lost: str) -> None:
    document = catalogue(KNOWN)
    document[lost] = "" if lost != "dct:publisher" else "Oslo"
    assert faults(document)


async def test_it_says_what_runs_and_needs_nobody_signed_in(door: House) -> None:
    async with door.client() as client:
        answer = await client.get("/catalogue")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("application/ld+json")
        assert "set-cookie" not in answer.headers
        document = answer.json()
        assert document["@type"] == "dcat:Catalog"
        assert document["dcat:dataset"] == [], "nothing reports yet"
        again = await client.get("/catalogue", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
