"""Words from outside stay words: on every board where they are shown, and in what was not understood."""

from __future__ import annotations

import json

from console.e2e.boards import QuarantineBoard, SensorBoard
from console.e2e.driver import ControlRoom
from console.e2e.readings import crush, misunderstood
from playwright.sync_api import expect

SCRIPT = "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'>{@html 1}"
BIDI = "Gate\u202egpj.exe\u202c\u200b"


def nothing_ran(room: ControlRoom) -> None:
    assert room.page.evaluate("window.ran") is None
    assert room.page.locator("img[src=x]").count() == 0


def test_a_hostile_name_is_text_wherever_it_stands(seat: ControlRoom) -> None:
    hall = crush(seat.city, SCRIPT)
    seat.awaits(hall).click()
    expect(seat.detail.get_by_role("heading", level=2)).to_contain_text("<script>window.ran = 1</script>")
    seat.press("o")
    expect(seat.form("Objects on the map").get_by_role("row").filter(has_text=hall)).to_contain_text(
        "<script>"
    )
    seat.press("Escape")
    nothing_ran(seat)
    board = SensorBoard(seat)
    board.find(hall)
    expect(board.choose(hall).get_by_role("heading", level=1)).to_contain_text("onerror='window.ran = 2'")
    nothing_ran(seat)


def test_a_name_that_would_deceive_the_eye_shows_its_tricks(seat: ControlRoom) -> None:
    hall = crush(seat.city, BIDI)
    seat.awaits(hall).click()
    shown = seat.detail.get_by_role("heading", level=2)
    expect(shown).to_contain_text("gpj.exe")
    raw = shown.inner_text()
    assert not set(raw) & set("\u202e\u202c\u200b"), ascii(raw)


def test_what_is_not_understood_says_why_and_is_tried_again(seat: ControlRoom) -> None:
    words = f"{SCRIPT} {BIDI}"
    device = misunderstood(seat.city, words)
    board = QuarantineBoard(seat)
    board.awaits(device.lower()).click()
    item = board.item
    item.get_by_label("Reason").fill("to mend the mapping")
    item.get_by_role("button", name="Show as it came").click()
    expect(item).to_contain_text(device)
    expect(item.get_by_role("heading", level=1)).to_contain_text("outflow came in")
    expect(item).to_contain_text("What helps")
    # as it came, byte for byte, with nothing of it alive
    expect(item.get_by_text(json.dumps(SCRIPT)[1:-1])).to_be_visible()
    nothing_ran(seat)
    item.get_by_role("button", name="Retry").click()
    expect(item.get_by_role("status")).to_have_text(
        "Sent through again. It leaves the list once it is understood."
    )
    # nothing has been cured: it is still there, and can be put away for good
    item.get_by_role("button", name="Discard", exact=True).click()
    expect(item).to_contain_text("Discard for good?")
    item.get_by_role("button", name="Discard it").click()
    expect(board.line(device.lower())).to_be_hidden()
    seat.page.get_by_role("button", name="All", exact=True).click()
    expect(board.line(device.lower())).to_contain_text("discarded")
