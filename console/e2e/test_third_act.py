"""The demonstration's third act: something comes out of the metro grille amid the crowd."""

from __future__ import annotations

import re

import pytest
from console.e2e.driver import ControlRoom
from console.e2e.evacuation import IncidentPlans
from playwright.sync_api import expect

#: from the start of the demonstration to the alert
ACT_MS = 480_000


@pytest.mark.map
@pytest.mark.timeout(600)
def test_a_bio_alarm_brings_its_plan_to_the_map_and_a_person_puts_it_in_force(seat: ControlRoom) -> None:
    expect(seat.row("B-01").first).to_be_visible(timeout=ACT_MS)
    seat.row("B-01").first.click()
    seat.holds("metro grille")
    seat.press("i")
    seat.form("Open an incident, or join one").get_by_label("Title").fill("Metro grille")
    seat.press("Enter")
    expect(seat.page.get_by_role("group", name="Metro grille")).to_be_visible()
    seat.press("e")

    # nobody asked: the rule did, and says why
    plans = IncidentPlans(seat)
    plan = plans.came("not downwind")
    expect(seat.page.get_by_role("main")).to_contain_text("Bio-sensor alarm")
    expect(plans.on_map).to_contain_text("nearest exit")
    moment = plans.on_map.get_by_role("slider", name="Time since the start")
    before = moment.get_attribute("aria-valuetext")
    moment.press("End")
    expect(moment).not_to_have_attribute("aria-valuetext", before or "")

    # one page of it for who stands at the exits
    sheet = plans.looks(plan)
    link = sheet.get_by_role("link", name=re.compile("Plan sheet.*PDF")).get_attribute("href")
    printed = seat.page.request.get(seat.url + str(link))
    assert (printed.status, printed.headers["content-type"]) == (200, "application/pdf")

    sheet.get_by_role("button", name="Put in force").press("Enter")
    expect(sheet).to_be_hidden()
    expect(plans.shown.get_by_role("listitem").first).to_contain_text("in force")
    expect(plans.on_map.get_by_role("button", name="in force")).to_have_attribute("aria-pressed", "true")
    expect(seat.page.get_by_role("main")).to_contain_text("accepted the advice")
