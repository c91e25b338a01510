"""A warning to the public from the first key to the feed, by two people, without a mouse; and with one."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom
from console.e2e.examined import flaws, lost_focus, small, watch_focus
from console.e2e.offices import somebody
from console.e2e.work import opened
from playwright.sync_api import Browser, Locator, Page, expect

#: for a trained hand
WITHIN_S = 60.0
#: Keystroke-Level Model (Card, Moran and Newell, CACM 23(7), 1980): a key of an average typist, getting to
#: the next thing, and making up one's mind about it. A clock would measure the machine that tests
KEY_S, POINT_S, MIND_S = 0.28, 1.10, 1.35


class Hand:
    """Somebody who has only keys; ``seconds`` that a trained person takes for what was done."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def on(self, thing: Locator, *keys: str) -> None:
        """Get there, press."""
        thing.focus()
        for key in keys:
            thing.page.keyboard.press(key)
        self.seconds += MIND_S + POINT_S + len(keys) * KEY_S

    def types(self, page: Page, label: str, words: str) -> None:
        self.on(page.get_by_label(label), "ControlOrMeta+A")
        page.keyboard.type(words)
        page.keyboard.press("Tab")
        self.seconds += (len(words) + 1) * KEY_S

    def sends(self, page: Page) -> None:
        page.keyboard.press("ControlOrMeta+Enter")
        self.seconds += MIND_S + 2 * KEY_S


def chief(city: Instance) -> str:
    """The password of the second person of the first room."""
    return next(room["password"] for room in city.ready["rooms"] if room["user"] == "chief")


def corners(page: Page) -> list[str]:
    return page.get_by_label("Corners: latitude").input_value().splitlines()


def feed(city: Instance) -> str:
    return httpx.get(f"{city.ready['url'].rstrip('/')}/cap/feed.atom", timeout=10).text


def test_from_compose_to_feed_by_keys_alone_within_a_minute(
    room: ControlRoom, browser: Browser, city: Instance
) -> None:
    hand, name = Hand(), f"Square {uuid4().hex[:6]}"
    room.sign_in(path="/warning")
    page = room.page
    expect(page.get_by_role("button", name="Leave the area (crowd)")).to_be_visible()
    with somebody(browser, city, "chief", chief(city), path="/warning") as second:
        for one in (page, second.page):
            watch_focus(one)
        hand.on(page.get_by_role("button", name="Leave the area (crowd)"), "Enter")
        hand.types(page, "What people call it", name)
        hand.on(page.get_by_role("button", name="Polygon"), "Enter")
        hand.types(page, "Corners: latitude", "60.170, 24.936\n60.170, 24.940\n60.172, 24.940")
        hand.types(page, "Where to go", "the north gate")
        expect(page.get_by_role("region", name="As the public reads it")).to_contain_text(
            f"Leave {name} now, calmly. Walk towards the north gate."
        )
        hand.sends(page)
        expect(page.get_by_text("waiting for approval").first).to_be_visible()
        expect(page.get_by_text("You wrote a part of it: a second person approves.")).to_be_visible()
        assert name not in feed(city)

        hand.on(second.page.get_by_role("button", name=re.compile(name)), "Enter")
        approve = second.page.get_by_role("button", name="Approve and issue")
        expect(approve).to_be_visible()
        found = [*flaws(second.page), *small(second.page)]
        hand.on(approve, "Enter")
        expect(second.page.get_by_text(re.compile(r"\d+ min left")).first).to_be_visible()
        found += [*flaws(second.page), *small(second.page)]
        assert found == []
        assert f"Leave {name} now" in feed(city)
        assert lost_focus(page) == lost_focus(second.page) == []
    assert hand.seconds < WITHIN_S


def test_a_polygon_is_drawn_and_moved_by_hand_and_set_by_keys(room: ControlRoom) -> None:
    room.sign_in(path="/warning")
    page = room.page
    page.locator(".gl[data-drawn]").wait_for(timeout=60_000)
    page.get_by_role("button", name="Polygon").click()
    canvas = page.get_by_label("Map of the area").locator("canvas")
    box = canvas.bounding_box()
    assert box is not None

    def at(across: float, down: float) -> tuple[float, float]:
        return box["x"] + box["width"] * across, box["y"] + box["height"] * down

    for number, spot in enumerate(((0.3, 0.4), (0.7, 0.4), (0.7, 0.8)), 1):
        page.mouse.click(*at(*spot))
        expect(page.get_by_text(f"{number} corner", exact=False)).to_be_visible()
    first = corners(page)[0]
    page.mouse.move(*at(0.3, 0.4))
    page.mouse.down()
    page.mouse.move(*at(0.2, 0.5), steps=4)
    page.mouse.up()
    expect(page.get_by_label("Corners: latitude")).not_to_have_value(re.compile(re.escape(first)))
    assert len(corners(page)) == 3
    Hand().on(canvas, "Enter")
    expect(page.get_by_text("4 corners")).to_be_visible()


def test_an_open_field_is_told_and_nothing_is_sent_by_enter(room: ControlRoom) -> None:
    room.sign_in(path="/warning")
    page = room.page
    page.get_by_role("button", name="Leave the area (crowd)").click()
    name = f"Square {uuid4().hex[:6]}"
    page.get_by_label("What people call it").fill(name)
    page.get_by_label("What people call it").press("Enter")
    expect(page.get_by_text(name).first).to_be_visible()
    assert page.url.endswith("/warning"), "Enter in a field sends nothing"
    page.get_by_role("button", name="Save draft").click()
    expect(page).to_have_url(re.compile(r"/warning/W-\d+$"))
    page.get_by_role("button", name=re.compile("Send for approval")).click()
    expect(page.get_by_role("alert").filter(has_text="no area is drawn")).to_be_visible()


def test_a_step_of_the_procedure_leads_to_the_page_where_it_is_done(seat: ControlRoom, alert: str) -> None:
    at = opened(seat, alert, f"Hall {alert} to be warned")
    at.left.get_by_role("button", name="Other procedures").click()
    at.left.get_by_role("button", name="Start Public warning").click()
    warn = at.left.get_by_role("button", name="Warn the public")
    # the facts are collected first, and not there
    expect(at.left.get_by_text("Collect the facts").first).to_be_visible()
    expect(warn).to_be_hidden()
    at.left.get_by_role("option", name="Draw the area operator").click()
    warn.click()
    expect(seat.page.get_by_label("What people call it")).to_be_visible()
    assert "/warning/INC-" in seat.page.url
