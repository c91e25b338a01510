"""Every page and sheet before axe, in both themes, and every target measured: WCAG 2.2 AA."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom, window
from console.e2e.examined import flaws, small
from console.e2e.offices import Administration, somebody
from console.e2e.phone import Phone
from console.e2e.places import Place, arrive, boards, places
from console.e2e.readings import crush, misunderstood
from console.e2e.test_field import asked, sent_out
from playwright.sync_api import Browser, Page, expect


@pytest.fixture
def still(request: pytest.FixtureRequest, browser: Browser, city: Instance) -> Iterator[ControlRoom]:
    """A seat whose colours change at once: what is measured is never half way."""
    mapped = request.node.get_closest_marker("map") is not None
    context = window(browser, map_drawn=mapped, reduced_motion="reduce")
    room = ControlRoom(context.new_page(), city, [])
    room.sign_in()
    yield room
    context.close()


#: boards that only one role opens; the others are open to whoever runs the demonstration
OFFICES = {"oversight": "ethics officer", "lake": "ethics officer", "analysis": "ethics officer"}


def told(place: str, page: Page) -> list[str]:
    return [f"{place}: {words}" for words in (*flaws(page), *small(page))]


#: title of a sheet, and what opens it from the page that is before us
SHEETS_OF_AN_ALERT: dict[str, Callable[[ControlRoom], None]] = {
    "Keys and settings": lambda room: room.press("?"),
    "Reject this alert": lambda room: room.action("Reject…").click(),
    "Shelve this alert": lambda room: room.action("Shelve…").click(),
    "Open an incident, or join one": lambda room: room.action("Incident…").click(),
}
SHEETS_OF_AN_INCIDENT: dict[str, Callable[[ControlRoom], None]] = {
    "Reports of this incident": lambda room: room.page.get_by_role("button", name="Reports").click(),
    "More actions": lambda room: room.page.get_by_role("button", name="More…").click(),
    "Close this incident": lambda room: room.page.get_by_role("button", name="Close incident…").click(),
    "Share INC-": lambda room: room.press("h"),
}


def sheets(room: ControlRoom, where: str, opened: dict[str, Callable[[ControlRoom], None]]) -> list[str]:
    found = []
    for title, opens in opened.items():
        opens(room)
        expect(room.form(title)).to_be_visible()
        found += told(f"{where}, {title}", room.page)
        room.press("Escape")
        expect(room.form(title)).to_be_hidden()
    return found


@pytest.mark.map
@pytest.mark.timeout(300)
def test_the_queue_an_incident_and_their_sheets(still: ControlRoom, city: Instance) -> None:
    room, page = still, still.page
    alert = crush(city)
    room.take(alert)
    found = sheets(room, "operator", SHEETS_OF_AN_ALERT)
    room.press("o")
    expect(page.get_by_role("dialog", name="Objects on the map")).to_be_visible()
    found += told("operator, objects", page)
    room.press("Escape")
    room.look_back(minutes=2)
    found += told("operator, looking back", page)
    room.press("Home")
    expect(room.past).to_be_hidden()
    title = f"Hall {alert} examined"
    room.open_incident(title)
    room.action("Incident").click()
    found += told("incident", page)
    found += sheets(room, "incident", SHEETS_OF_AN_INCIDENT)
    assert found == []


@pytest.mark.timeout(300)
def test_every_page_of_the_console(still: ControlRoom, city: Instance, browser: Browser) -> None:
    room, page = still, still.page
    halls = [crush(city), crush(city)]
    misunderstood(city, "Counter of another make")
    for hall in halls:
        room.take(hall)
        room.open_incident(f"Hall {hall} examined")
    room.action("Incident").click()
    expect(page).to_have_url(re.compile("/incident/INC-"))
    found, visited = [], set()
    for place in places(incident=page.url.rsplit("/", 1)[1], sensor="urn:ngsi-ld:ItemFlowObserved:K-05"):
        visited.add(place.board)
        if place.board in OFFICES:
            continue
        arrive(room, place)
        found += told(f"{place.board} {place.path}", page)
    arrive(room, Place("admin", "/admin", "People and roles"))
    name = f"eva-{uuid4().hex[:6]}"
    password = Administration(room).adds_person(name, "Police control room", OFFICES["oversight"])
    with somebody(browser, city, name, password, path="/oversight") as officer:
        officer.page.emulate_media(reduced_motion="reduce")
        expect(officer.page.get_by_role("region", name="Is the record whole?")).to_be_visible()
        found += told("oversight", officer.page)
        arrive(officer, Place("lake", "/lake", "Question"))
        found += told("lake", officer.page)
        arrive(officer, Place("analysis", "/analysis", "Choose a series"))
        found += told("analysis", officer.page)
    assert visited == boards(), "each page of the console is looked at"
    assert found == []


def test_a_page_that_is_not_examined_is_noticed() -> None:
    known = {place.board for place in places(incident="INC-1", sensor="K-05")}
    assert known == boards()
    assert len(known) > 15


def test_the_door_the_board_being_changed_and_the_public_page(still: ControlRoom) -> None:
    room, page = still, still.page
    arrive(room, Place("boards", "/boards/operator", "Edit"))
    page.get_by_role("button", name="Edit", exact=True).click()
    found = told("board, editing", page)
    page.get_by_role("button", name="Add panel").click()
    found += told("board, add a panel", page)
    room.press("Escape")
    page.get_by_role("button", name=re.compile("^Settings of")).first.click()
    found += told("board, settings of a panel", page)
    room.press("Escape")
    page.get_by_role("button", name="Stop editing").click()
    room.open("/public")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found += told(f"public page, {scheme}", page)
    room.open("/")
    room.sign_out()
    expect(page.get_by_role("form", name="Sign in")).to_be_visible()
    found += told("sign-in", page)
    room.offer("not-the-password")
    expect(page.get_by_role("alert")).to_be_visible()
    found += told("sign-in, refused", page)
    assert found == []


def test_the_field_on_a_phone(still: ControlRoom, browser: Browser, city: Instance) -> None:
    row = next(one for one in city.ready["rooms"] if one["user"] == "responder")
    alert = crush(city)
    _, incident = sent_out(still, alert, f"Hall {alert} by phone")
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        locale="en-GB",
        reduced_motion="reduce",
    )
    phone = Phone(context, city, row)
    phone.sign_in()
    found = told("field", phone.page)
    phone.open(incident)
    found += told("field, task", phone.page)
    phone.press("On my way")
    phone.press("Cannot")
    found += told("field, why", phone.page)
    phone.page.keyboard.press("Escape")
    phone.page.get_by_role("button", name="More").click()
    found += told("field, more", phone.page)
    context.close()
    status, _ = asked(still, "GET", f"/incidents/{incident}")
    assert status == 200
    assert found == []
