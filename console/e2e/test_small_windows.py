"""At 200 %, with lines set apart, without motion, in a contrast theme: nothing is lost, everything is in reach."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom
from console.e2e.examined import cut, split_when_spaced
from console.e2e.places import arrive, places
from console.e2e.readings import crush
from playwright.sync_api import Browser, expect

#: of 1440 by 900 at 200 %, in CSS pixels
HALF = {"width": 720, "height": 450}


@pytest.fixture
def near(browser: Browser, city: Instance) -> Iterator[ControlRoom]:
    """Somebody who sits close and has set the page to 200 %. Maps are drawn elsewhere."""
    context = browser.new_context(viewport=HALF, locale="en-GB", reduced_motion="reduce")  # type: ignore[arg-type]
    context.route(re.compile(r"/assets/GlMap-"), lambda route: route.abort())
    room = ControlRoom(context.new_page(), city, [])
    room.sign_in()
    yield room
    context.close()


def test_every_page_at_two_hundred_per_cent(near: ControlRoom, city: Instance) -> None:
    room, page = near, near.page
    hall = crush(city)
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
        if place.board == "oversight":
            continue
        arrive(room, place)
        found += [f"{place.path}: {words}" for words in cut(page)]
        found += [f"{place.path}, spaced: {words}" for words in split_when_spaced(page)]
    assert found == []
