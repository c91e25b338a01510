"""From an alert to a procedure and its steps; what looks like one matter becomes one, and two again."""

from __future__ import annotations

import re

from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom
from console.e2e.readings import crush
from console.e2e.work import Procedure, Proposals, opened
from playwright.sync_api import expect


def test_a_procedure_by_keys_alone(seat: ControlRoom, alert: str) -> None:
    """Begin it, tick, end a step, decide, and take the last act back."""
    at = opened(seat, alert, f"Hall {alert} presses")
    at.offers("Crowd surge")
    seat.press("p")
    at.holds("Look at the place")
    expect(at.step).to_contain_text(re.compile(r"due \d\d:\d\d:\d\d.*left"))
    seat.press("1")
    expect(at.line("Density and trend read from the counters")).to_be_checked()
    at.logged("Density and trend read from the counters")
    seat.press("2")
    expect(at.line("Camera view found")).to_be_checked()
    # a line is left: the end asks why
    seat.press("d")
    at.says_why("Done, with lines not ticked", "smoke hides the way they go", "Mark as done")
    at.stands("Look at the place", f"done by {seat.who}")
    at.holds("Decide whether it is real")
    seat.press("1")
    at.stands("Decide whether it is real", "decided: yes, or cannot rule it out")
    at.stands("Keep watching", "not needed")
    at.holds("Stop the inflow")
    # the supervisor's step is seen, not done by an operator
    at.choose("Open ways out")
    expect(at.step).to_contain_text("This step is for the role supervisor")
    expect(at.act("Done")).to_be_disabled()
    at.choose("Stop the inflow")
    seat.press("1")
    expect(at.line("Stewards at the entrances told and answered")).to_be_checked()
    seat.press("z")
    at.says_why("Take back the last act on this step", "they did not answer", "Take back")
    expect(at.line("Stewards at the entrances told and answered")).not_to_be_checked()
    at.logged("they did not answer")


def test_what_another_seat_does_is_seen_at_once(seat: ControlRoom, alert: str) -> None:
    title = f"Hall {alert} watched by two"
    at = opened(seat, alert, title)
    at.left.get_by_role("button", name="Start Crowd surge").click()
    at.holds("Look at the place")
    other = seat.beside()
    other.go("Tasks")
    mine = other.page.get_by_role("listbox", name="My tasks").get_by_role("option").filter(has_text=title)
    mine.click()
    other.page.get_by_role("region", name="Step in hand").get_by_role("checkbox", name="Density").click()
    expect(at.line("Density and trend read from the counters")).to_be_checked()
    other.press("e")
    Procedure(other, title).holds("Look at the place")


def test_a_proposal_is_read_and_accepted(seat: ControlRoom, city: Instance) -> None:
    # far from the halls of other tests, which would be taken together with them
    halls = crush(city, at=(24.9900, 60.2100)), crush(city, at=(24.9903, 60.2101))
    proposal = Proposals(seat).of(*halls)
    proposal.get_by_role("button", name="Why").click()
    expect(proposal).to_contain_text("Nothing is joined until you accept.")
    proposal.get_by_role("button", name="Accept").click()
    for hall in halls:
        inside = seat.page.get_by_role("option").filter(has_text=hall)
        group = seat.page.get_by_role("group").filter(has=inside)
        expect(group).to_contain_text(re.compile(r"INC-\d+"))


def test_two_incidents_become_one_and_two_again(seat: ControlRoom, city: Instance) -> None:
    first, second = crush(city), crush(city)
    titles = f"Hall {first} too full", f"Hall {second} too full"
    opened(seat, second, titles[1])
    seat.go("Operator")
    at = opened(seat, first, titles[0])
    at.merge(titles[1], "one door, one crowd")
    at.alerts(2)
    at.logged("one door, one crowd")
    at.unmerge("two doors after all")
    at.alerts(1)
    seat.go("Incident")
    for title in titles:
        expect(seat.page.get_by_role("region", name="Open").get_by_role("button", name=title)).to_be_visible()
