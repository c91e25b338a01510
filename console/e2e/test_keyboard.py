"""From an alert to its closed incident without a mouse."""

from __future__ import annotations

import pytest
from console.e2e.boards import IncidentBoard
from console.e2e.driver import ControlRoom
from console.e2e.examined import lost_focus, watch_focus
from playwright.sync_api import expect

MOST_TABS = 60


def reach(room: ControlRoom, name: str) -> None:
    """Tab to a control, as one does without a mouse."""
    wanted = room.page.get_by_role("button", name=name, exact=True)
    for _ in range(MOST_TABS):
        room.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{name} is not reached by Tab")


def test_an_alert_becomes_a_closed_incident_by_keyboard_alone(room: ControlRoom, alert: str) -> None:
    room.open()
    watch_focus(room.page)
    expect(room.page.get_by_label("Name")).to_be_focused()
    room.type(room.who)
    room.press("Tab")
    room.type(room.city.ready["password"])
    room.press("Enter")
    # find it, take it
    room.awaits(alert)
    room.press("/")
    room.type(alert)
    # into the list, to the first that was found
    room.press("Enter")
    expect(room.row(alert)).to_be_focused()
    room.press("j")
    room.holds(alert)
    room.press("Escape")
    expect(room.row(alert)).to_be_focused()
    # seen, real, and now somebody's
    room.press("a")
    room.logged(f"{room.who} acknowledged")
    room.press("c")
    room.logged(f"{room.who} confirmed")
    room.press("i")
    expect(room.form("Open an incident, or join one").get_by_label("Title")).to_be_focused()
    title = f"Crowding in {alert}"
    room.press("ControlOrMeta+a")
    room.type(title)
    room.press("Enter")
    expect(room.page.get_by_role("group", name=title)).to_be_visible()
    room.press("n")
    expect(room.form("Note in the incident's log").get_by_label("Note")).to_be_focused()
    room.type("Stewards sent to the north door")
    room.press("Enter")
    expect(room.form("Note in the incident's log")).to_be_hidden()
    # to the incident, another note, the end
    room.press("e")
    incident = IncidentBoard(room, title)
    incident.logged("Stewards sent to the north door")
    room.press("n")
    room.type("Door open, people move")
    room.press("Enter")
    incident.logged("Door open, people move")
    room.press("Escape")
    reach(room, "Close incident…")
    room.press("Enter")
    reach(room, "no action needed")
    room.press("Space", "Tab", "Tab", "Tab")
    expect(room.page.get_by_label("In a sentence")).to_be_focused()
    room.type("The hall emptied by itself")
    room.press("Enter")
    incident.closed("no action needed", "The hall emptied by itself")
    assert lost_focus(room.page) == []


def test_focus_is_seen_and_returns_from_a_dialog(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    seat.action("Reject…").focus()
    seat.press("Enter")
    expect(seat.form("Reject this alert").get_by_role("button", name="Sensor fault")).to_be_focused()
    # what stands behind a dialog does not hear keys
    seat.press("a")
    seat.press("Escape")
    expect(seat.form("Reject this alert")).to_be_hidden()
    expect(seat.action("Reject…")).to_be_focused()
    seat.state("new", alert)
    ring = seat.action("Reject…").evaluate(
        "e => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"
    )
    assert ring


def test_a_button_that_goes_when_it_is_pressed_keeps_its_place(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    watch_focus(seat.page)
    seat.action("Acknowledge").focus()
    seat.press("Enter")
    seat.logged(f"{seat.who} acknowledged")
    # not on what stands there now: a key pressed twice must not confirm
    expect(seat.actions).to_be_focused()
    seat.press("Tab")
    expect(seat.action("Confirm")).to_be_focused()
    # a button that is only busy for a moment has it again
    seat.action("Undo").focus()
    seat.press("Enter")
    expect(seat.action("Acknowledge")).to_be_enabled()
    assert lost_focus(seat.page) == []


def test_a_sheet_keeps_the_focus_and_gives_it_back(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    watch_focus(seat.page)
    seat.action("Incident…").focus()
    seat.press("Enter")
    sheet = seat.form("Open an incident, or join one")
    expect(sheet.get_by_label("Title")).to_be_focused()
    inside = "document.querySelector('dialog[open]').contains(document.activeElement)"
    for key in ("Tab", "Shift+Tab"):
        for _ in range(14):
            seat.press(key)
            # a browser's own window is the one place besides
            assert seat.page.evaluate(f"{inside} || document.activeElement === document.body"), key
    seat.press("Escape")
    expect(seat.action("Incident…")).to_be_focused()


def test_past_the_bar_and_through_the_queue(seat: ControlRoom, alert: str) -> None:
    seat.again()
    # the page is whole before the key: what is drawn later may take the place of what has the focus
    seat.awaits(alert)
    seat.press("Tab")
    skip = seat.page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    seat.press("Enter")
    expect(seat.page.get_by_role("main")).to_be_focused()
    # one stop for the whole list; arrows and J walk in it, and the one in hand goes along
    seat.page.get_by_role("option").first.click()
    seat.press("j")
    second = seat.page.get_by_role("option").nth(1)
    expect(second).to_be_focused()
    expect(second).to_have_attribute("aria-selected", "true")
    seat.press("ArrowUp")
    expect(seat.page.get_by_role("option").first).to_be_focused()
    assert seat.alerts.locator("[role=option][tabindex='0']").count() == 1


def test_a_row_that_goes_to_another_place_in_its_list_keeps_the_focus(seat: ControlRoom, alert: str) -> None:
    row = seat.awaits(alert)
    seat.take(alert)
    row.focus()
    # as a new order of the queue does it
    row.evaluate("row => row.parentElement.append(row)")
    expect(row).to_be_focused()
    row.evaluate("row => row.parentElement.prepend(row)")
    expect(row).to_be_focused()


@pytest.mark.map
def test_arrows_on_the_map_move_the_map_and_do_not_look_back(seat: ControlRoom) -> None:
    seat.drawn()
    canvas = seat.map.locator("canvas")
    canvas.focus()
    seat.press("ArrowLeft")
    expect(seat.past).to_be_hidden()
    canvas.evaluate("e => e.blur()")
    seat.press("ArrowLeft")
    expect(seat.past).to_be_visible()


def test_a_lost_focus_is_noticed(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    watch_focus(seat.page)
    seat.action("Confirm").focus()
    assert lost_focus(seat.page) == []
    seat.action("Confirm").evaluate("e => e.blur()")
    assert len(lost_focus(seat.page)) == 1
