"""What a screen reader says: what rows are called, what is called out, and how often."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom
from console.e2e.readings import crush
from playwright.sync_api import Page, expect

#: between two calls that interrupt; five seconds by the console's own clock
SENTENCE_MS = 4_500.0
#: every change of a live region's words, with the manner in which it is said
_LISTEN = """() => {
    window.heard = [];
    const regions = document.querySelectorAll("[aria-live]");
    new MutationObserver((changes) => {
        for (const {target} of changes) {
            const region = (target.nodeType === 3 ? target.parentElement : target)?.closest("[aria-live]");
            const words = region?.textContent.trim();
            if (words) window.heard.push([region.getAttribute("aria-live"), words, performance.now()]);
        }
    }).observe(document.body, {subtree: true, childList: true, characterData: true});
    return regions.length;
}"""


def listen(page: Page) -> None:
    assert page.evaluate(_LISTEN) >= 3, "a live region must stand there before its words come"


def heard(page: Page, manner: str) -> list[str]:
    """What was said that way since then."""
    return [words for words, _ in timed(page, manner)]


def timed(page: Page, manner: str) -> list[tuple[str, float]]:
    """The same with when it was said, ms."""
    said: list[tuple[str, str, float]] = page.evaluate("window.heard")
    return [(words, at) for how, words, at in said if how == manner]


def test_a_row_says_severity_state_and_place_in_words(seat: ControlRoom, alert: str) -> None:
    seat.awaits(alert)
    # rank, what and where, age, how grave and how it stands, what was seen: no sign, no colour
    row = rf"option \"\d+ Crush risk at {alert} \S+( min)? Critical, new · [\d.]+ people/m², expected .+\""
    assert re.search(row, seat.alerts.aria_snapshot())
    seat.take(alert)
    seat.acknowledge()
    expect(seat.row(alert)).to_have_accessible_name(re.compile(rf"Critical, {seat.who} · "))
    title = f"Hall {alert} spoken of"
    seat.open_incident(title)
    group = seat.page.get_by_role("group", name=re.compile(rf"^{title}, INC-\d+, owner {seat.who}"))
    expect(group.get_by_role("option")).to_have_count(1)


@pytest.mark.map
def test_what_a_page_is_made_of_has_names(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    page = seat.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Operator")
    for role, name in (
        ("banner", "Status"),
        ("navigation", "Boards"),
        ("region", "Alert queue"),
        ("complementary", "Alert detail"),
        ("region", "Actions"),
        ("region", "Timeline"),
        ("slider", re.compile(".+")),
        ("listbox", "Alerts by rank"),
    ):
        expect(page.get_by_role(role, name=name).first).to_be_visible()  # type: ignore[arg-type]
    # the course beside the words, and the map's canvas beside its list
    expect(
        seat.detail.get_by_role("img", name=re.compile(r"expected .* seen .* at \d\d:\d\d"))
    ).to_be_visible()
    expect(page).to_have_title(re.compile(rf"{alert}.* · Tocsin"))
    # each thing on the map is also a row with words: its name, kind, reading and age
    seat.press("o")
    objects = page.get_by_role("dialog", name="Objects on the map")
    expect(objects.get_by_role("searchbox")).to_be_visible()
    expect(objects.get_by_role("row").filter(has_text=alert)).to_contain_text("Crowd cell")
    # a mark says its rank and severity, an exit its number
    expect(seat.map.get_by_role("button", name=re.compile(rf"Critical .*{alert}"))).to_be_attached()


def test_new_alerts_are_called_once_and_a_flood_as_a_number(seat: ControlRoom, city: Instance) -> None:
    expect(seat.alerts).to_be_visible()
    listen(seat.page)
    first = crush(city)
    seat.awaits(first)
    seat.until("it is called", lambda: any(first in words for words in heard(seat.page, "assertive")))
    assert heard(seat.page, "assertive")[-1] == f"New critical alert: Crush risk at {first}."
    many = [crush(city) for _ in range(4)]
    for hall in many:
        seat.awaits(hall)

    def told() -> bool:
        counts = [re.match(r"(\d+) new alerts|New critical", w) for w in heard(seat.page, "assertive")]
        return sum(int(c.group(1) or 1) for c in counts if c) >= 5

    seat.until("all five are told", told)
    calls = heard(seat.page, "assertive")
    times = [at for _, at in timed(seat.page, "assertive")]
    gaps = [after - before for before, after in pairwise(times)]
    assert min(gaps) > SENTENCE_MS, "a sentence is heard to its end"
    assert sum(first in words for words in calls) == 1, "what was called is not called again"
    # what one has done oneself does not interrupt
    seat.take(first)
    seat.acknowledge()
    assert any(words.startswith("Acknowledged") for words in heard(seat.page, "polite"))
