"""Clause 4.9: what is a query and what is none, and what is said about what is none."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ngsi.query.city import expand

from tocsin.ngsi.problems import BadRequestData, OperationNotSupported
from tocsin.ngsi.query import QueryParams, parse
from tocsin.ngsi.query.literals import Kind, Literal, Span, day, moment, time_of_day
from tocsin.ngsi.query.q import DEEPEST, LONGEST, MOST_LEVELS, MOST_TERMS, read_q
from tocsin.ngsi.query.tree import And, Link, Node, Or, Path, Term, levels


def number(value: float, written: str) -> Literal:
    return Literal(Kind.NUMBER, value, written)


def text(value: str) -> Literal:
    return Literal(Kind.TEXT, value, value)


TWENTY = Term(Path(("temperature",)), "==", number(20, "20"))


@pytest.mark.parametrize(
    ("q", "tree"),
    [
        ("temperature", Term(Path(("temperature",)))),
        ("temperature==20", TWENTY),
        ('brandName!="Mercedes"', Term(Path(("brandName",)), "!=", text("Mercedes"))),
        (
            'speed>50;brandName!="Mercedes"',
            And(
                (
                    Term(Path(("speed",)), ">", number(50, "50")),
                    Term(Path(("brandName",)), "!=", text("Mercedes")),
                )
            ),
        ),
        (
            '((speed>50|rpm>3000);brandName=="Mercedes")',
            And(
                (
                    Or(
                        (
                            Term(Path(("speed",)), ">", number(50, "50")),
                            Term(Path(("rpm",)), ">", number(3000, "3000")),
                        )
                    ),
                    Term(Path(("brandName",)), "==", text("Mercedes")),
                )
            ),
        ),
        (
            "temperature.observedAt>=2017-12-24T12:00:00Z",
            Term(
                Path(("temperature", "observedAt")),
                ">=",
                Literal(Kind.MOMENT, "2017-12-24T12:00:00.000000", "2017-12-24T12:00:00Z"),
            ),
        ),
        ('address[city]=="Berlin"', Term(Path(("address",), ("city",)), "==", text("Berlin"))),
        (
            "sensor.rawdata[airquality.particulate]==40",
            Term(Path(("sensor", "rawdata"), ("airquality", "particulate")), "==", number(40, "40")),
        ),
        ('color=="black","red"', Term(Path(("color",)), "==", (text("black"), text("red")))),
        ("t==10..20", Term(Path(("t",)), "==", Span(number(10, "10"), number(20, "20")))),
        ('color[en]=="red"', Term(Path(("color",), ("en",)), "==", text("red"))),
        ('color[*]=="red"', Term(Path(("color",), ("*",)), "==", text("red"))),
        ("gender==Male", Term(Path(("gender",)), "==", Literal(Kind.WORD, "Male", "Male"))),
        ("a==true", Term(Path(("a",)), "==", Literal(Kind.TRUTH, True, "true"))),
        ("a<12:30:00Z", Term(Path(("a",)), "<", Literal(Kind.TIME, "12:30:00.000000", "12:30:00Z"))),
        ("a==2020-02-29", Term(Path(("a",)), "==", Literal(Kind.DATE, "2020-02-29", "2020-02-29"))),
        (
            "a==10:00:00,5Z,11:00:00Z",
            Term(
                Path(("a",)),
                "==",
                (
                    Literal(Kind.TIME, "10:00:00.500000", "10:00:00,5Z"),
                    Literal(Kind.TIME, "11:00:00.000000", "11:00:00Z"),
                ),
            ),
        ),
        (
            "a.observedAt==2020-01-01T10:00:00,5Z..2020-01-01T10:00:01,25Z",
            Term(
                Path(("a", "observedAt")),
                "==",
                Span(
                    Literal(Kind.MOMENT, "2020-01-01T10:00:00.500000", "2020-01-01T10:00:00,5Z"),
                    Literal(Kind.MOMENT, "2020-01-01T10:00:01.250000", "2020-01-01T10:00:01,25Z"),
                ),
            ),
        ),
        ("a==-1.5e3", Term(Path(("a",)), "==", number(-1500.0, "-1.5e3"))),
        ("a==9007199254740993", Term(Path(("a",)), "==", number(2**53 + 1, "9007199254740993"))),
        ('a=="say \\"hi\\"; | )"', Term(Path(("a",)), "==", text('say "hi"; | )'))),
        ("a~=^x(1|2);b", And((Term(Path(("a",)), "~=", "^x(1|2)"), Term(Path(("b",)))))),
        ('a!~="x|y"|b', Or((Term(Path(("a",)), "!~=", "x|y"), Term(Path(("b",)))))),
        ("a~=[;|)]+", Term(Path(("a",)), "~=", "[;|)]+")),
        (" temperature == 20 ", TWENTY),
    ],
)
def test_the_clause_reads_as_this_tree(q: str, tree: Node) -> None:
    """Clause 4.9, the grammar and its examples 0 to 12."""
    assert read_q(q) == tree


def test_and_binds_more_than_or() -> None:
    """Clause 4.9: in the absence of associations AND takes precedence over OR."""
    a, b, c = (Term(Path((name,))) for name in "abc")
    assert read_q("a|b;c") == Or((a, And((b, c))))
    assert read_q("(a|b);c") == And((Or((a, b)), c))


@pytest.mark.parametrize(
    ("q", "position", "cure"),
    [
        ("", None, "leave the parameter out"),
        ("   ", None, "leave the parameter out"),
        ("a=1", 2, "one of"),
        ("a==", 4, "a number"),
        ("a==1;", 6, "a letter"),
        ("a==1;;b", 6, "a letter"),
        ("|a", 1, "a letter"),
        ("!a", 1, "a letter"),
        ("1a==2", 1, "a letter"),
        ("a..b==1", 1, "a letter"),
        ("a b", 3, "one of"),
        ("a==x y", 6, "double quotes"),
        ("(a;b", 5, "close the ( of position 1"),
        ("a)", 2, "close as many"),
        ("()", 2, "a letter"),
        ("a>true", 2, "== or !="),
        ("a>1,2", 2, "== or !="),
        ("a<=1..2", 2, "== or !="),
        ("a>urn:x:y", 2, "== or !="),
        ("a==01", 4, "double quotes"),
        ("a==2020-02-30", 4, "double quotes"),
        ("a==1e400", 4, "1.797e308"),
        ("a==-" + "9" * 320, 4, "1.797e308"),
        ('a=="x', 4, "end it by"),
        ('a=="\\x"', 4, "as in JSON"),
        ('a=="\\ud800"', 4, "as in JSON"),
        ('a=="1"..2', None, "two numbers"),
        ("a==true..false", 4, "double quotes"),
        ("a==x..y", 4, "double quotes"),
        ("a[b", 3, "by ]"),
        ("a[]==1", 3, "member names"),
        ("a[b..c]==1", 3, "member names"),
        ("a[b][c]==1", 5, "one pair of brackets"),
        ("a~=", 4, "regular expression"),
        ('a~="x"y', 7, "quote within a pattern"),
        ("id==urn:x:y", 1, "parameter 'id'"),
        ("type==x", 1, "parameter 'type'"),
    ],
)
def test_what_is_none_is_refused_with_place_and_cure(q: str, position: int | None, cure: str) -> None:
    """Clause 5.5.2: a query that does not follow the grammar is BadRequestData."""
    with pytest.raises(BadRequestData) as refused:
        read_q(q)
    assert refused.value.field == "q"
    assert cure in (refused.value.cure or "")
    if position is not None:
        assert f"position {position}:" in refused.value.message


@pytest.mark.parametrize(
    ("q", "path", "deep"),
    [
        ("sensor{humidity}==40", Path(("sensor",), (), Link(Path(("humidity",)))), 1),
        (
            "sensor{Device,Probe:humidity}",
            Path(("sensor",), (), Link(Path(("humidity",)), ("Device", "Probe"))),
            1,
        ),
        ("a{b{c[d]}}==1", Path(("a",), (), Link(Path(("b",), (), Link(Path(("c",), ("d",)))))), 2),
    ],
)
def test_linked_entities(q: str, path: Path, deep: int) -> None:
    """Clause 4.9, examples 13 and 14."""
    tree = read_q(q)
    assert isinstance(tree, Term)
    assert (tree.path, levels(tree)) == (path, deep)


def test_linked_entities_are_asked_for_as_far_as_they_are_joined() -> None:
    """Clause 5.7.2.4; where nobody can look them up, they are refused by name."""
    with pytest.raises(OperationNotSupported, match="linked entities"):
        parse(QueryParams(q="a==1;sensor{Device:humidity}==40", levels=1), str)
    with pytest.raises(BadRequestData, match="follows 2 relationships, 1 are joined"):
        parse(QueryParams(q="a{b{c}}", levels=1), str, lambda _: None)
    parse(QueryParams(q="a{b{c}}", levels=2), str, lambda _: None)


@pytest.mark.parametrize("q", ["a{b", "a{}", "a{b}c", "a{b}{c}", "a{b{c{d{e{f{g}}}}}}==1"])
def test_a_path_to_linked_entities_that_is_none(q: str) -> None:
    with pytest.raises(BadRequestData, match="position"):
        read_q(q)


@pytest.mark.parametrize(
    "q",
    [
        "a==" + "1" * 100_000,
        'a=="' + "x" * 100_000 + '"',
        "(" * 100_000,
        "(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1),
        ";".join(["a"] * (MOST_TERMS + 1)),
        "a~=" + "(x+x+)+" * 2_000,
        "a" * (LONGEST + 1),
        "a==\ud800",
    ],
)
def test_hostile_queries_end_at_once(q: str) -> None:
    """Deep, long and broken text is BadRequestData, in no time."""
    began = time.process_time()
    with pytest.raises(BadRequestData):
        parse(QueryParams(q=q), expand)
    assert time.process_time() - began < 1.0


def test_the_deepest_that_is_allowed_is_read() -> None:
    assert str(read_q("(" * DEEPEST + "a" + ")" * DEEPEST)) == "a"


@pytest.mark.parametrize("pattern", ["(", "(?=x)", r"(x)\1", "a{1001}", "x\\", "((a{100}){100}){100}"])
def test_patterns_that_cannot_be_matched_in_linear_time_are_refused(pattern: str) -> None:
    """A pattern of RE2 it must be (docs/adr/0014)."""
    with pytest.raises(BadRequestData) as refused:
        parse(QueryParams(q=f'a~="{pattern}"'), expand)
    assert refused.value.cure
    with pytest.raises(BadRequestData) as refused:
        parse(QueryParams(id_pattern=pattern), expand)
    assert refused.value.field == "idPattern"


# -- round trip: str() of a tree reads back as the same tree

NAMES = st.from_regex(r"[a-zé][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda n: n not in ("id", "type", "scope")
)
NUMBERS = st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False)).map(
    lambda n: number(n, repr(n))
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12).map(text)
MOMENTS = st.datetimes().map(lambda d: f"{d:%H:%M:%S.%f}Z").map(lambda t: "2020-05-17T" + t)
MOMENT_LITERALS = MOMENTS.map(lambda m: Literal(Kind.MOMENT, moment(m) or "", m))
DATES = st.dates().map(lambda d: d.isoformat()).map(lambda d: Literal(Kind.DATE, day(d) or "", d))
TIMES = st.times().map(lambda t: f"{t:%H:%M:%S}Z").map(lambda t: Literal(Kind.TIME, time_of_day(t) or "", t))
URIS = st.from_regex(r"urn:[a-z]{1,5}:[a-zA-Z0-9._~/?#@!$&'*+=:-]{1,9}", fullmatch=True)
WORDS = URIS.map(lambda u: Literal(Kind.WORD, u, u))
TRUTHS = st.booleans().map(lambda b: Literal(Kind.TRUTH, b, str(b).lower()))
ORDERED = st.one_of(NUMBERS, TEXTS, MOMENT_LITERALS, DATES, TIMES)
LITERALS = st.one_of(ORDERED, WORDS, TRUTHS)
SPANS = st.one_of(*(st.builds(Span, kind, kind) for kind in (NUMBERS, TEXTS, MOMENT_LITERALS, DATES, TIMES)))
LISTS = st.lists(LITERALS, min_size=2, max_size=4).map(tuple)


def no_prefix_in(path: Path) -> bool:
    """Within braces a prefix would be read as a type."""
    return path.link is None or (":" not in path.link.path.names[0] and no_prefix_in(path.link.path))


SEVERAL = st.lists(NAMES, min_size=1, max_size=3).map(tuple)
PLAIN_PATHS = st.builds(Path, SEVERAL, st.one_of(st.just(()), SEVERAL), st.none())
#: types behind a brace are no names with a prefix
TYPES = st.lists(NAMES.filter(lambda name: ":" not in name), max_size=2).map(tuple)
PATHS = st.recursive(
    PLAIN_PATHS,
    lambda inner: st.builds(Path, SEVERAL, st.just(()), st.builds(Link, inner, TYPES)),
    max_leaves=MOST_LEVELS,
).filter(lambda path: path.levels <= MOST_LEVELS and no_prefix_in(path))
PATTERNS = st.from_regex(r"([a-z\";|.()*+]|\\[dw.]){1,9}", fullmatch=True)
TERMS: st.SearchStrategy[Node] = st.one_of(
    st.builds(Term, PATHS),
    st.builds(Term, PATHS, st.sampled_from(["==", "!="]), st.one_of(LITERALS, SPANS, LISTS)),
    st.builds(Term, PATHS, st.sampled_from([">", ">=", "<", "<="]), ORDERED),
    st.builds(Term, PATHS, st.sampled_from(["~=", "!~="]), PATTERNS),
)


def joined(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    parts = st.lists(nodes, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(And, parts), st.builds(Or, parts))


TREES = st.recursive(TERMS, joined, max_leaves=8)


@settings(deadline=None)
@given(TREES)
def test_what_is_written_reads_back(tree: Node) -> None:
    """Whatever the grammar can say survives being written and read."""
    assert read_q(str(tree)) == tree


@settings(deadline=None)
@given(st.text(st.sampled_from('ab.[]{}()=!<>~;|,"\\ 10-:TZé*'), max_size=30))
def test_any_text_is_a_query_or_refused(q: str) -> None:
    """Nothing but the two refusals of the specification comes out, whatever goes in."""
    with contextlib.suppress(BadRequestData, OperationNotSupported):
        parse(QueryParams(q=q), expand)
