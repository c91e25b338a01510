"""The map, and the list that holds the same in words."""

from __future__ import annotations

import re

import pytest
from console.e2e.driver import ControlRoom
from playwright.sync_api import expect


@pytest.mark.map
def test_layers_are_switched_by_key_and_remembered(seat: ControlRoom) -> None:
    seat.drawn()
    exits = seat.map.get_by_role("button", name=re.compile(r"^Exit \d"))
    expect(exits).to_have_count(8)
    layers = seat.page.get_by_role("group", name="Map layers")
    for layer in ("Density", "Cameras", "Sensors", "Exits"):
        seat.press("l")
        expect(layers.get_by_role("checkbox", name=layer)).to_be_focused()
    seat.press("Space")
    expect(layers.get_by_role("checkbox", name="Exits")).not_to_be_checked()
    expect(exits).to_have_count(0)
    seat.again()
    seat.drawn()
    expect(layers.get_by_role("checkbox", name="Exits")).not_to_be_checked()
    expect(exits).to_have_count(0)


@pytest.mark.map
def test_the_objects_list_says_what_the_map_shows(seat: ControlRoom) -> None:
    listed = seat.form("Objects on the map")
    opener = seat.page.get_by_role("button", name=re.compile("^In view: 8 exits"))
    expect(opener).to_be_visible()
    seat.press("o")
    expect(listed).to_be_visible()
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(listed.get_by_role("row").filter(has_text=re.compile("^K-0"))).to_have_count(8)
    listed.get_by_role("searchbox", name="Find an object").fill("sq-d4")
    row = listed.get_by_role("row").filter(has_text="SQ-D4")
    expect(row).to_contain_text(re.compile(r"Crowd cell.*/m²"))
    expect(listed.get_by_role("row").filter(has_text="K-01")).to_have_count(0)
    seat.press("Escape")
    expect(listed).to_be_hidden()
    seat.press("o")
    listed.get_by_role("button", name=re.compile("^A-01")).click()
    expect(seat.page.get_by_role("region", name="A-01")).to_be_visible()


@pytest.mark.map
def test_zoom_and_whole_scene_by_button(seat: ControlRoom) -> None:
    seat.drawn()
    exit_1 = seat.map.get_by_role("button", name=re.compile("^Exit 1"))
    exit_4 = seat.map.get_by_role("button", name=re.compile("^Exit 4"))

    def apart() -> float:
        one, four = exit_1.bounding_box(), exit_4.bounding_box()
        assert one
        assert four
        return abs(one["x"] - four["x"])

    before = apart()
    seat.page.get_by_role("button", name="Zoom in").click()
    seat.until("further apart", lambda: apart() > 1.3 * before)
    seat.page.get_by_role("button", name="Whole scene").click()
    seat.until("as before", lambda: abs(apart() - before) < 0.2 * before)
    expect(seat.map.get_by_text("© OpenStreetMap contributors, ODbL")).to_be_visible()
