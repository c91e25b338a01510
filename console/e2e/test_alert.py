"""A new alert before an operator: that it comes, where it stands, and why the tool says so."""

from __future__ import annotations

import re

import pytest
from console.e2e.driver import ControlRoom
from console.e2e.readings import crush
from playwright.sync_api import expect


def test_a_new_alert_is_announced_and_says_why(seat: ControlRoom) -> None:
    expect(seat.page.get_by_role("main")).to_be_visible()
    hall = crush(seat.city)
    seat.awaits(hall)
    expect(seat.page.get_by_role("alert")).to_contain_text(f"New critical alert: Crush risk at {hall}")
    seat.take(hall)
    detail = seat.detail
    expect(detail).to_contain_text("Critical")
    # what was seen against what was expected: in a sentence, as a chart, in figures
    expect(detail.get_by_text(re.compile(rf"^4\.\d people/m² at {hall}"))).to_be_visible()
    expect(
        detail.get_by_role("img", name=re.compile(r"expected \d.* to \d.*, seen 4\.\d at "))
    ).to_be_visible()
    expect(detail.get_by_text("4 people/m² for 20 s", exact=True)).to_be_visible()
    # how far it can be trusted, on what it rests, and the rule that made it this grave
    expect(detail.get_by_role("meter", name="Fault probability")).to_have_attribute(
        "aria-valuenow", re.compile(r"^[1-4]?\d$")
    )
    expect(detail.get_by_role("button", name=re.compile(rf"{hall}.*4[34]\d")).first).to_be_visible()
    expect(detail.get_by_role("heading", name="What the rule says")).to_be_visible()
    expect(detail.get_by_text("as grave as the crowd tool says").first).to_be_visible()
    # times bear their zone, UTC beside
    expect(detail.get_by_text(re.compile(r"\d\d:\d\d:\d\d EES?T \d\d:\d\d:\d\d UTC"))).to_be_visible()


@pytest.mark.map
def test_the_number_in_the_queue_is_the_number_on_the_map(seat: ControlRoom, alert: str) -> None:
    seat.awaits(alert)
    seat.drawn()
    queue, marks = seat.ranks_on_map()
    for _ in range(20):
        if sorted(marks) == sorted(queue):
            break
        # an alert that comes this moment is drawn a moment after it stands in the queue
        seat.page.wait_for_timeout(250)
        queue, marks = seat.ranks_on_map()
    assert sorted(queue) == list(range(1, len(queue) + 1))
    assert sorted(marks) == sorted(queue)
    for rank, words in queue.items():
        assert words.startswith(marks[rank]), f"{rank} is {words!r} in the queue, {marks[rank]!r} on the map"
    # and a mark leads to the same alert, also where a graver one lies over it
    rank = next(rank for rank, words in queue.items() if alert in words)
    seat.map.get_by_role("button", name=re.compile(rf"^{rank} \w+ .*{alert}")).press("Enter")
    seat.holds(alert)


def test_the_queue_is_searched_by_word(seat: ControlRoom, alert: str) -> None:
    seat.awaits(alert)
    seat.press("/")
    seat.type(f"crush {alert}")
    expect(seat.alerts.get_by_role("option")).to_have_count(1)
    seat.press("Escape")
    seat.press("/")
    seat.type("nothing-is-called-that")
    expect(seat.page.get_by_text("Nothing in the queue matches")).to_be_visible()
