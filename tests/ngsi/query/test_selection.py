"""Clauses 4.17 (types), 4.19 (scopes), 5.7.2 (ids, patterns, attribute lists)."""

from __future__ import annotations

import pytest
from tests.ngsi.query.city import entity, expand, prop

from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.query import GeoParams, QueryParams, parse


def selects(
    params: QueryParams, name: str = "urn:x:1", types: tuple[str, ...] = ("Home",), **members: object
) -> bool:
    return parse(params, expand).matches(entity(name, types, **members))


@pytest.mark.parametrize(
    ("type_", "types", "expected"),
    [
        ("Building", ("Building",), True),
        ("Building|House", ("House",), True),
        ("Building,House", ("House", "Other"), True),
        ("(Home;Vehicle)", ("Home", "Vehicle", "Other"), True),
        ("(Home;Vehicle)", ("Home",), False),
        ("(Home;Vehicle)|Motorhome", ("Motorhome",), True),
        ("(Home;Vehicle),Motorhome", ("Vehicle",), False),
        ("(Home)", ("Home",), True),
        ("https://uri.etsi.org/ngsi-ld/default-context/Home", ("Home",), True),
        ("*", ("Whatever",), True),
        ("home", ("Home",), False),
    ],
)
def test_types(type_: str, types: tuple[str, ...], expected: bool) -> None:
    """Clause 4.17 and its examples."""
    assert selects(QueryParams(type=type_), types=types) is expected


@pytest.mark.parametrize(
    "type_",
    [
        "",
        ",",
        "A,",
        "|A",
        "A;B",
        "(A;B",
        "(A;)",
        "A)",
        "((A;B);C)",
        "A B",
        "<x>",
        "A\ud800",
        "A," * 600 + "A",
    ],
)
def test_what_is_no_type_selection(type_: str) -> None:
    """Clause 4.17: for a conjunction the parentheses are needed."""
    with pytest.raises(BadRequestData) as refused:
        parse(QueryParams(type=type_), expand)
    assert refused.value.field == "type"
    assert refused.value.cure


@pytest.mark.parametrize(
    ("scope_q", "scopes", "expected"),
    [
        ("/Madrid", ["/Madrid"], True),
        ("/Madrid", ["Madrid"], True),
        ("/Madrid", ["/Madrid/Gardens"], False),
        ("/Madrid;/B/C", ["/Madrid", "/B/C"], True),
        ("/Madrid;/B/C", ["/Madrid"], False),
        ("/Madrid;/B/C,/D", ["/D"], True),
        ("/Madrid;/B/C,/D", ["/Madrid"], False),
        ("/Madrid/Gardens/#", ["/Madrid/Gardens"], True),
        ("/Madrid/Gardens/#", ["/Madrid/Gardens/ParqueNorte/Parterre1"], True),
        ("/Madrid/Gardens/#", ["/Madrid/Sights"], False),
        ("/Madrid/+/ParqueNorte", ["/Madrid/Sights/ParqueNorte"], True),
        ("/Madrid/+/ParqueNorte", ["/Madrid/ParqueNorte"], False),
        ("/Madrid/+", ["/Madrid/Gardens/ParqueNorte"], False),
        ("/+/Gardens/#", ["/Madrid/Gardens/ParqueNorte"], True),
        ("/#", ["/Anything"], True),
        ("/#", [], False),
        ("/#", None, False),
        ("(/Madrid/Districts;/CompanyA)", ["/Madrid/Districts", "/CompanyA"], True),
        ("(/Madrid/Districts;/CompanyA)", ["/Madrid/Districts"], False),
        ("(/Madrid/Districts;/CompanyA)|CompanyB", ["/CompanyB"], True),
        ("(/Madrid/Districts;/CompanyA),CompanyB", ["/CompanyA"], False),
    ],
)
def test_scopes(scope_q: str, scopes: list[str] | None, expected: bool) -> None:
    """Clause 4.19 and its examples."""
    members = {} if scopes is None else {"scope": scopes}
    assert selects(QueryParams(scope_q=scope_q), **members) is expected


@pytest.mark.parametrize(
    "scope_q", ["", "/", "/Madrid//x", "/Madrid/#/x", "/a;/b)", "/a;", "/9", "/Mad+", "/Madrid#", "(/a;/b"]
)
def test_what_is_no_scope_query(scope_q: str) -> None:
    """Clause 4.19: # stands at the end of a scope, + for a whole level."""
    with pytest.raises(BadRequestData) as refused:
        parse(QueryParams(scope_q=scope_q), expand)
    assert refused.value.field == "scopeQ"
    assert refused.value.cure


def test_ids_and_patterns() -> None:
    """Clause 5.7.2.4: one of the ids, and the pattern."""
    assert selects(QueryParams(ids="urn:x:2,urn:x:1"))
    assert selects(QueryParams(ids=("urn:x:1",), id_pattern="^urn:x:[0-9]$"))
    assert not selects(QueryParams(ids="urn:x:2"))
    assert not selects(QueryParams(id_pattern="^urn:y"))
    assert selects(QueryParams(id_pattern=":1"))
    for ids in ("", "x", "urn:x:1,,", "urn:x y", ("urn:x:1", "nothing")):
        with pytest.raises(BadRequestData) as refused:
            parse(QueryParams(ids=ids), expand)
        assert refused.value.field == "id"


def test_attribute_lists_ask_for_one_of_them() -> None:
    """Clause 5.7.2.4: the entity has at least one of the attributes."""
    assert selects(QueryParams(attrs=("a", "b")), b=prop(1))
    assert not selects(QueryParams(attrs=("a", "b")), c=prop(1))


@pytest.mark.parametrize("name", ["", "a b", "9a", "a;b", "<a>", "a[b]"])
def test_attribute_names_are_names(name: str) -> None:
    """Clause 4.6.2, in attrs and geoproperty."""
    for params in (QueryParams(attrs=(name,)), QueryParams(geo=GeoParams("within", "Point", [1, 2], name))):
        with pytest.raises(BadRequestData) as refused:
            parse(params, expand)
        assert refused.value.field in ("attrs", "geoproperty")


def test_all_parameters_together() -> None:
    """Clause 5.7.2.4: what is given is a conjunction."""
    params = QueryParams(type="Home", attrs=("a",), q="a>1", id_pattern="^urn", scope_q="/M/#")
    assert selects(params, a=prop(2), scope=["/M/N"])
    assert not selects(params, a=prop(1), scope=["/M/N"])
    assert not selects(params, a=prop(2), scope=["/N"])
    assert not selects(params, types=("Shop",), a=prop(2), scope=["/M"])
    assert parse(QueryParams(), expand).matches(entity())
