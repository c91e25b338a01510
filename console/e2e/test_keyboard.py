"""From an alert to its closed incident without a mouse."""

from __future__ import annotations

from console.e2e.boards import IncidentBoard
from console.e2e.driver import ControlRoom
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
    expect(room.page.get_by_label("Name")).to_be_focused()
    room.type(room.who)
    room.press("Tab")
    room.type(room.city.ready["password"])
    room.press("Enter")
    # find it, take it
    room.awaits(alert)
    room.press("/")
    room.type(alert)
    room.press("Enter", "j")
    room.holds(alert)
    room.press("Escape")
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
