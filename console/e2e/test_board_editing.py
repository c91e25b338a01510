"""A board is rearranged: by keyboard alone, and by hand; it is kept, goes out as a file and comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from benchmarks.instance import Instance
from console.e2e.arranging import Board
from console.e2e.driver import ControlRoom
from console.e2e.examined import lost_focus, watch_focus
from console.e2e.offices import Administration, somebody
from playwright.sync_api import Browser, expect


@pytest.fixture
def board(room: ControlRoom) -> Iterator[Board]:
    """The operator's board, as it is delivered; whatever a spec keeps is taken back."""
    room.sign_in(path="/boards/operator")
    opened = Board(room, "Operator")
    opened.stands_by("as delivered")
    yield opened
    csrf = room.page.evaluate("async () => (await (await fetch('/api/v1/session')).json()).csrf")
    given_up = room.page.evaluate(
        "async csrf => (await fetch('/api/v1/boards/operator', "
        "{method: 'DELETE', headers: {'X-CSRF-Token': csrf}})).status",
        csrf,
    )
    assert given_up == 200


def test_a_board_is_rearranged_by_keyboard_alone(board: Board) -> None:
    room = board.room
    watch_focus(room.page)
    board.presses("Edit")
    board.announced("The board can be changed now")
    board.reach(board.handle("Queue"))
    board.lies("Queue", 1, 1, 4, 13)
    # past the tasks, which lie below and come up
    room.press("ArrowDown")
    board.announced("Queue: column 1, row 8, 4 wide, 13 high")
    board.lies("My tasks", 1, 1, 4, 7)
    expect(board.handle("Queue")).to_be_focused()
    room.press("Shift+ArrowLeft")
    board.lies("Queue", 1, 8, 3, 13)
    room.press("Shift+ArrowLeft")
    board.announced("It cannot be made larger or smaller that way")
    room.press("ArrowLeft")
    board.announced("No way on in this direction")
    # arrows look back in time elsewhere; here they did not
    expect(room.past).to_be_hidden()
    # gone, and back
    room.press("Delete")
    board.announced("Queue removed")
    expect(board.panel("Queue")).to_be_hidden()
    assert room.page.evaluate("document.activeElement.classList.contains('grip')")
    room.press("z")
    board.announced("Undone")
    board.lies("Queue", 1, 8, 3, 13)
    # one more, from the list
    board.presses("Add panel")
    room.type("words")
    picker = room.form("Add a panel")
    expect(picker.get_by_role("button", name="Words")).to_be_visible()
    room.press("Tab", "Enter")
    expect(picker).to_be_hidden()
    expect(board.handle("Words")).to_be_focused()
    board.presses("Save my copy")
    board.announced("Saved as your copy")
    board.stands_by("your copy")
    assert lost_focus(room.page) == []
    # it is there again when somebody comes back
    room.again()
    board.presses("Edit")
    board.lies("Queue", 1, 8, 3, 13)
    expect(board.panel("Words")).to_be_visible()
    board.presses("Reset")
    board.announced("Your copy is given up")
    board.lies("Queue", 1, 1, 4, 13)
    board.presses("Stop editing")
    board.stands_by("as delivered")
    assert lost_focus(room.page) == []


def test_a_panel_is_dragged_and_the_board_kept(board: Board) -> None:
    page = board.page
    board.button("Edit").click()
    head = board.panel("Queue").get_by_role("heading")
    head.hover()
    page.mouse.down()
    width = board.panel("Queue").bounding_box()
    assert width
    page.mouse.move(width["x"] + width["width"] * 1.5, width["y"] + 20, steps=8)
    page.mouse.up()
    board.announced("Queue: column ")
    expect(board.handle("Queue")).to_have_attribute("aria-label", re.compile("^Queue: column [2-9]"))
    board.button("Undo").click()
    board.lies("Queue", 1, 1, 4, 13)
    # given up half way: nothing has moved
    head.hover()
    page.mouse.down()
    page.mouse.move(width["x"] + width["width"] * 1.5, width["y"] + 20, steps=4)
    board.room.press("Escape")
    page.mouse.up()
    board.lies("Queue", 1, 1, 4, 13)


def test_a_board_goes_out_as_a_file_and_a_broken_one_is_refused(board: Board) -> None:
    page = board.page
    with page.expect_download() as sent:
        board.button("Export").click()
    file = json.loads(sent.value.path().read_text())
    assert [panel["id"] for panel in file["panels"]][:2] == ["queue", "map"]
    board.button("Edit").click()
    chooser = board.main.locator("input[type=file]")
    newer = json.dumps({**file, "format": 99}).encode()
    chooser.set_input_files({"name": "b.json", "mimeType": "application/json", "buffer": newer})
    expect(board.main.get_by_role("alert")).to_contain_text("newer Tocsin")
    board.stands_by("as delivered")
    gone = {**file["panels"][0], "id": "gone", "shows": "old_tool/panel"}
    with_gone = json.dumps({**file, "panels": [gone, *file["panels"][1:]]}).encode()
    chooser.set_input_files({"name": "b.json", "mimeType": "application/json", "buffer": with_gone})
    board.stands_by("your copy")
    placeholder = board.panel("old_tool/panel")
    expect(placeholder).to_contain_text("The tool of this panel does not run here")
    expect(placeholder).to_contain_text("It stays on the board as it is")


def test_a_supervisor_lands_on_their_board_and_sees_no_panel_that_is_not_theirs(
    seat: ControlRoom, browser: Browser, city: Instance
) -> None:
    seat.go("Admin")
    name = f"sam-{uuid4().hex[:6]}"
    password = Administration(seat).adds_person(name, "Police control room", "supervisor")
    with somebody(browser, city, name, password) as chief:
        board = Board(chief, "Supervisor")
        for title in ("Alarm load per room", "Room against ISA-18.2", "Tools", "Shares"):
            expect(board.panel(title)).to_be_visible()
        expect(board.panel("Reads of personal data")).to_have_count(0)
        expect(board.main).to_contain_text("1 panel is not open to your role: Reads of personal data")
        board.button("Edit").click()
        expect(board.button("Make it the room's default")).to_be_visible()
        # the queue is one press away, and the way back is
        chief.go("Operator")
        expect(chief.alerts).to_be_visible()
        chief.go("Board")
        expect(board.button("Stop editing")).to_be_visible()
