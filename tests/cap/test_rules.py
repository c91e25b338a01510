"""The rules in words: each broken once, from the clause."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cap.samples import EARLIER, SENT, SQUARE, info, message

from tocsin.cap.model import Area, Circle, Corner, Message, Reference, Resource
from tocsin.cap.outline import crosses_itself
from tocsin.cap.rules import faults

REFERS = "3.2.1 references"
POLYGON = ("3.2.4 polygon", "info[1].area[1].polygon")
OFF = Corner(91, 0)
BOW_TIE = (Corner(0, 0), Corner(1, 1), Corner(1, 0), Corner(0, 1), Corner(0, 0))


def area(**more: Any) -> Message:
    return message(infos=(info(areas=(Area(**{"description": "here", **more}),)),))


def said(**more: Any) -> Message:
    return message(infos=(info(**more),))


@pytest.mark.parametrize(
    ("broken", "clause", "field"),
    [
        (message(identifier="a b"), "3.2.1 identifier", "identifier"),
        (message(identifier="a,b"), "3.2.1 identifier", "identifier"),
        (message(sender="<me>"), "3.2.1 sender", "sender"),
        (message(sender="a&b"), "3.2.1 sender", "sender"),
        (message(identifier=""), "3.2.1 identifier", "identifier"),
        (message(identifier="x" * 300), "3.2.1 identifier", "identifier"),
        *(
            (message(msg_type=kind, references=()), REFERS, "references")
            for kind in ("Update", "Cancel", "Ack", "Error")
        ),
        (
            message(references=(Reference("cap@city.example", "W-0002", SENT),)),
            "3.2.1 references",
            "references",
        ),
        (
            message(references=(Reference("s", "i", SENT + timedelta(seconds=1)),)),
            "3.2.1 references",
            "references",
        ),
        (message(references=(EARLIER,) * 201), REFERS, "references"),
        (message(scope="Private"), "3.2.1 addresses", "addresses"),
        (message(scope="Restricted"), "3.2.1 restriction", "restriction"),
        (said(expires=SENT), "3.2.2 expires", "info[1].expires"),
        (said(effective=None, expires=SENT - timedelta(1)), "3.2.2 expires", "info[1].expires"),
        (said(onset=SENT + timedelta(days=1)), "3.2.2 onset", "info[1].onset"),
        (said(language="e n"), "3.2.2 language", "info[1].language"),
        (said(language="toolonglanguage"), "3.2.2 language", "info[1].language"),
        (said(event=" "), "3.2.2 event", "info[1].event"),
        (said(headline="a\u0085b"), "3.3.3", "info[1].headline"),
        (said(instruction="go \u202eaway"), "3.3.3", "info[1].instruction"),
        (said(resources=(Resource("m", "a/b", digest="zz"),)), "3.2.3 digest", "info[1].resource.digest"),
        (said(resources=(Resource("m", "a/b", size=-1),)), "3.2.3 size", "info[1].resource.size"),
        (area(polygons=(SQUARE[:3],)), *POLYGON),
        (area(polygons=(SQUARE[:4],)), *POLYGON),
        (area(polygons=(BOW_TIE,)), *POLYGON),
        (
            area(polygons=((Corner(91, 0), *SQUARE[1:4], Corner(91, 0)),)),
            "3.2.4 polygon",
            "info[1].area[1].polygon",
        ),
        (area(polygons=((Corner(float("nan"), 0),) * 4,)), *POLYGON),
        (area(polygons=((Corner(1, 1),) * 5001,)), *POLYGON),
        (area(circles=(Circle(45, 200, 1),)), "3.2.4 circle", "info[1].area[1].circle"),
        (area(circles=(Circle(45, 11, -1),)), "3.2.4 circle", "info[1].area[1].circle"),
        (area(circles=(Circle(45, 11, float("inf")),)), "3.2.4 circle", "info[1].area[1].circle"),
        (area(ceiling=5.0), "3.2.4 ceiling", "info[1].area[1].ceiling"),
        (area(description=" "), "3.2.4 areaDesc", "info[1].area[1].areaDesc"),
        (area(polygons=(SQUARE * 990 + (SQUARE[0],),) * 5), "3.2.4 polygon", "polygon"),
    ],
)
def test_each_rule_names_its_clause(broken: Message, clause: str, field: str) -> None:
    found = [(fault.clause, fault.field) for fault in faults(broken)]
    assert (clause, field) in found
    assert all(fault.cure and "CAP 1.2" in fault.message for fault in faults(broken))


def test_what_is_right_breaks_none() -> None:
    assert list(faults(message())) == []
    assert list(faults(message(msg_type="Alert", references=()))) == []
    assert list(faults(area(circles=(Circle(-16.0, -173.2, 0.0),)))) == []


def closed(*pairs: tuple[float, float]) -> tuple[Corner, ...]:
    return tuple(Corner(*pair) for pair in (*pairs, pairs[0]))


@pytest.mark.parametrize(
    ("ring", "crossed"),
    [
        (closed((0, 0), (0, 1), (1, 1), (1, 0)), False),
        (closed((0, 0), (0, 2), (1, 1), (2, 2), (2, 0)), False),  # a notch
        (closed((0, 0), (1, 1), (1, 0), (0, 1)), True),
        (closed((0, 0), (0, 4), (4, 4), (4, 0), (2, 5)), True),
        (closed((0, 0), (0, 2), (0, 1), (2, 1)), True),  # runs back over itself
        (closed((0, 0), (0, 1), (0, 2), (2, 2)), False),  # a corner on a straight side
        (closed((0, 0), (0, 1), (0, 1), (1, 1)), False),  # a corner twice in a row
        (closed((0, 0), (2, 0), (2, 2), (1, 0), (0, 2)), True),  # touches a side from within
    ],
)
def test_outlines(ring: tuple[Corner, ...], crossed: bool) -> None:
    assert (crosses_itself(ring) is not None) is crossed


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9, unique=True))
def test_against_every_pair_of_sides(points: list[tuple[int, int]]) -> None:
    """The same answer as exact arithmetic on every pair of sides, one after another."""
    ring = closed(*((float(y), float(x)) for x, y in points))
    assert (crosses_itself(ring) is not None) is _slow(points)


def _slow(points: list[tuple[int, int]]) -> bool:
    n = len(points)
    sides = [(points[i], points[(i + 1) % n]) for i in range(n)]

    def turn(p: tuple[int, int], q: tuple[int, int], r: tuple[int, int]) -> int:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    def on(p: tuple[int, int], q: tuple[int, int], r: tuple[int, int]) -> bool:
        return (
            turn(p, q, r) == 0
            and min(p[0], q[0]) <= r[0] <= max(p[0], q[0])
            and min(p[1], q[1]) <= r[1] <= max(p[1], q[1])
        )

    for i in range(n):
        for j in range(i + 1, n):
            (a, b), (c, d) = sides[i], sides[j]
            if j == i + 1 or (i == 0 and j == n - 1):
                one, two = ((a, d), b) if j == i + 1 else ((c, b), a)
                far_a, far_b = one
                if turn(far_a, two, far_b) == 0 and (on(far_a, two, far_b) or on(two, far_b, far_a)):
                    return True
                continue
            proper = turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0
            if proper or on(a, b, c) or on(a, b, d) or on(c, d, a) or on(c, d, b):
                return True
    return False
