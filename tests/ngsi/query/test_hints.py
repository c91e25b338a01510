"""What an index is told never leaves out what matches."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from tests.ngsi.query.city import entity, expand, prop
from tests.ngsi.query.strategies import QUERIES, entities

from tocsin.kernel.geo import Box
from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.query import Comparison, Hints, Query, QueryIndex, QueryParams, boxes_of, geometry_of, parse

A, B = expand("a"), expand("b")


def of(q: str, expand_values: tuple[str, ...] = ()) -> tuple[Comparison, ...]:
    return parse(QueryParams(q=q, expand_values=expand_values), expand).hints.comparisons


@pytest.mark.parametrize(
    ("q", "comparisons"),
    [
        ("a", [Comparison(A)]),
        ("a==5", [Comparison(A, "number", frozenset({5}))]),
        ("a==5,7", [Comparison(A, "number", frozenset({5, 7}))]),
        ('a==5,"x"', [Comparison(A)]),
        ("a==5..7", [Comparison(A, "number", None, 5, 7)]),
        ("a>5;a<=7", [Comparison(A, "number", None, 5), Comparison(A, "number", None, None, 7)]),
        ("a!=5", [Comparison(A)]),
        ("a~=x", [Comparison(A, "text")]),
        ("a==true", [Comparison(A, "boolean", frozenset({True}))]),
        ("a==urn:x:1", [Comparison(A, "text", frozenset({"urn:x:1"}))]),
        ("a==5|a==7", [Comparison(A, "number", frozenset({5, 7}))]),
        ("a==5|a>7", [Comparison(A, "number", None, 5)]),
        ("a==1..2|a==3..4", [Comparison(A, "number", None, 1, 4)]),
        ("a==9|a==3..4", [Comparison(A, "number", None, 3, 9)]),
        ("a<2|a>1", [Comparison(A, "number")]),
        ("a==5|b==7", []),
        ("(a==5;b)|(a==7;b>2)", [Comparison(A, "number", frozenset({5, 7})), Comparison(B)]),
        ("a.b==5", [Comparison(A)]),
        ("a[x]==5", [Comparison(A)]),
        ("createdAt>2020-01-01T00:00:00Z", []),
        (
            "a==2020-01-01T00:00:00.5Z",
            [Comparison(A, "text", None, "2020-01-01T00:00:00", "2020-01-01T00:00:00~")],
        ),
    ],
)
def test_what_is_told_of_q(q: str, comparisons: list[Comparison]) -> None:
    assert of(q) == tuple(comparisons)


def test_what_is_told_of_the_rest() -> None:
    hints = parse(QueryParams(ids="urn:x:1", type="(S;T),U", attrs=("a",)), expand).hints
    assert hints.ids == {"urn:x:1"}
    assert hints.types is not None
    assert hints.types <= {expand("S"), expand("T"), expand("U")}
    assert len(hints.types) == 2
    assert hints.attributes == {A}
    assert parse(QueryParams(type="*"), expand).hints == Hints()
    male = of("gender==Male", ("gender",))
    assert male == (Comparison(expand("gender"), "text", frozenset({"http://example.org/Male"})),)


# -- an interpreter of hints of its own, as an index would do it


def scalars(instance: dict[str, Any]) -> list[Any]:
    """All of an instance's value but what lies deep in JSON."""
    (value,) = (
        instance[m]
        for m in ("value", "object", "languageMap", "vocab", "json", "valueList", "objectList")
        if m in instance
    )
    if instance["type"] == "LanguageProperty":
        return list(value.values())
    listed = value if isinstance(value, list) else [value]
    return [(v.get("object") or v.get("@value")) if isinstance(v, dict) else v for v in listed]


def admits_comparison(one: Comparison, given_: dict[str, Any]) -> bool:
    instances = given_.get(one.attribute)
    if one.kind == "any" or not instances:
        return bool(instances)
    kinds: dict[str, tuple[type, ...]] = {"number": (int, float), "text": (str,), "boolean": (bool,)}
    for value in (v for instance in instances for v in scalars(instance)):
        if type(value) not in kinds[one.kind]:
            continue
        if one.one_of is not None:
            if value in one.one_of:
                return True
        elif (one.low is None or one.low <= value) and (one.high is None or value <= one.high):
            return True
    return False


