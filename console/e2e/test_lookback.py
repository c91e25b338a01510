"""Looking back: the same screens as of an earlier moment, nothing can be done there, and live goes on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from console.e2e.driver import ControlRoom
from playwright.sync_api import expect

#: how a moment is told: unmistakably not live
PAST = re.compile(r"Looking back \d+ \w+ \d\d:\d\d:\d0 [A-Z]\w+/\w+ · not live")


def test_a_minute_is_looked_back_at_and_left_again(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    expect(seat.action("Acknowledge")).to_be_enabled()
    # a few minutes ago nobody knew of it
    seat.look_back(minutes=3)
    expect(seat.past).to_contain_text(PAST)
    expect(seat.row(alert)).to_be_hidden()
    expect(seat.page).to_have_title(re.compile("^Looking back"))
    expect(seat.page).to_have_url(re.compile(r"\?at=\d{4}-\d\d-\d\dT\d\d:\d\d:\d0Z$"))
    handle = seat.page.get_by_role("slider", name="Look-back handle")
    expect(handle).to_have_attribute("aria-valuetext", re.compile(r"\d\d:\d\d:\d0 \w+"))
    seat.press("Home")
    expect(seat.past).to_be_hidden()
    expect(handle).to_have_attribute("aria-valuetext", "Live")
    expect(seat.page).not_to_have_url(re.compile("at="))
    expect(seat.row(alert)).to_be_visible()
    seat.acknowledge()


def test_an_alert_stands_as_it_stood_and_cannot_be_acted_on(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    # a moment is told to ten seconds: wait until one lies behind its raising
    seat.page.wait_for_timeout(11_000)
    then = datetime.now(UTC)
    seat.acknowledge()
    seat.state(seat.who, alert)
    seat.until("that moment is past", lambda: datetime.now(UTC) > then + timedelta(seconds=11))
    seat.open(f"/?at={then:%Y-%m-%dT%H:%M:%SZ}")
    expect(seat.past).to_contain_text(PAST)
    seat.take(alert)
    expect(seat.row(alert)).not_to_contain_text(seat.who)
    expect(seat.actions).to_contain_text("Looking back: actions wait until you return to live.")
    for button in seat.actions.get_by_role("button").all():
        expect(button).to_be_disabled()
    seat.press("c")
    seat.past.get_by_role("button", name="Live").click()
    seat.state(seat.who, alert)
    expect(seat.action("Confirm")).to_be_enabled()


def test_a_link_opens_the_same_minute_for_somebody_else(seat: ControlRoom) -> None:
    seat.look_back(minutes=1)
    said = re.search(r"\d\d:\d\d:\d0 \S+", seat.past.inner_text())
    assert said
    told = said[0]
    expect(seat.page).to_have_url(re.compile("at="))
    other = seat.beside()
    other.page.goto(seat.page.url)
    expect(other.past).to_contain_text(told)
    # it goes along from board to board, and boards without a past say so
    other.go("Sensors")
    expect(other.past).to_contain_text(told)
    other.go("Status")
    expect(other.page.get_by_role("main")).to_contain_text("This board has no past")
    other.press("Home")
    expect(other.page.get_by_role("main")).not_to_contain_text("This board has no past")


def test_the_past_is_played_paused_and_hastened(seat: ControlRoom) -> None:
    seat.look_back(minutes=3)
    expect(seat.past).not_to_contain_text("Reading")
    began = seat.past.inner_text()
    seat.press(".", "Space")
    expect(seat.past.get_by_role("button", name="Pause")).to_be_visible()
    expect(seat.past.get_by_role("button", name="×10")).to_have_attribute("aria-pressed", "true")
    seat.until("the play goes on", lambda: seat.past.inner_text() != began)
    seat.press("Space")
    expect(seat.past.get_by_role("button", name="Play")).to_be_visible()


def test_the_handle_is_dragged(seat: ControlRoom) -> None:
    handle = seat.page.get_by_role("slider", name="Look-back handle")
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seat.page.mouse.move(x, y)
    seat.page.mouse.down()
    seat.page.mouse.move(x - 200, y, steps=4)
    seat.page.mouse.up()
    expect(seat.past).to_contain_text(PAST)
    seat.press("Escape")
    expect(seat.past).to_be_hidden()


def test_the_range_is_changed_by_key(seat: ControlRoom) -> None:
    timeline = seat.page.get_by_role("region", name="Timeline")
    expect(timeline).to_contain_text("12 min back")
    seat.press("-")
    expect(timeline).to_contain_text("30 min back")
    seat.press("+", "+")
    expect(timeline).to_contain_text("4 min back")
