"""An analyst and the forecasts: a series chosen by keys, what is usual, two series related, a result kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom
from console.e2e.examined import flaws, small
from console.e2e.offices import Administration, somebody
from playwright.sync_api import Browser, expect

WORKED_OUT_MS = 60_000


@pytest.fixture
def analyst(seat: ControlRoom, city: Instance, browser: Browser) -> Iterator[ControlRoom]:
    """A new analyst of the police before the page of forecasts."""
    seat.go("Admin")
    name = f"ida-{uuid4().hex[:6]}"
    password = Administration(seat).adds_person(name, "Police control room", "analyst")
    with somebody(browser, city, name, password, path="/analysis") as ida:
        yield ida


def chosen(room: ControlRoom, words: str) -> None:
    """By keys: found by words, taken by Enter; the lake of a young city may not have it yet."""
    page = room.page
    page.get_by_role("searchbox").fill(words)
    rows = page.get_by_role("list", name="Series").get_by_role("button")
    again = page.get_by_role("button", name="Read again")

    def there() -> bool:
        if rows.count() == 0 and again.is_enabled():
            again.click()
            page.wait_for_timeout(500)
        return rows.count() == 1

    room.until(f"one series of {words}", there, within_s=60)
    page.get_by_role("searchbox").press("Enter")


def test_usual_hours_a_relation_and_a_result_that_is_kept(analyst: ControlRoom) -> None:
    page = analyst.page
    answer = page.get_by_role("region", name="Analysis")
    worked_out = answer.get_by_text("Worked out in")
    answer.get_by_role("button", name="Usual").click()
    chosen(analyst, "K-05 outflow")
    expect(answer.get_by_role("img", name=re.compile("^Usual: chart of K-05"))).to_be_visible(
        timeout=WORKED_OUT_MS
    )
    expect(answer.get_by_text("Advice", exact=True)).to_be_visible()
    expect(answer.get_by_text(re.compile(r"^Rests on \d"))).to_be_visible()
    answer.get_by_text("The figures").click()
    expect(answer.get_by_role("columnheader", name="days", exact=True)).to_be_visible()

    assert [*flaws(page), *small(page)] == []

    answer.get_by_role("button", name="Relation").click()
    chosen(analyst, "K-06 outflow")
    expect(answer.get_by_role("img", name=re.compile("^Correlation of K-05"))).to_be_visible(
        timeout=WORKED_OUT_MS
    )
    expect(answer).to_contain_text("does not say that one makes the other")

    assert [*flaws(page), *small(page)] == []
    expect(worked_out).to_be_visible()
    answer.get_by_role("button", name="Keep…").click()
    page.get_by_label("Name").fill("K-05 beside K-06")
    page.keyboard.press("Enter")
    expect(answer.get_by_role("status")).to_contain_text("Kept: K-05 beside K-06", timeout=WORKED_OUT_MS)
    side = page.get_by_role("region", name="What is analysed")
    side.get_by_role("button", name=re.compile("^Kept")).click()
    row = side.get_by_role("listitem").filter(has_text="K-05 beside K-06")
    expect(row).to_contain_text("urn:ngsi-ld:SeriesRelation:")
    row.get_by_role("button", name=re.compile("^Put away…")).click()
    row.get_by_role("button", name="Put away, with its entity").click()
    expect(row).to_have_count(0)
