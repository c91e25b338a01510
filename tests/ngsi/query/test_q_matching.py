"""Clause 4.9: which entities a query matches. The examples are the clause's own where it gives any."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.ngsi.query.city import entity, expand, link, prop, words

from tocsin.ngsi.query import QueryParams, parse


def matches(q: str, /, expand_values: tuple[str, ...] = (), **attributes: Any) -> bool:
    return parse(QueryParams(q=q, expand_values=expand_values), expand).matches(entity(**attributes))


def vocab(term: Any) -> dict[str, Any]:
    return {"type": "VocabProperty", "vocab": term}


@pytest.mark.parametrize(
    ("q", "value", "expected"),
    [
        # existence: whatever the value is
        ("v", 1, True),
        ("v", {"a": 1}, True),
        ("w", 1, False),
        # equal: identical or equivalent
        ("v==20", 20, True),
        ("v==20", 20.0, True),
        ("v==2e1", 20, True),
        ("v==20", 21, False),
        ('v=="red"', "red", True),
        ('v=="red"', "Red", False),
        ('v=="r\\u0065d"', "red", True),
        ("v==true", True, True),
        ("v==false", False, True),
        ("v==false", True, False),
        ("v==urn:x:y", "urn:x:y", True),
        ("v==red", "red", True),
        ("v==9007199254740993", 2**53 + 1, True),
        ("v==9007199254740993", 2**53, False),
        # equal: the target is an array
        ('v=="red"', ["blue", "red", "green"], True),
        ('v=="red"', ["blue"], False),
        ('v=="red"', [], False),
        # equal: no equality of data types is no match
        ("v==20", "20", False),
        ('v=="20"', 20, False),
        ("v==1", True, False),
        ("v==true", 1, False),
        ("v==0", False, False),
        ("v==20", None, False),
        ("v==20", {"a": 20}, False),
        ('v=="true"', True, False),
        # value lists
        ('v=="black","red"', "red", True),
        ('v=="black","red"', ["red", "blue"], True),
        ('v=="black","red"', "blue", False),
        ('v==1,"a",true', True, True),
        # ranges, both ends included
        ("v==10..20", 10, True),
        ("v==10..20", 20, True),
        ("v==10..20", 15.5, True),
        ("v==10..20", 9, False),
        ("v==10..20", "15", False),
        ("v==10..20", [1, 12], True),
        ('v=="b".."d"', "cat", True),
        ('v=="b".."d"', "dog", False),
        ("v==20..10", 15, False),
        # unequal, and different data types are unequal
        ('v!="red"', "black", True),
        ('v!="red"', "red", False),
        ('v!="red"', ["blue", "black"], True),
        ('v!="red"', ["blue", "red"], False),
        ('v!="black","red"', "blue", True),
        ('v!="black","red"', ["blue", "red"], False),
        ("v!=10..20", 9, True),
        ("v!=10..20", 12, False),
        ("v!=20", "20", True),
        ("v!=1", True, True),
        ("w!=1", 1, False),
        # order
        ("v>20", 20, False),
        ("v>20", 20.5, True),
        ("v>=20", 20, True),
        ("v<20", 20, False),
        ("v<=20", 20, True),
        ("v<20", 19, True),
        ("v>20", "30", False),
        ("v<20", True, False),
        ('v>"b"', "c", True),
        ('v>"b"', 5, False),
        ("v>1", [2, 3], False),
        ("v<1e308", 1.7e308, False),
        # dates and times are ordered by time
        ("v>2018-12-04T12:00:00Z", "2018-12-04T12:00:00.5Z", True),
        ("v>=2018-12-04T12:00:00.50Z", "2018-12-04T12:00:00,5Z", True),
        ("v==2018-12-04T12:00:00Z", "2018-12-04T12:00:00.000Z", True),
        ("v==2018-12-04T12:00:00Z", {"@type": "DateTime", "@value": "2018-12-04T12:00:00Z"}, True),
        ("v>2018-12-04", "2018-12-05", True),
        ("v>2018-12-04", "2018-12-05T00:00:00Z", False),
        ("v>2018-12-04T00:00:00Z", "2018-13-05T00:00:00Z", False),
        ("v<12:00:00Z", "11:59:59Z", True),
        ("v==2018-12-01..2018-12-31", "2018-12-24", True),
        ('v=="2018-12-04T12:00:00Z"', "2018-12-04T12:00:00Z", True),
        # patterns: of strings alone
        ("v~=^Mer", "Mercedes", True),
        ("v~=ced", "Mercedes", True),
        ('v~="^ced"', "Mercedes", False),
        ("v!~=^Mer", "Opel", True),
        ("v!~=^Mer", "Mercedes", False),
        ("v~=5", 5, False),
        ("v!~=5", 6, False),
        ("v~=a", ["a"], False),
        ("v!~=b", ["a"], False),
        (r"v~=^\d{4}-\d\d$", "2018-12", True),
        ("v~=(?i)MERC", "mercedes", True),
        (r"v~=^\p{Lu}", "Ørsta", True),
        ("v~=x", "\ud800x", False),
        # paths into the value
        ('v[city]=="Berlin"', {"city": "Berlin"}, True),
        ("v[a.b]==40", {"a": {"b": 40}}, True),
        ("v[a.b]==40", {"a": {"b": [1, 40]}}, True),
        ("v[a.b]", {"a": {"b": None}}, True),
        ("v[a.c]", {"a": {"b": 1}}, False),
        ("v[a.c]!=1", {"a": {"b": 1}}, False),
        ("v[a.b]==40", {"a": 40}, False),
        ("v[a]==40", [{"a": 40}], False),
        ("v[PM2-5]<3", {"PM2-5": 2}, True),
    ],
)
def test_a_property(q: str, value: Any, expected: bool) -> None:
    """Clause 4.9, the semantics of the operators, for the target value of a Property."""
    assert matches(q, v=prop(value)) is expected


def test_any_of_the_instances_is_the_target() -> None:
    """Clause 4.9: with several instances (datasetId) the target value is any of their values."""
    speeds = [prop(50), prop(60, datasetId="urn:x:gps")]
    assert matches("speed==60", speed=speeds)
    assert matches("speed!=60", speed=speeds)
    assert not matches("speed!=60", speed=[prop(60), prop(60, datasetId="urn:x:gps")])
    assert matches("speed<55;speed>55", speed=speeds)
    assert matches('speed.datasetId=="urn:x:gps"', speed=speeds)


def test_members_and_sub_attributes() -> None:
    """Clause 4.9, examples 8 and 10: names after a dot are sub-attributes, or members of the instance."""
    heat = prop(
        21,
        observedAt="2020-01-01T12:00:00Z",
        unitCode="CEL",
        accuracy=prop(0.5, by=link("urn:x:lab")),
        none=None,
    )
    for q, expected in {
        "heat.observedAt>=2017-12-24T12:00:00Z": True,
        'heat.observedAt>="2017-12-24T12:00:00Z"': True,
        'heat.observedAt=="2020-01-01T12:00:00.000Z"': True,
        "heat.observedAt<2017-12-24T12:00:00Z": False,
        "heat.observedAt": True,
        "heat.modifiedAt": False,
        'heat.unitCode=="CEL"': True,
        "heat.accuracy<1": True,
        "heat.accuracy.by==urn:x:lab": True,
        "heat.accuracy.by.at": False,
        "heat.precision": False,
        "heat.precision!=1": False,
        "createdAt<2026-02-01T00:00:00Z": True,
        "modifiedAt>2026-06-01T00:00:00Z": True,
        "observedAt": False,
    }.items():
        assert matches(q, heat=heat) is expected, q


def test_compound_value_of_a_sub_property() -> None:
    """Clause 4.9, example 10."""
    sensor = prop(40, rawdata=prop({"airquality": {"particulate": 40, "PM20": 85}}))
    assert matches("sensor.rawdata[airquality.particulate]==40", sensor=sensor)
    assert not matches("sensor[airquality.particulate]==40", sensor=sensor)


@pytest.mark.parametrize(
    ("q", "target", "expected"),
    [
        ('p=="urn:x:1"', "urn:x:1", True),
        ("p==urn:x:1", "urn:x:1", True),
        ("p==urn:x:2", "urn:x:1", False),
        ("p==urn:x:2", ["urn:x:1", "urn:x:2"], True),
        ('p=="urn:x:3","urn:x:2"', ["urn:x:1", "urn:x:2"], True),
        ("p!=urn:x:2", ["urn:x:1", "urn:x:2"], False),
        ("p!=urn:x:3", ["urn:x:1", "urn:x:2"], True),
        ('p>"urn:x:0"', "urn:x:1", False),
        ("p~=urn", "urn:x:1", False),
        ("p!~=nothing", "urn:x:1", False),
        ("p", "urn:x:1", True),
    ],
)
def test_a_relationship(q: str, target: Any, expected: bool) -> None:
    """Clause 4.9: the target object; any operator but == and != does not match."""
    assert matches(q, p=link(target)) is expected
    listed = [{"object": one} for one in (target if isinstance(target, list) else [target])]
    assert matches(q, p={"type": "ListRelationship", "objectList": listed}) is expected


@pytest.mark.parametrize(
    ("q", "languages", "expected"),
    [
        ('c[en]=="red"', {"fr": "rouge", "en": "red", "de": "rot"}, True),
        ('c[en]=="red"', {"fr": "red", "en": "black", "de": "blau"}, False),
        ('c[en]=="red"', {"fr": ["chat", "rouge"], "en": ["red", "cat"]}, True),
        ('c[EN]=="red"', {"en": "red"}, True),
        ('c[*]=="red"', {"fr": "rouge", "en": "red"}, True),
        ('c=="red"', {"fr": "rouge", "en": ["a", "red"]}, True),
        ('c[*]=="red"', {"fr": "rouge"}, False),
        ('c[en]!="red"', {"fr": "noir", "en": "black", "de": "schwarz"}, True),
        ('c[en]!="red"', {"en": "red"}, False),
        ('c[en]!="red"', {"en": ["red", "black"]}, False),
        ('c[en]!="red"', {"fr": "noir"}, False),
        ('c[*]!="red"', {"fr": "rouge", "en": "red"}, False),
        ('c[*]!="red"', {"fr": "noir", "en": "black"}, True),
        ("c[en]", {"fr": "noir"}, False),
        ("c[fr]~=^no", {"fr": "noir"}, True),
        ("c~=^no", {"en": "black", "fr": "noir"}, True),
        ("c!~=^no", {"en": "black", "fr": "noir"}, False),
        ('c>"c"', {"en": "black", "fr": "noir"}, True),
        ("c[en-GB]", {"en-GB": "colour"}, True),
    ],
)
def test_a_language_property(q: str, languages: Any, expected: bool) -> None:
    """Clause 4.9: one language in brackets, or any of them."""
    assert matches(q, c=words(**languages)) is expected


def test_list_vocab_and_json_properties() -> None:
    """Clause 4.9: the valueList array, the expanded vocab, the raw json; examples 11 and 12."""
    assert matches("l==3", l={"type": "ListProperty", "valueList": [1, 2, 3]})
    assert not matches("l!=3", l={"type": "ListProperty", "valueList": [1, 2, 3]})
    assert not matches("l>2", l={"type": "ListProperty", "valueList": [3]})
    male = "http://example.org/Male"
    assert matches(f'gender=="{male}"', gender=vocab(male))
    assert matches(f"gender=={male}", gender=vocab([male, "http://example.org/Other"]))
    assert not matches("gender==Male", gender=vocab(male))
    for q in ("gender==Male", 'gender=="Male"', 'gender=="Other","Male"'):
        assert matches(q, ("gender",), gender=vocab(male))
    assert not matches("gender!=Male", ("gender",), gender=vocab(male))
    tickets = {"type": "JsonProperty", "json": {"id": "85a6cc52", "value": "Overstay 60 minutes"}}
    ask = QueryParams(q='tickets[value]=="Overstay 60 minutes"', json_keys=("tickets",))
    assert parse(ask, expand).matches(entity(tickets=tickets))


def test_logic() -> None:
    """Clause 4.9: AND before OR, associations before both."""
    thing = {"a": prop(1), "b": prop(2)}
    assert matches("a==1|b==3;b==4", **thing)
    assert not matches("(a==1|b==3);b==4", **thing)
    assert matches("(a==1|b==3);b==2", **thing)
    assert matches("((a==9|b>=2);a)", **thing)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(.*)*x", "([a-zA-Z]+)*$", "(x+x+)+y"])
def test_regex_bombs_finish(pattern: str) -> None:
    """Patterns that keep other engines busy for ever."""
    evil = entity(v=prop("a" * 200_000 + "!"))
    began = time.process_time()
    parse(QueryParams(q=f'v~="{pattern}"'), expand).matches(evil)
    parse(QueryParams(id_pattern=pattern), expand).matches(evil)
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    "q",
    ["v==" + ",".join(map(str, range(3_000))), ";".join(f"v!={n}" for n in range(500)), 'v=="a","b",-1.5'],
)
def test_long_lists_meet_long_arrays_in_no_time(q: str) -> None:
    """A query of thousands of values or conditions, an array of 100,000."""
    given = entity(v=prop(list(range(-100_000, 0))))
    began = time.process_time()
    assert parse(QueryParams(q=q), expand).matches(given) is ("!=" in q)
    assert time.process_time() - began < 3.0


def test_a_list_of_values_of_many_kinds() -> None:
    """Clause 4.9: each literal of a ValueList keeps its kind."""
    q = 'v==1,"x",true,2020-01-01T00:00:00Z,urn:x:1'
    for value in (1, 1.0, "x", True, "2020-01-01T00:00:00.0Z", "urn:x:1", [5, "x"]):
        assert matches(q, v=prop(value)), value
    for value in ("1", "true", False, 0, "2020-01-01", None, {"x": 1}, [[1]]):
        assert not matches(q, v=prop(value)), value


def test_a_long_iri_is_a_name() -> None:
    """A name that is an IRI already is taken whole."""
    assert matches("http://example.org/v.1==3", **{"http://example.org/v.1": prop(3)})
