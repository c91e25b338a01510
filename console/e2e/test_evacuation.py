"""From a crowd on a space to a plan that is kept; from an incident to a plan that is in force."""

from __future__ import annotations

import re

import pytest
from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom
from console.e2e.evacuation import IncidentPlans, Planning
from console.e2e.examined import flaws, small
from console.e2e.offices import somebody
from playwright.sync_api import Browser, expect

#: others draw spaces beside it
SQUARE = "/planning/railway-square"


@pytest.fixture
def planner(city: Instance) -> dict[str, str]:
    rooms: list[dict[str, str]] = city.ready["rooms"]
    return next(room for room in rooms if room["user"] == "planning")


def test_a_planner_tries_what_if_and_keeps_it(
    browser: Browser, city: Instance, planner: dict[str, str]
) -> None:
    with somebody(browser, city, planner["user"], planner["password"], path=SQUARE) as seat:
        planning = Planning(seat)
        planning.drawn()
        planning.people(6000)
        before = planning.clearing.inner_text()
        planning.shut("Exit 6")
        expect(planning.clearing).not_to_have_text(before)
        expect(planning.plan).to_contain_text("slower than before")
        expect(planning.changed.get_by_role("row", name=re.compile("^Exit 6, shut"))).to_be_visible()
        expect(planning.plan.get_by_role("region", name="Say to each zone")).to_contain_text("people")
        kept = planning.keeps("Without exit 6")
        expect(kept).to_be_visible()
        # whoever opens the page anew finds it, and the same question behind it
        seat.again()
        planning.drawn()
        kept.click()
        expect(seat.page.get_by_role("checkbox", name="Exit 6")).not_to_be_checked()


def test_a_threat_is_moved_and_an_exit_widened_by_keys_alone(
    browser: Browser, city: Instance, planner: dict[str, str]
) -> None:
    with somebody(browser, city, planner["user"], planner["password"], path=SQUARE) as seat:
        planning = Planning(seat)
        planning.drawn()
        planning.people(6000)
        planning.plan.get_by_role("button", name="Measure from here").press("Enter")
        planning.widens("Exit 2", 9)
        expect(planning.changed.get_by_role("row", name=re.compile("^Exit 2, 4.5 → 9 m"))).to_be_visible()
        threat = planning.threatens()
        latitude = threat.get_by_label("Latitude 1")
        placed = latitude.input_value()
        expect(planning.changed.get_by_role("row", name=re.compile("who pass the threat"))).to_be_visible()
        assert [*flaws(seat.page), *small(seat.page)] == []
        seat.page.get_by_role("application", name=re.compile("Place on the drawing")).press("Shift+ArrowUp")
        seat.press("Enter")
        expect(latitude).not_to_have_value(placed)
        planning.plan.get_by_role("button", name="Back to").press("Enter")
        expect(planning.changed).to_be_hidden()
        expect(threat).to_be_hidden()


def test_a_plan_is_asked_for_at_an_incident_looked_at_and_put_in_force(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    seat.press("c")
    seat.logged(f"{seat.who} confirmed")
    seat.press("i")
    title = f"Crowding, {alert}"
    seat.form("Open an incident, or join one").get_by_label("Title").fill(title)
    seat.press("Enter")
    expect(seat.page.get_by_role("group", name=title)).to_be_visible()
    seat.press("e")
    plans = IncidentPlans(seat)
    answered = plans.asks()
    answered.get_by_role("button", name="Show").press("Enter")
    sheet = seat.page.get_by_role("dialog")
    expect(sheet).to_contain_text("How sure: when the last one is out")
    sheet.get_by_role("button", name="Put in force").press("Enter")
    expect(sheet).to_be_hidden()
    expect(plans.shown.get_by_role("listitem").first).to_contain_text("in force")