def meet(a: Box, b: Box) -> bool:
    return a.west <= b.east and b.west <= a.east and a.south <= b.north and b.south <= a.north


def admits(hints: Hints, given_: dict[str, Any]) -> bool:
    if hints.ids is not None and given_["id"] not in hints.ids:
        return False
    if hints.types is not None and not hints.types & set(given_["type"]):
        return False
    if hints.attributes is not None and not hints.attributes & set(given_):
        return False
    if not all(admits_comparison(one, given_) for one in hints.comparisons):
        return False
    if hints.boxes is None:
        return True
    attribute, boxes = hints.boxes
    shapes = [geometry_of(instance["value"]) for instance in given_.get(attribute, [])]
    return any(meet(a, b) for shape in shapes if shape is not None for a in boxes_of(shape) for b in boxes)


MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


def read(params: QueryParams) -> Query:
    try:
        return parse(params, expand)
    except BadRequestData:  # a reference that is no geometry
        assume(False)
        raise


@MANY
@given(QUERIES, entities())
def test_hints_admit_all_that_matches(params: QueryParams, given_: dict[str, Any]) -> None:
    query = read(params)
    if query.matches(given_):
        assert admits(query.hints, given_)


def test_the_interpreter_bites() -> None:
    """It does exclude: an entity that fails each hint is not admitted."""
    thing = entity(a=prop(5))
    for q in ("a>6", "b", 'a=="x"', "a==6"):
        assert not admits(parse(QueryParams(q=q), expand).hints, thing)
    assert admits(parse(QueryParams(q="a==5"), expand).hints, thing)


# -- the index of queries


@MANY
@given(QUERIES, QUERIES, QUERIES, entities())
def test_the_index_leaves_out_no_query_that_matches(
    one: QueryParams, two: QueryParams, three: QueryParams, given_: dict[str, Any]
) -> None:
    index: QueryIndex[str] = QueryIndex()
    queries = {"one": read(one), "two": read(two), "three": read(three)}
    for key, query in queries.items():
        index.add(key, query)
    matching = {key for key, query in queries.items() if query.matches(given_)}
    assert matching <= index.candidates(given_)
    assert index.matching(given_) == matching
    index.remove("two")
    assert index.matching(given_) == matching - {"two"}
    assert len(index) == 2


def test_the_index_leaves_out_what_cannot_match() -> None:
    """Of 300 queries those under the entity's id, value, range, type or attribute are found, no other."""
    index: QueryIndex[str] = QueryIndex()
    for n in range(50):
        index.add(f"id{n}", parse(QueryParams(ids=f"urn:x:{n}"), expand))
        index.add(f"value{n}", parse(QueryParams(type="T", q=f"a=={n}"), expand))
        index.add(f"range{n}", parse(QueryParams(q=f"a=={n}..{n + 0.5}"), expand))
        index.add(f"type{n}", parse(QueryParams(type=f"T{n}"), expand))
        index.add(f"attribute{n}", parse(QueryParams(q=f"x{n}"), expand))
        index.add(f"text{n}", parse(QueryParams(q=f'b=="w{n}"'), expand))
    thing = entity("urn:x:7", ("T", "T9"), a=prop(7), b=prop("w3"), x4=prop(None))
    expected = {"id7", "value7", "range7", "type9", "text3", "attribute4"}
    assert index.candidates(thing) == expected
    assert index.matching(thing) == expected
    for key in expected:
        index.remove(key)
    assert index.candidates(thing) == set()
    assert len(index) == 294


def test_a_key_may_have_several_queries_and_watch_attributes() -> None:
    """A subscription's selectors, and its watchedAttributes."""
    index: QueryIndex[str] = QueryIndex()
    index.add("s", parse(QueryParams(type="S"), expand), watched={A})
    index.add("s", parse(QueryParams(type="T"), expand), watched={A})
    index.add("any", parse(QueryParams(type="T"), expand))
    thing = entity("urn:x:1", ("T",), a=prop(1), b=prop(1))
    assert index.matching(thing, changed={A}) == {"s", "any"}
    assert index.matching(thing, changed={B}) == {"any"}
    assert index.candidates(thing, changed={B}) == {"any"}
    assert index.matching(thing) == {"s", "any"}
    index.remove("s")
    index.remove("never there")
    assert index.matching(thing, changed={A}) == {"any"}
