"""The page of an evacuation plan: a real plan of the demonstration's square, under a plume."""

from __future__ import annotations

from dataclasses import replace as replaced
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from tests.api.door import at
from tests.reports.test_printing import printed
from tests.reports.values import frame, one

from tocsin.kernel.advice import Consultation, Surroundings
from tocsin.kernel.decisions import Mark
from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Advice
from tocsin.kernel.languages import LANGUAGES, Language
from tocsin.reports import html
from tocsin.reports.document import Figure, Items, Paragraph, Table
from tocsin.reports.facts import PlanFacts
from tocsin.reports.plan import plan_sheet, read_plan
from tocsin.reports.plan_map import draw_plan
from tocsin.sdk.consult import Given
from tocsin.sdk.discover import discover
from tocsin.sdk.spaces.geojson import read_geojson
from tocsin.tools.evacuation.advisor import Advisor
from tocsin.tools.evacuation.params import Params

PLUME = {
    "kind": "plume", "name": "x", "place": {"type": "Point", "coordinates": [24.94393, 60.17108]},
    "wind_from_deg": 228.0, "wind_mps": 3.1,
}  # fmt: skip
ASKED = Consultation(
    "AD-0003", 3, "INC-001", "evacuation", {"space": "railway-square"}, "rule", "A-04: a bio alarm",
    "given", "accepted", "advice", at(0), at(20), space="railway-square", decided=Mark("kim", at(20), None),
)  # fmt: skip


@cache
def advised() -> Advice:
    square = read_geojson(files("tocsin").joinpath("simulate", "space.geojson").read_text("utf-8"))
    around = Surroundings(at(0), spaces={square.id: msgspec.to_builtins(square)})
    request = {"space": square.id, "crowd": 1500, "threats": [PLUME]}
    context = Given(around, next(t for t in discover().tools if t.id == "evacuation").manifest.consumes)
    return Advisor(Params()).advise(request, context, lambda *_, **__: None)


def facts(**more: Any) -> PlanFacts:
    made = advised()
    return PlanFacts(one(), replace(ASKED, **more), made, draw_plan(read_plan(made.plan), None))


def test_it_says_each_zone_its_words_and_each_exit_its_state() -> None:
    made, plan = plan_sheet(frame(), facts()), read_plan(advised().plan)
    zones, exits = (b for b in made.blocks if isinstance(b, Table))
    assert [row[2] for row in zones.rows] == [i.words["en"] for i in plan.instructions]
    assert len(zones.rows) >= 16
    by_name = {row[0].split("\u00a0")[1]: row for row in exits.rows}
    lost = [e for e in plan.exits if e.state == "threatened"]
    assert lost, "the plume drifts over an exit"
    for gone in lost:
        assert by_name[gone.name][1] == "threatened"
    [told] = [words for term, words in made.facts.rows if term == "All out after"]
    assert "1,500 people" in told
    assert ("State", "IN FORCE since 2026-11-21 18:00:20, by kim") in made.facts.rows
    assert next(b for b in made.blocks if isinstance(b, Items)).items


def test_the_map_numbers_the_exits_as_the_table_does_and_bears_no_words_of_others() -> None:
    [drawn] = [b for b in plan_sheet(frame(), facts()).blocks if isinstance(b, Figure)]
    plan = read_plan(advised().plan)
    for number, exit_ in enumerate(plan.exits, start=1):
        assert f">{number}</text>" in drawn.svg
        assert f"{number}, {exit_.name}" in drawn.alt
        assert exit_.name not in drawn.svg
    crossed = drawn.svg.count("M-7 -7L7 7M-7 7L7 -7")
    assert crossed == sum(e.state != "open" for e in plan.exits)


def test_a_plan_that_is_not_in_force_says_so() -> None:
    rows = dict(plan_sheet(frame(), facts(standing="proposed", decided=None)).facts.rows)
    assert rows["State"].startswith("PROPOSED")
    rows = dict(plan_sheet(frame(), facts(standing="superseded")).facts.rows)
    assert rows["State"].startswith("NOT IN FORCE")


def test_who_cannot_get_out_stands_first() -> None:
    stuck = {"zone": "a", "name": "<b>north</b>", "people": 12.0, "why": "threat"}
    base = facts()
    made = plan_sheet(frame(), PlanFacts(base.incident, base.consultation, with_plan(stuck=[stuck])))
    first = made.blocks[0]
    assert isinstance(first, Paragraph)
    assert first.strong
    assert "12 people of" in first.words
    assert "<b>north" not in html.page(made)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints_whole_on_one_page_in_every_language(language: Language) -> None:
    made = plan_sheet(frame(language=language), facts())
    [page] = printed(made)
    assert made.paper.cut not in page
    assert advised().assumptions[-1][:30] in page, "its last line"


def test_more_than_a_page_holds_is_cut_and_said() -> None:
    made = facts()
    plan = {**made.advice.plan, "instructions": list(made.advice.plan["instructions"]) * 4}
    sheet = plan_sheet(frame(), replaced(made, advice=replace(made.advice, plan=plan)))
    [page] = printed(sheet)
    assert sheet.paper.cut in page


def test_what_is_no_evacuation_plan_is_refused() -> None:
    with pytest.raises(Invalid, match="no evacuation plan"):
        read_plan({"posts": []})


def with_plan(**more: Any) -> Advice:
    made = advised()
    return replace(made, plan=made.plan | more)
