"""A receiver that cannot be reached is seen, its subscription paused, resumed and replayed, by keys alone."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom
from console.e2e.examined import flaws, small
from playwright.sync_api import expect

NAME = "Old integration"


def _call(city: Instance, method: str, path: str, body: dict[str, Any] | None = None) -> str:
    request = urllib.request.Request(
        f"{city.ready['url'].rstrip('/')}/ngsi-ld/v1{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {city.token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.headers.get("location", "")).rpartition("/")[2]


@contextmanager
def subscribed(city: Instance) -> Iterator[str]:
    """To crowd cells, told at a server that is nowhere."""
    endpoint = {"uri": "https://receiver.invalid/hook?key=secret"}
    body = {
        "type": "Subscription",
        "subscriptionName": NAME,
        "entities": [{"type": "CrowdFlowObserved"}],
        "notification": {"endpoint": endpoint},
    }
    name = _call(city, "POST", "/subscriptions", body)
    try:
        yield name
    finally:
        _call(city, "DELETE", f"/subscriptions/{name}")


def test_seen_failing_and_operated(seat: ControlRoom, city: Instance) -> None:
    seat.go("Subscriptions")
    page = seat.page
    expect(page.get_by_role("main")).to_contain_text("Nobody has subscribed")
    assert [*flaws(page), *small(page)] == []
    with subscribed(city) as subscription:
        operated(seat, subscription)


def operated(seat: ControlRoom, subscription: str) -> None:
    page = seat.page
    row = page.get_by_role("row").filter(has_text=NAME)
    expect(row).to_contain_text("failing", timeout=30_000)
    row.get_by_role("button", name=NAME).focus()
    page.keyboard.press("Enter")
    told = page.get_by_role("region", name="Subscription", exact=True)
    expect(told).to_contain_text("cannot be reached")
    expect(told).to_contain_text("https://receiver.invalid/hook")
    expect(told).not_to_contain_text("secret")
    assert [*flaws(page), *small(page)] == []
    told.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    expect(row).to_contain_text("paused")
    told.get_by_role("button", name="Resume").focus()
    page.keyboard.press("Enter")
    expect(row).not_to_contain_text("paused")
    told.get_by_label("The last").select_option("6 h")
    told.get_by_role("button", name="Replay").focus()
    page.keyboard.press("Enter")
    expect(told.get_by_role("status")).to_contain_text("It is told again")
    seat.open(f"/subscriptions/{subscription}")
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
