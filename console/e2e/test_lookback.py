"""Looking back: the same screens as of an earlier moment, and nothing can be done there."""

from __future__ import annotations

import re

from console.e2e.driver import ControlRoom
from playwright.sync_api import expect


def test_looking_back_turns_actions_off_and_end_returns(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    expect(seat.action("Acknowledge")).to_be_enabled()
    # a minute and more ago nobody knew of it
    seat.look_back(100)
    banner = seat.banner("Looking back at")
    expect(banner).to_contain_text(re.compile(r"Looking back at \d\d:\d\d:\d\d EES?T, 1 min \d+ s ago"))
    expect(seat.row(alert)).to_be_hidden()
    handle = seat.page.get_by_role("slider", name="Look-back handle")
    expect(handle).to_have_attribute("aria-valuetext", re.compile(r"\d\d:\d\d:\d\d EES?T"))
    seat.press("End")
    expect(banner).to_be_hidden()
    expect(handle).to_have_attribute("aria-valuetext", "Live")
    seat.acknowledge()
    # a step ago it was on the screen already: half a minute from its onset it was raised
    seat.state(re.compile(r"0:[45]\d|[1-9]:\d\d"), alert)
    seat.look_back(5)
    expect(seat.row(alert)).to_be_visible()
    expect(seat.actions).to_contain_text("Looking back: actions wait until you return to live.")
    for button in seat.actions.get_by_role("button").all():
        expect(button).to_be_disabled()
    seat.press("c")
    seat.banner("Looking back at").get_by_role("button", name="live").click()
    expect(seat.action("Confirm")).to_be_enabled()
    seat.state(seat.who, alert)


def test_the_handle_is_dragged(seat: ControlRoom) -> None:
    handle = seat.page.get_by_role("slider", name="Look-back handle")
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seat.page.mouse.move(x, y)
    seat.page.mouse.down()
    seat.page.mouse.move(x - 200, y, steps=4)
    seat.page.mouse.up()
    expect(seat.banner("Looking back at")).to_be_visible()
    seat.press("Escape")
    expect(seat.banner("Looking back at")).to_be_hidden()


def test_the_range_is_changed_by_key(seat: ControlRoom) -> None:
    timeline = seat.page.get_by_role("region", name="Timeline")
    expect(timeline).to_contain_text("12 min back")
    seat.press("-")
    expect(timeline).to_contain_text("30 min back")
    seat.press("+", "+")
    expect(timeline).to_contain_text("4 min back")
