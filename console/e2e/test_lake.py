"""An analyst and the lake: a series found and drawn, SQL by keys alone, kept, opened again, taken away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom
from console.e2e.examined import cut, flaws, lost_focus, small, split_when_spaced, watch_focus
from console.e2e.lake import LakePage
from console.e2e.offices import Administration, somebody
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.timeout(240)
COUNTER = "urn:ngsi-ld:ItemFlowObserved:K-05"
MOST_TABS = 40


@pytest.fixture
def analyst(seat: ControlRoom, city: Instance, browser: Browser) -> Iterator[ControlRoom]:
    """A new analyst of the police, at a machine of their own, before the lake."""
    seat.go("Admin")
    name = f"eva-{uuid4().hex[:6]}"
    password = Administration(seat).adds_person(name, "Police control room", "analyst")
    with somebody(browser, city, name, password, path="/lake") as eva:
        yield eva


def test_a_series_is_found_asked_and_drawn(analyst: ControlRoom) -> None:
    lake = LakePage(analyst)
    found = lake.series("K-05 outflow")
    expect(found).to_contain_text("%")
    found.click()
    expect(lake.sql).to_have_value(re.compile(rf"entity = '{COUNTER}'"))
    expect(lake.answer.get_by_role("img", name=re.compile("^Line chart of value"))).to_be_visible()
    # what it is, beside it
    expect(lake.holds.get_by_role("definition").first).not_to_be_empty()
    lake.shows("Table")
    expect(lake.answer.get_by_role("columnheader", name="observed_at")).to_be_visible()
    lake.finds("no such thing")
    expect(lake.holds.get_by_text("No series fits these words.")).to_be_visible()


def test_a_question_by_keyboard_alone_kept_opened_and_taken_away(analyst: ControlRoom) -> None:
    lake, page = LakePage(analyst), analyst.page
    watch_focus(page)
    for _ in range(MOST_TABS):
        analyst.press("Tab")
        if lake.sql.evaluate("field => field === document.activeElement"):
            break
    expect(lake.sql).to_be_focused()
    analyst.type(
        "SELECT type, count(*) AS n\nFROM observations\nWHERE day >= current_date - 1\nGROUP BY type"
    )
    lake.runs()
    lake.told(re.compile(r"^\d+ × 2, "))
    # the field lets the Tab key go, as every field does
    analyst.press("Tab")
    expect(lake.sql).not_to_be_focused()
    name = f"Readings by type {uuid4().hex[:4]}"
    lake.save_as(name, share=True)
    expect(page).to_have_url(re.compile(r"/lake/[0-9a-f]{16}$"))
    lake.shows("Chart")
    expect(lake.answer.get_by_role("list", name="Bars of n")).to_be_visible()
    lake.asks("SELECT 1 AS one")
    lake.told(re.compile("^1 × 1, "))
    expect(lake.question.get_by_text("changed", exact=True)).to_be_visible()
    lake.opens(name)
    expect(lake.sql).to_have_value(re.compile("^SELECT type, count"))
    # by its address, in another window, it is there and was asked
    again = analyst.beside()
    again.open(page.url.removeprefix(analyst.url))
    other = LakePage(again)
    other.told(re.compile(r"^\d+ × 2, "))
    again.page.close()
    lake.saved(name).get_by_role("button", name="Rename…").click()
    form = analyst.form("Rename this query")
    form.get_by_label("Name").fill(f"{name}, anew")
    analyst.press("Enter")
    expect(form).to_be_hidden()
    expect(lake.saved(f"{name}, anew")).to_contain_text("the room sees it")
    taken = lake.takes_away("CSV").read_text().splitlines()
    assert taken[0] == "type,n"
    assert any(line.startswith("ItemFlowObserved,") for line in taken)
    assert lake.takes_away("Parquet").read_bytes()[:4] == b"PAR1"
    lake.saved(name).get_by_role("button", name="Delete…").click()
    lake.saved(name).get_by_role("button", name="Delete", exact=True).click()
    expect(lake.saved(name)).to_have_count(0)
    assert lost_focus(page) == []


def test_ten_thousand_rows_scroll_as_ten_do(analyst: ControlRoom) -> None:
    lake = LakePage(analyst)
    lake.asks("SELECT range AS n, 'row ' || range AS words FROM range(50000)")
    lake.told("10,000 × 2")
    expect(lake.answer).to_contain_text("The first 10,000 rows; there are more.")
    box = lake.answer.get_by_role("region", name="Rows of the answer")
    assert box.locator("tr").count() < 80, "what is not seen is not in the page"
    box.focus()
    analyst.press("End")
    expect(lake.row(10_000)).to_contain_text("row 9999")
    assert box.locator("tr").count() < 80


def test_a_bad_question_says_where_and_what_helps(analyst: ControlRoom) -> None:
    lake = LakePage(analyst)
    lake.asks("SELECT day, entity\nFROM observation\nLIMIT 1")
    wrong = lake.answer.get_by_role("alert")
    expect(wrong).to_contain_text("line 2, column 6")
    expect(wrong).to_contain_text("What helps: read from attributes, observations")
    lake.answer.get_by_role("button", name="Go to line 2, column 6").click()
    expect(lake.sql).to_be_focused()
    caret = lake.sql.evaluate("field => field.selectionStart")
    assert caret == len("SELECT day, entity\nFROM ")
    lake.asks("DROP TABLE observations")
    expect(wrong).to_contain_text("the lake is read only")


def test_a_long_question_can_be_left(analyst: ControlRoom) -> None:
    lake = LakePage(analyst)
    lake.asks("SELECT count(*) FROM range(100000) a, range(100000) b")
    expect(lake.question.get_by_role("button", name="Stop")).to_be_visible()
    analyst.press("Escape")
    lake.told("Stopped")
    lake.asks("SELECT 1 AS one")
    lake.told("1 × 1")


def test_time_travel_and_what_was_asked_before(analyst: ControlRoom) -> None:
    lake = LakePage(analyst)
    analyst.page.get_by_label("As it was at, UTC").fill("2020-01-01T00:00:00")
    lake.asks("SELECT entity FROM observations LIMIT 5")
    lake.told("0 × 1")
    expect(lake.answer).to_contain_text("as of 2020-01-01 00:00:00 UTC")
    expect(lake.answer).to_contain_text("Later readings are not in it.")
    analyst.page.get_by_label("As it was at, UTC").fill("")
    lake.runs()
    lake.told("5 × 1")
    lake.part("Asked before")
    expect(lake.holds.get_by_role("list", name="Asked before").get_by_role("listitem")).to_have_count(1)
    lake.holds.get_by_role("button", name="Forget all").click()
    expect(lake.holds).to_contain_text("Nothing was asked yet.")


def test_the_page_is_open_to_all_readers(analyst: ControlRoom) -> None:
    analyst.page.emulate_media(reduced_motion="reduce")
    lake = LakePage(analyst)
    found = []
    for part in ("Tables", "Saved", "Asked before", "Series"):
        lake.part(part)
        found += [f"{part}: {words}" for words in (*flaws(analyst.page), *small(analyst.page))]
    lake.series("K-05 outflow").click()
    expect(lake.answer.get_by_role("img")).to_be_visible()
    found += [f"chart: {words}" for words in (*flaws(analyst.page), *small(analyst.page))]
    lake.asks("SELECT type, count(*) AS n FROM observations GROUP BY type")
    lake.told(" × 2")
    found += [f"bars: {words}" for words in (*flaws(analyst.page), *small(analyst.page))]
    lake.shows("Table")
    found += [f"table: {words}" for words in (*flaws(analyst.page), *small(analyst.page))]
    lake.asks("SELEC 1")
    expect(lake.answer.get_by_role("alert")).to_be_visible()
    found += [f"refused: {words}" for words in (*flaws(analyst.page), *small(analyst.page))]
    lake.question.get_by_role("button", name="Save as…").click()
    found += [f"save: {words}" for words in (*flaws(analyst.page), *small(analyst.page))]
    assert found == []


def test_all_of_it_is_in_reach_at_two_hundred_per_cent(analyst: ControlRoom) -> None:
    page, found = analyst.page, []
    page.set_viewport_size({"width": 720, "height": 450})
    lake = LakePage(analyst)
    lake.series("K-05 outflow").click()
    expect(lake.answer.get_by_role("img")).to_be_visible()
    for view in ("Chart", "Table"):
        lake.shows(view)
        found += [f"{view}: {words}" for words in (*cut(page), *split_when_spaced(page))]
    assert found == []
    lake.asks("SELECT range AS n FROM range(2000)")
    lake.told("2,000 × 1")
    box = lake.answer.get_by_role("region", name="Rows of the answer")
    assert box.locator("tr").count() < 80, "a box of its own, not two thousand rows of page"


def test_an_operator_does_not_see_the_page(seat: ControlRoom) -> None:
    seat.page.get_by_role("navigation", name="Boards").get_by_text("More", exact=True).click()
    expect(seat.leads_to("Quarantine")).to_be_visible()
    expect(seat.leads_to("Lake")).to_have_count(0)
    seat.open("/lake")
    expect(seat.page.get_by_role("main")).to_contain_text("for those who may ask the lake")
    expect(seat.page.get_by_label("SQL, one SELECT")).to_have_count(0)
