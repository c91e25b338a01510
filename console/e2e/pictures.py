"""Pictures of every board at a good moment of the story: ``python -m console.e2e.pictures``.

They lie in ``.cache/shots``; the one of the operator's board in the dark is kept for the README as well.
"""

from __future__ import annotations

import re
import shutil

from benchmarks.browser import chromium
from benchmarks.instance import Instance, instance
from console.e2e.boards import QuarantineBoard, SensorBoard
from console.e2e.driver import ROOT, SHOTS, ControlRoom
from console.e2e.readings import misunderstood
from playwright.sync_api import Browser, Locator, expect

KEPT = ROOT / "docs" / "img" / "operator.png"
#: from the start of the story to the press before the way out
PRESSED_WITHIN_S = 420.0
TITLE = "Demonstration, Railway Square"
SCREENS = (("dark", 1440, 900), ("light", 1440, 900), ("dark", 1920, 1080), ("dark", 1366, 768))


def main() -> None:
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True)
    with instance("--seed", "7", command="demo") as city, chromium() as browser:
        seats = {screen: _seat(browser, city, *screen) for screen in SCREENS}
        first = seats[SCREENS[0]]
        first.shot("operator-start")
        city.wait("something unusual", lambda: bool(_open(city, "")), PRESSED_WITHIN_S)
        _begin_incident(first)
        city.wait("a crush risk", lambda: bool(_open(city, "crowd.density")), PRESSED_WITHIN_S)
        for room in seats.values():
            _crush(room).click()
        first.page.wait_for_timeout(6000)  # it goes on; the maps settle on what is in hand
        for (theme, width, _), room in seats.items():
            room.shot(f"operator-{theme}-{width}")
        for screen in SCREENS[1:]:
            seats[screen].page.context.close()
        _boards(first, city)
        first.page.context.close()
    shutil.copy(SHOTS / "operator-dark-1440.png", KEPT)


def _open(city: Instance, kind: str) -> list[dict[str, str]]:
    return [a for a in city.get("/alerts", state="open", limit=200)["items"] if a["kind"].startswith(kind)]


def _crush(room: ControlRoom) -> Locator:
    return room.alerts.get_by_role("option").filter(has_text="Crush risk").first


def _seat(browser: Browser, city: Instance, theme: str, width: int, height: int) -> ControlRoom:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    room = ControlRoom(context.new_page(), city, [])
    room.sign_in()
    room.wears(theme)
    room.tour.get_by_role("button", name="Hide the tour").click()
    room.drawn()
    return room


def _begin_incident(room: ControlRoom) -> None:
    """What the operator has done by then: the first unusual reading is seen and owned."""
    room.alerts.get_by_role("option").last.click()
    room.action("Acknowledge").click()
    expect(room.action("Close…")).to_be_visible()
    room.open_incident(TITLE)


def _boards(room: ControlRoom, city: Instance) -> None:
    _crush(room).click()
    room.action("Incident…").click()
    form = room.form("Open an incident, or join one")
    form.get_by_role("button", name=re.compile(TITLE)).click()
    room.action("Incident").click()
    expect(room.page.get_by_role("main", name=TITLE)).to_be_visible()
    room.drawn()
    room.page.wait_for_timeout(1500)
    room.shot("incident")
    sensor = SensorBoard(room).choose("SQ-A4")
    sensor.get_by_role("button", name="24 h").click()
    expect(sensor.get_by_role("img", name="People")).to_be_visible()
    room.drawn()
    room.shot("sensor")
    room.go("Tools")
    expect(room.page.get_by_role("heading", name="Guide")).to_be_visible()
    room.drawn()
    room.shot("tools")
    room.go("Status")
    expect(room.page.get_by_role("region", name="Processes")).to_be_visible()
    room.shot("status")
    device = misunderstood(city, "Gate 3")
    quarantine = QuarantineBoard(room)
    quarantine.awaits(device.lower()).click()
    expect(quarantine.item).to_contain_text(device.lower())  # its source; the bytes are masked
    room.shot("quarantine")


if __name__ == "__main__":
    main()
