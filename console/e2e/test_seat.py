"""What a person sets at their seat: keys, theme, sound, tour."""

from __future__ import annotations

import re

from console.e2e.driver import ControlRoom
from playwright.sync_api import expect


def test_the_help_sheet_names_every_key(seat: ControlRoom) -> None:
    seat.press("?")
    sheet = seat.form("Keys and settings")
    expect(sheet).to_be_visible()
    for words in (
        "Acknowledge",
        "Reject",
        "Shelve",
        "Undo",
        "Next in the queue",
        "Map layers",
        "Back to live",
    ):
        expect(sheet.get_by_role("listitem").filter(has_text=words).first).to_be_visible()
    seat.press("Escape")
    expect(sheet).to_be_hidden()


def test_a_key_is_remapped_and_the_hints_follow(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    sheet = seat.help()
    sheet.get_by_role("button", name="Change: Acknowledge").click()
    seat.press("c")
    expect(sheet.get_by_text("C was Confirm; the two have changed places.")).to_be_visible()
    seat.shut(sheet)
    expect(seat.action("Acknowledge")).to_contain_text("C")
    seat.press("c")
    seat.logged(f"{seat.who} acknowledged")
    seat.again()
    expect(seat.action("Confirm").or_(seat.action("Acknowledge")).first).to_contain_text(re.compile("[AC]$"))
    sheet = seat.help()
    sheet.get_by_role("button", name="As delivered").click()
    expect(sheet.get_by_role("button", name="Change: Acknowledge")).to_have_text("A")


def test_single_keys_can_be_switched_off(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    sheet = seat.help()
    sheet.get_by_role("checkbox", name="Single-key shortcuts").uncheck()
    seat.shut(sheet)
    expect(seat.action("Acknowledge")).to_have_text("Acknowledge")
    seat.press("a")
    seat.press("?")
    expect(sheet).to_be_hidden()
    # what is no single character still acts
    seat.look_back(minutes=1)
    seat.press("Home")
    expect(seat.past).to_be_hidden()
    seat.state("new", alert)


def test_sound_says_when_it_is_blocked_muted_and_off(room: ControlRoom, alert: str) -> None:
    room.sign_in()
    # a page that nobody has pressed anything on may not sound, and says so
    seat = room.beside(untouched=True)
    seat.awaits(alert)
    expect(seat.sound).to_have_text("Sound blocked")
    seat.sound.click()
    expect(seat.sound).to_have_text("Sound on")
    seat.take(alert)
    expect(seat.detail.get_by_text("sounding", exact=True)).to_be_visible()
    seat.press("m")
    expect(seat.sound).to_have_text(re.compile(r"muted until \d\d:\d\d:\d\d"))
    expect(seat.detail.get_by_text(re.compile(r"muted until \d\d:\d\d:\d\d EES?T"))).to_be_visible()
    seat.detail.get_by_role("button", name="Unmute").click()
    expect(seat.sound).to_have_text("Sound on")
    sheet = seat.help()
    sheet.get_by_role("button", name="off", exact=True).click()
    seat.shut(sheet)
    expect(seat.sound).to_have_text("Sound off")
    seat.sound.click()
    expect(seat.sound).to_have_text("Sound on")


def test_the_tour_is_dismissed_remembered_and_comes_back_when_asked(seat: ControlRoom) -> None:
    # it is told once two weeks of history are sent
    expect(seat.tour.get_by_role("heading")).to_be_visible(timeout=60_000)
    title = seat.tour.get_by_role("heading").inner_text()
    onward = seat.tour.get_by_role("button", name="Next")
    (onward if onward.is_enabled() else seat.tour.get_by_role("button", name="Back")).click()
    expect(seat.tour.get_by_role("heading")).not_to_have_text(title)
    seat.tour.get_by_role("button", name="Follow the clock").click()
    seat.tour.get_by_role("button", name="Hide the tour").click()
    expect(seat.tour).to_be_hidden()
    seat.again()
    expect(seat.alerts).to_be_visible()
    expect(seat.tour).to_be_hidden()
    seat.help().get_by_role("button", name="Show again").click()
    expect(seat.tour).to_be_visible()


def test_the_tour_leads_by_keyboard_to_the_screens_it_names(seat: ControlRoom) -> None:
    expect(seat.tour).to_be_visible(timeout=60_000)
    back, onward = (seat.tour.get_by_role("button", name=name, exact=True) for name in ("Back", "Next"))
    while back.is_enabled():
        back.press("Enter")
    named: list[str] = []
    for _ in range(12):
        named += seat.tour.get_by_role("link").all_inner_texts()
        if not onward.is_enabled():
            break
        onward.press("Enter")
    assert named == ["Board", "Tools", "Tasks", "Warnings", "Incident", "Planning", "Shift", "Account"]
    seat.tour.get_by_role("link", name="Shift").press("Enter")
    expect(seat.page).to_have_url(re.compile(r"/shift$"))
    # a demonstration has its tour: the first steps are for an empty city
    seat.go("Operator")
    expect(seat.tour).to_be_visible()
    expect(seat.page.get_by_role("complementary", name="First steps")).to_have_count(0)


def test_the_theme_is_kept(seat: ControlRoom) -> None:
    page = seat.page.locator("html")
    expect(page).to_have_attribute("data-theme", "dark")
    sheet = seat.help()
    sheet.get_by_role("button", name="Light").click()
    expect(page).to_have_attribute("data-theme", "light")
    seat.shut(sheet)
    seat.again()
    expect(page).to_have_attribute("data-theme", "light")
