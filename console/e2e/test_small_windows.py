"""At 200 %, with lines set apart, without motion, in a contrast theme: all is in reach."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom, window
from console.e2e.examined import cut, split_when_spaced
from console.e2e.places import arrive, places
from console.e2e.readings import crush, misunderstood
from playwright.sync_api import Browser, expect

#: of 1440 by 900 at 200 %, in CSS pixels
HALF = {"width": 720, "height": 450}


@pytest.fixture
def near(browser: Browser, city: Instance) -> Iterator[ControlRoom]:
    """Somebody who sits close and has set the page to 200 %. Maps are drawn elsewhere."""
    context = window(browser, viewport=HALF, reduced_motion="reduce")
    room = ControlRoom(context.new_page(), city, [])
    room.sign_in()
    yield room
    context.close()


@pytest.mark.timeout(300)
def test_every_page_at_two_hundred_per_cent(near: ControlRoom, city: Instance) -> None:
    room, page = near, near.page
    hall = crush(city)
    misunderstood(city, "Counter of another make")
    room.take(hall)
    for opens, title in (("?", "Keys and settings"), ("i", "Open an incident, or join one")):
        room.press(opens)
        expect(room.form(title)).to_be_visible()
        assert cut(page) == [], title
        assert split_when_spaced(page) == [], title
        room.press("Escape")
    room.open_incident(f"Hall {hall} close by")
    room.action("Incident").click()
    expect(page).to_have_url(re.compile("/incident/INC-"))
    found = []
    for place in places(incident=page.url.rsplit("/", 1)[1], sensor="urn:ngsi-ld:ItemFlowObserved:K-05"):
        # not open to an operator; looked at in specs of their own
        if place.board in ("oversight", "lake", "analysis"):
            continue
        arrive(room, place)
        found += [f"{place.path}: {words}" for words in cut(page)]
        found += [f"{place.path}, spaced: {words}" for words in split_when_spaced(page)]
    assert found == []


def test_nothing_moves_for_who_asked_for_no_motion(still_seat: ControlRoom, city: Instance) -> None:
    room, page = still_seat, still_seat.page
    room.drawn()
    for press in ("Zoom in", "Zoom out", "Whole scene"):
        places_of_a_mark = page.evaluate(_PLACES, press)
        assert len(places_of_a_mark) <= 2, f"{press}: before and after, nothing between"
    assert page.evaluate("document.getAnimations().length") == 0
    times = page.evaluate(
        "(() => { const s = getComputedStyle(document.documentElement);"
        "return ['--fast', '--slow'].map((t) => parseFloat(s.getPropertyValue(t))); })()"
    )
    assert times == [0, 0]
    hall = crush(city)
    room.take(hall)
    assert page.evaluate("document.getAnimations().length") == 0


#: where a way out is drawn, frame by frame, after a button of the map was pressed
_PLACES = """async (name) => {
    const seen = new Set();
    const mark = document.querySelector(".marks .exit");
    seen.add(mark.style.left + mark.style.top);
    document.querySelector(`.zoom [aria-label="${name}"]`).click();
    for (const end = performance.now() + 700; performance.now() < end; ) {
        await new Promise(requestAnimationFrame);
        seen.add(mark.style.left + mark.style.top);
    }
    return [...seen];
}"""


@pytest.fixture
def still_seat(browser: Browser, city: Instance) -> Iterator[ControlRoom]:
    context = window(browser, map_drawn=True, reduced_motion="reduce")
    room = ControlRoom(context.new_page(), city, [])
    room.sign_in()
    yield room
    context.close()


def test_a_contrast_theme_keeps_edges_choice_and_focus(browser: Browser, city: Instance, alert: str) -> None:
    context = window(browser, forced_colors="active")
    room = ControlRoom(context.new_page(), city, [])
    room.sign_in()
    room.take(alert)
    assert room.page.evaluate("matchMedia('(forced-colors: active)').matches")
    style = "(e, name) => getComputedStyle(e)[name]"
    button = room.action("Confirm")
    assert button.evaluate(style, "borderTopStyle") == "solid", "a button has an edge"
    assert room.row(alert).evaluate(style, "outlineStyle") == "solid", "what is chosen is marked by a line"
    button.focus()
    room.press("Shift+Tab")
    assert room.page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    sheet = room.help()
    grounds = [
        sheet.get_by_role("button", name=name, exact=True).evaluate(style, "backgroundColor")
        for name in ("Dark", "Light")
    ]
    assert grounds[0] != grounds[1], "what is pressed differs from what is not"
    # severity is said by shape and word where colour is gone
    assert room.row(alert).locator("svg.sev path").count() == 1
    expect(room.row(alert)).to_contain_text("Critical")
    context.close()
