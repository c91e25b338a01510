"""Reports open by keys alone in a tab of their own; a citizen finds what is sensed in two clicks."""

from __future__ import annotations

import re

import pytest
from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom
from console.e2e.work import opened
from playwright.sync_api import Browser, Page, expect

#: as the page stands, before any script of ours could have run: it has none
_WIDER = "() => document.documentElement.scrollWidth > innerWidth"


def by_tab(page: Page, name: str, most: int = 12) -> None:
    """Tab until the link or button of that name is in focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said = page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.innerText")
        if str(said).strip() == name:
            return
    raise AssertionError(f"{name!r} was not reached by {most} tabs")


def test_an_incident_report_by_keys_alone(seat: ControlRoom, alert: str) -> None:
    title = f"Hall {alert} reported"
    opened(seat, alert, title)
    page = seat.page
    page.get_by_role("button", name="Reports").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Reports of this incident")).to_be_visible()
    by_tab(page, "Incident report, Page, opens in a new tab")
    with page.context.expect_page() as waiting:
        page.keyboard.press("Enter")
    report = waiting.value
    expect(report.get_by_role("heading", level=1)).to_contain_text(title)
    expect(report.get_by_role("table", name="Everything in order of time")).to_contain_text("opened")
    assert report.evaluate("document.scripts.length") == 0
    assert report.evaluate("document.fonts.check('16px \"IBM Plex Sans\"')")
    report.close()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Reports")).to_be_focused()


def test_the_sheet_of_a_shift_by_keys_alone(seat: ControlRoom) -> None:
    page = seat.page
    page.goto(f"{page.url.rstrip('/')}/shift/12")
    expect(page.get_by_role("button", name="12 h ago")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="8 h ago").focus()
    page.keyboard.press("Enter")
    by_tab(page, "Shift hand-over, Page, opens in a new tab", most=30)
    with page.context.expect_page() as waiting:
        page.keyboard.press("Enter")
    sheet = waiting.value
    expect(sheet.get_by_role("heading", name="Alerts that nobody has acknowledged")).to_be_visible()
    expect(sheet.get_by_text(re.compile(r"\(8 h [01] min\)"))).to_be_visible()
    sheet.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844), (320, 640)])
def test_a_citizen_finds_a_sensor_and_its_retention(
    browser: Browser, city: Instance, width: int, height: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{city.ready['url']}public")
    assert not page.evaluate(_WIDER), "nothing is to be scrolled sideways"
    page.get_by_role("link", name="What is sensed").click()  # one
    page.get_by_role("link", name="Noise level").click()  # two
    entry = page.get_by_role("article", name="Noise level")
    expect(entry).to_be_in_viewport()
    expect(entry).to_contain_text(re.compile(r"deleted after \d+ days"))
    assert context.cookies() == []
    assert page.evaluate("document.scripts.length") == 0
    assert all(url.startswith(city.ready["url"]) for url in asked)
    small = page.evaluate(
        "() => [...document.querySelectorAll('nav a, td a')]"
        ".filter(a => a.getBoundingClientRect().height < 24)"
        ".map(a => a.innerText)"
    )
    assert small == []
    context.close()
