"""Each action by mouse, what the room sees of it, and the way back."""

from __future__ import annotations

import re

from console.e2e.boards import IncidentBoard
from console.e2e.driver import ControlRoom
from playwright.sync_api import Route, expect


def test_acknowledged_confirmed_closed(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    seat.acknowledge()
    seat.state(seat.who, alert)
    expect(seat.action("Acknowledge")).to_be_hidden()
    seat.confirm()
    seat.state("confirmed", alert)
    expect(seat.action("Reject…")).to_be_disabled()
    seat.close_alert("Stewards opened the north door")
    expect(seat.row(alert)).to_be_hidden()
    seat.logged("closed it: Stewards opened the north door")


def test_undo_takes_the_last_step_back(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    expect(seat.action("Undo")).to_be_disabled()
    seat.acknowledge()
    seat.undo()
    seat.logged("took the acknowledgement back")
    seat.state("new", alert)
    seat.confirm()
    seat.press("z")
    seat.logged("opened it again")
    seat.state(re.compile(f"Critical, ({seat.who}|new)"), alert)
    expect(seat.action("Undo")).to_be_disabled()


def test_a_rejection_says_why_and_stands_aside(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    seat.reject("Known event")
    expect(seat.row(alert)).to_be_hidden()
    seat.logged("rejected: Known event")
    aside = seat.set_aside().get_by_role("listitem").filter(has_text=alert)
    expect(aside).to_contain_text(f"rejected by {seat.who}: Known event")


def test_a_shelved_alert_says_until_when_and_is_brought_back(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    seat.shelve("Doors are being counted", "1 h")
    expect(seat.row(alert)).to_be_hidden()
    expect(
        seat.page.get_by_role("button", name=re.compile(r"Shelved \d+, next back \d\d:\d\d"))
    ).to_be_visible()
    aside = seat.set_aside().get_by_role("listitem").filter(has_text=alert)
    expect(aside).to_contain_text(
        re.compile(rf"shelved until \d\d:\d\d:\d\d EES?T by {seat.who}: Doors are being counted")
    )
    aside.get_by_role("button", name="Bring back").click()
    expect(aside).to_be_hidden()
    seat.press("Escape")
    seat.state("new", alert)


def test_an_incident_from_alerts_to_its_end(seat: ControlRoom, alert: str) -> None:
    title = f"Hall {alert} too full"
    seat.take(alert)
    seat.open_incident(title)
    group = seat.page.get_by_role("group", name=title)
    expect(group.get_by_role("option").filter(has_text=alert)).to_be_visible()
    seat.action("Incident").click()
    incident = IncidentBoard(seat, title)
    incident.note("Called the venue")
    expect(incident.board.get_by_role("listbox", name="Alerts").get_by_role("option")).to_have_count(1)
    incident.close("handled", "The venue let people out by the yard")
    # what it was about is settled with it
    seat.go("Operator")
    expect(seat.row(alert)).to_be_hidden()


def test_somebody_was_faster(seat: ControlRoom, alert: str) -> None:
    """Two seats, one alert: the second is told, nothing is overwritten."""
    other = seat.beside()
    other.take(alert)
    seat.take(alert)
    on_their_way: list[Route] = []
    other.page.route("**/acknowledge", lambda route: on_their_way.append(route))
    other.action("Acknowledge").click()
    other.until("it is sent", lambda: bool(on_their_way))
    seat.acknowledge()
    on_their_way[0].continue_()
    expect(other.page.get_by_role("alert").filter(has_text="Somebody was faster")).to_be_visible()
    other.state(seat.who, alert)
    other.page.get_by_role("button", name="Dismiss").click()
