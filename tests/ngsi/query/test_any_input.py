"""Whatever stands in a parameter, whatever an entity holds: an answer, or a refusal of the specification."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ngsi.query.city import entity, expand
from tests.ngsi.query.strategies import QUERIES

from tocsin.ngsi.problems import BadRequestData, OperationNotSupported
from tocsin.ngsi.query import GeoParams, QueryParams, parse, scalars_of

ANY_TEXT = st.one_of(
    st.text(max_size=20), st.text(st.sampled_from('aZ9_./#+*()[]{};,|<>=!~"\\ :-é\ud800\x00'), max_size=20)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["@value", "object", "m"]), inner)
    ),
    max_leaves=6,
)
COORDINATES = st.recursive(
    st.integers(-600, 600)
    | st.floats(-200, 200)
    | st.none()
    | st.sampled_from([1e308, float("nan"), 2**70, "8"]),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=25,
)
KINDS = st.sampled_from(
    [
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
        "x",
    ]
)
GEORELS = st.sampled_from(["within", "equals", "overlaps", "near;maxDistance==9e9", "near;minDistance==1"])


@pytest.mark.parametrize("name", ["q", "type", "scope_q", "ids", "id_pattern"])
@settings(deadline=None)
@given(ANY_TEXT)
def test_any_text_is_read_or_refused(name: str, text: str) -> None:
    with contextlib.suppress(BadRequestData, OperationNotSupported):
        parse(QueryParams(**{name: text}), expand).matches(entity())


@settings(deadline=None)
@given(GEORELS | ANY_TEXT, KINDS, COORDINATES, KINDS, COORDINATES)
def test_any_geometry_is_read_or_refused(georel: str, kind: str, asked: Any, other: str, held: Any) -> None:
    with contextlib.suppress(BadRequestData):
        query = parse(QueryParams(geo=GeoParams(georel, kind, asked)), expand)
        query.matches(entity(location={"type": "GeoProperty", "value": {"type": other, "coordinates": held}}))


@settings(max_examples=300, deadline=None)
@given(
    QUERIES,
    st.sampled_from(
        [
            ("Property", "value"),
            ("Relationship", "object"),
            ("LanguageProperty", "languageMap"),
            ("VocabProperty", "vocab"),
            ("JsonProperty", "json"),
            ("ListProperty", "valueList"),
            ("ListRelationship", "objectList"),
            ("Unheard", "of"),
        ]
    ),
    JSON,
)
def test_any_value_of_an_entity_is_looked_at(params: QueryParams, kind: tuple[str, str], value: Any) -> None:
    """Also what no storage should have let in."""
    instance = {"type": kind[0], kind[1]: value}
    scalars_of(instance)
    with contextlib.suppress(BadRequestData):
        query = parse(params, expand)
        assert query.matches(entity(a=[instance], b=[instance], location=[instance])) in (True, False)
