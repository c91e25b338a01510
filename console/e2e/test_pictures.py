"""Pictures of every board, for people to look at: ``.cache/shots``."""

from __future__ import annotations

import pytest
from console.e2e.boards import QuarantineBoard, SensorBoard
from console.e2e.driver import ControlRoom
from console.e2e.readings import misunderstood
from playwright.sync_api import expect

SIZES = {"1440": (1440, 900), "1920": (1920, 1080), "1366": (1366, 768)}


@pytest.mark.parametrize(
    ("theme", "size"), [("dark", "1440"), ("light", "1440"), ("dark", "1920"), ("dark", "1366")]
)
def test_operator(room: ControlRoom, alert: str, theme: str, size: str) -> None:
    width, height = SIZES[size]
    room.page.set_viewport_size({"width": width, "height": height})
    room.sign_in()
    room.wears(theme)
    room.take(alert)
    room.drawn()
    room.page.wait_for_timeout(300)  # the map settles on what is in hand
    room.shot(f"operator-{theme}-{size}")


def test_boards(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    seat.acknowledge()
    title = f"Crowding at {alert}"
    seat.open_incident(title)
    seat.action("Incident").click()
    expect(seat.page.get_by_role("main", name=title)).to_be_visible()
    seat.drawn()
    seat.shot("incident")
    board = SensorBoard(seat)
    sensor = board.choose("SQ-D4")
    sensor.get_by_role("button", name="24 h").click()
    expect(sensor.get_by_role("img", name="People")).to_be_visible()
    seat.shot("sensor")
    seat.go("Tools")
    expect(seat.page.get_by_role("heading", name="Guide")).to_be_visible()
    seat.shot("tools")
    seat.go("Status")
    expect(seat.page.get_by_role("region", name="Processes")).to_be_visible()
    seat.shot("status")
    device = misunderstood(seat.city, "Gate 3")
    quarantine = QuarantineBoard(seat)
    quarantine.awaits(device.lower()).click()
    expect(quarantine.item).to_contain_text(device)
    seat.shot("quarantine")
