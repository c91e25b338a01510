"""Entities and queries of a small world, in which things meet often."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from tests.ngsi.query.city import entity

from tocsin.ngsi.query import GeoParams, QueryParams

NAMES = st.sampled_from(["a", "b", "c"])
TYPES = st.sampled_from(["S", "T", "U"])
URIS = st.sampled_from(["urn:x:1", "urn:x:2", "urn:x:3"])
MOMENTS = st.sampled_from(
    ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00.5Z", "2020-01-01T00:00:00,25Z", "2021-01-01T00:00:00Z"]
)
DAYS = st.sampled_from(["2020-01-01", "2021-01-01"])
TIMES = st.sampled_from(["10:00:00Z", "10:00:00.5Z", "11:00:00Z"])
NUMBERS: st.SearchStrategy[Any] = st.one_of(
    st.integers(-3, 6),
    st.floats(-3, 6),
    st.sampled_from([2**53 - 1, 2**53, 2**53 + 1, float(2**53), 1e308, -1e308]),
)
WORDS = st.sampled_from(["red", "green", "re", "", "é", "~", "2020"])
SCALARS: st.SearchStrategy[Any] = st.one_of(NUMBERS, WORDS, st.booleans(), URIS, MOMENTS, DAYS, TIMES)
VALUES: st.SearchStrategy[Any] = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.none(),
    st.dictionaries(st.sampled_from(["m", "n"]), SCALARS, max_size=2),
    MOMENTS.map(lambda at: {"@type": "DateTime", "@value": at}),
)


def _instance(kind: str, member: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"type": st.just(kind), member: values},
        optional={"observedAt": MOMENTS, "datasetId": URIS, "unitCode": st.just("CEL")},
    )


ATTRIBUTES = st.one_of(
    _instance("Property", "value", VALUES),
    _instance("Relationship", "object", st.one_of(URIS, st.lists(URIS, min_size=1, max_size=2))),
    _instance(
        "LanguageProperty", "languageMap", st.dictionaries(st.sampled_from(["en", "fr"]), WORDS, max_size=2)
    ),
    _instance("VocabProperty", "vocab", st.one_of(URIS, st.lists(URIS, min_size=1, max_size=2))),
    _instance("JsonProperty", "json", VALUES),
    _instance("ListProperty", "valueList", st.lists(SCALARS, max_size=3)),
    _instance("ListRelationship", "objectList", st.lists(URIS.map(lambda u: {"object": u}), max_size=2)),
)
POSITIONS = st.tuples(
    st.sampled_from([-180, -179.5, -1, 0, 0.5, 1, 179.5, 180]), st.sampled_from([-1, 0, 0.5, 1])
).map(list)
GEOMETRIES = st.one_of(
    POSITIONS.map(lambda at: {"type": "Point", "coordinates": at}),
    st.tuples(POSITIONS, POSITIONS).map(lambda ends: {"type": "LineString", "coordinates": list(ends)}),
    POSITIONS.map(
        lambda p: {
            "type": "Polygon",
            "coordinates": [[p, [p[0] + 1, p[1]], [p[0] + 1, p[1] + 1], [p[0], p[1] + 1], p]],
        }
    ),
)


@st.composite
def entities(draw: st.DrawFn) -> dict[str, Any]:
    attributes: dict[str, Any] = draw(
        st.dictionaries(NAMES, st.lists(ATTRIBUTES, min_size=1, max_size=2), max_size=3)
    )
    if draw(st.booleans()):
        attributes["location"] = [{"type": "GeoProperty", "value": draw(GEOMETRIES)}]
    types = tuple(draw(st.lists(TYPES, min_size=1, max_size=2, unique=True)))
    return entity(draw(URIS), types, **attributes)


def _quoted(text: str) -> str:
    return f'"{text}"'


LITERALS = st.one_of(
    NUMBERS.map(repr),
    WORDS.map(_quoted),
    URIS,
    MOMENTS,
    DAYS,
    TIMES,
    MOMENTS.map(_quoted),
    st.sampled_from(["true", "false"]),
)
ORDERED = st.one_of(NUMBERS.map(repr), WORDS.map(_quoted), MOMENTS, DAYS, TIMES)
SAME_KIND = st.one_of(
    *(st.tuples(kind, kind) for kind in (NUMBERS.map(repr), WORDS.map(_quoted), MOMENTS, DAYS, TIMES))
)
PATHS = st.one_of(
    NAMES, NAMES, NAMES, st.sampled_from(["a.observedAt", "b[m]", "c[en]", "a.b", "createdAt", "a[*]"])
)
EQUALS = st.sampled_from(["==", "==", "!="])
TERMS = st.one_of(
    PATHS,
    st.tuples(PATHS, EQUALS, LITERALS).map("".join),
    st.tuples(PATHS, EQUALS, st.lists(LITERALS, min_size=2, max_size=3).map(",".join)).map("".join),
    st.tuples(PATHS, EQUALS, SAME_KIND.map("..".join)).map("".join),
    st.tuples(PATHS, st.sampled_from([">", ">=", "<", "<="]), ORDERED).map("".join),
    st.tuples(PATHS, st.sampled_from(["~=", "!~="]), st.sampled_from(["^re", "e", '"2|n$"'])).map("".join),
)
QS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + ";".join(parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + "|".join(parts) + ")"),
    ),
    max_leaves=5,
)
GEOS = st.builds(
    GeoParams,
    st.sampled_from(
        [
            "within",
            "intersects",
            "contains",
            "overlaps",
            "equals",
            "disjoint",
            "near;maxDistance==120000",
            "near;minDistance==120000",
        ]
    ),
    st.just("Point"),
    POSITIONS,
) | st.builds(
    lambda georel, west: GeoParams(
        georel, "Polygon", [[[west, -2], [west + 2, -2], [west + 2, 2], [west, 2], [west, -2]]]
    ),
    st.sampled_from(["within", "intersects", "overlaps", "disjoint", "near;maxDistance==120000"]),
    st.sampled_from([-181, -1, 0, 178, 179, 180]),
)
EVERYTHING = st.builds(
    QueryParams,
    ids=st.none() | st.lists(URIS, min_size=1, max_size=2).map(tuple),
    id_pattern=st.none() | st.sampled_from(["1$", "^urn"]),
    type=st.none() | st.sampled_from(["S", "S,T", "(S;T)", "(S;T)|U", "*"]),
    attrs=st.none() | st.lists(NAMES, min_size=1, max_size=2).map(tuple),
    q=st.none() | QS,
    geo=st.none() | GEOS,
    expand_values=st.sampled_from([(), ("a",)]),
)
#: mostly of one parameter, for a conjunction of all seldom matches
QUERIES = st.one_of(
    EVERYTHING,
    QS.map(lambda q: QueryParams(q=q)),
    st.builds(QueryParams, q=QS, type=st.sampled_from([None, "S,T", "*"])),
    GEOS.map(lambda geo: QueryParams(geo=geo)),
)
