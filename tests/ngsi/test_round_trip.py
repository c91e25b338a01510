"""Whatever an entity says: read, shown in any form that keeps all of it, and read again, it says the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.context.documents.document import Document, Held, packed, unpacked
from tocsin.ngsi.jsonld import CORE, Terms
from tocsin.ngsi.model.change import created, merged
from tocsin.ngsi.model.kinds import GEOMETRIES
from tocsin.ngsi.model.read import Reader
from tocsin.ngsi.model.write import Format, Shape, show

CARS = CORE.layered(
    {"ex": "https://ex.example/", "speed": "ex:speed", "Car": "ex:Car", "red": "ex:red", "by": "x:by"}
)
NOW = "2026-11-22T16:00:00Z"

_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
_names = st.sampled_from(["speed", "brand", "ex:more", "https://other.example/x", "by", "status", "area"])
_uris = st.sampled_from(["urn:a:b", "https://x.example/y", "urn:ngsi-ld:Parking:1"])
_plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _words
_json = st.recursive(
    _plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3)
)
_lon, _lat = st.floats(-180, 180), st.floats(-90, 90)
_points = st.builds(lambda lon, lat: {"type": "Point", "coordinates": [lon, lat]}, _lon, _lat)
_members = {
    # an object that looks like a geometry is one; a list that looks like instances is that
    "Property": ("value", _json.filter(lambda v: v is not None and not _looks(v))),
    "Relationship": ("object", _uris | st.lists(_uris, min_size=1, max_size=2)),
    "GeoProperty": ("value", _points),
    "LanguageProperty": (
        "languageMap",
        st.dictionaries(st.sampled_from(["en", "no", "@none"]), _words, min_size=1),
    ),
    "VocabProperty": ("vocab", st.sampled_from(["red", "blue", "ex:green"])),
    "JsonProperty": ("json", _json),
    "ListProperty": ("valueList", st.lists(_plain, max_size=3)),
    "ListRelationship": ("objectList", st.lists(_uris.map(lambda u: {"object": u}), max_size=3)),
}


def _looks(value: Any) -> bool:
    return value == "urn:ngsi-ld:null" or (isinstance(value, dict) and value.get("type") in GEOMETRIES)


@st.composite
def _attributes(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(_members)))
    member, values = _members[kind]
    made = {"type": kind, member: draw(values)}
    if draw(st.booleans()):
        made["observedAt"] = NOW
    if kind == "Property" and draw(st.booleans()):
        made["unitCode"] = "CEL"
    if depth:
        for name in draw(st.sets(_names, max_size=2)):
            made[name] = draw(_attributes(depth - 1))
    return made


@st.composite
def entities(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": draw(_uris),
        "type": draw(st.sampled_from(["Car", "ex:Other", ["Car", "Taxi"]])),
    }
    if draw(st.booleans()):
        made["scope"] = draw(st.sampled_from(["/Oslo", ["/Oslo/A", "/B"]]))
    for name in draw(st.sets(_names, max_size=4)):
        one = draw(_attributes())
        many = draw(st.booleans())
        made[name] = [one, {**draw(_attributes(0)), "datasetId": "urn:d:1"}] if many else one
    return made


@pytest.mark.parametrize("terms", [CORE, CARS], ids=["core", "cars"])
@pytest.mark.parametrize("form", ["normalized", "concise"])
@settings(deadline=None, max_examples=150)
@given(given=entities())
def test_shown_and_read_again(terms: Terms, form: Format, given: dict[str, Any]) -> None:
    """4.5.1 to 4.5.3: normalised and concise keep everything."""
    read = Reader(terms).entity(given)
    shown = show(read, Shape(terms, form))
    assert Reader(terms).entity(shown) == read
    if form == "normalized":
        assert shown == given


@settings(deadline=None, max_examples=150)
@given(entities())
def test_stored_as_it_is(given: dict[str, Any]) -> None:
    read = created(Reader(CARS).entity(given), NOW)
    assert unpacked(packed(Document(read, {}))).body == read


def test_documents_of_older_versions_are_read() -> None:
    row = b'{"body":{"id":"urn:a:1","type":["https://a/b"]},"held":{"https://a/c":["c",null]},"lon":1.5,"lat":2.5}'
    assert unpacked(row) == Document(
        {"id": "urn:a:1", "type": ["https://a/b"]}, {"https://a/c": Held("c", None)}, 1.5, 2.5
    )
    assert unpacked(packed(unpacked(row))) == unpacked(row)


@settings(deadline=None, max_examples=150)
@given(entities())
def test_merged_with_itself_nothing_changes(given: dict[str, Any]) -> None:
    """5.5.12: a merge patch that says what is there."""
    read = Reader(CARS, nulls=True).entity(given)
    old = created(read, NOW)
    assert merged(old, read, NOW) == old
