"""Evacuation plans, as a planner and an operator speak of them."""

from __future__ import annotations

import re

from console.e2e.driver import ControlRoom
from playwright.sync_api import Locator, expect

#: a worker that nobody has asked yet loads its libraries first
FIRST_MS = 30_000


class Planning:
    """The planning page, open at one seat."""

    def __init__(self, room: ControlRoom) -> None:
        self.page = room.page

    @property
    def plan(self) -> Locator:
        return self.page.get_by_role("region", name="Plan", exact=True)

    @property
    def clearing(self) -> Locator:
        return self.plan.get_by_role("definition").first

    def drawn(self) -> str:
        """What the drawing says of itself, once there is one."""
        drawing = self.page.get_by_role("img", name=re.compile("people, all out after"))
        expect(drawing).to_be_visible(timeout=FIRST_MS)
        return drawing.get_attribute("aria-label") or ""

    def people(self, count: int) -> None:
        self.page.get_by_label("People", exact=True).fill(str(count))
        expect(self.page.get_by_role("img", name=re.compile(f"{count:,} people"))).to_be_visible()

    def shut(self, way: str) -> None:
        self.page.get_by_role("checkbox", name=way).uncheck()
        expect(self.plan.get_by_role("row", name=re.compile(rf"{way} · shut"))).to_be_visible()

    def widens(self, way: str, width_m: float) -> None:
        self.page.get_by_label(f"Width of {way}, m").fill(f"{width_m:g}")

    @property
    def changed(self) -> Locator:
        """What is otherwise than in the plan that it started from."""
        return self.page.get_by_role("region", name="What changed")

    def threatens(self) -> Locator:
        """An area that people must not come near, put a little to the north of the middle, by keys."""
        self.page.get_by_role("button", name="Area", exact=True).press("Enter")
        aim = self.page.get_by_role("application", name=re.compile("Place on the drawing"))
        for key in ("ArrowUp", "ArrowUp", "Enter"):
            aim.press(key)
        return self.page.get_by_role("article", name="Area 1")

    def keeps(self, name: str) -> Locator:
        self.page.get_by_label("Keep this question as").fill(name)
        self.page.get_by_role("button", name="Keep", exact=True).press("Enter")
        return self.page.get_by_role("region", name="Kept plans").get_by_role("button", name=name).first


class IncidentPlans:
    """The plans of the incident that is open at a seat."""

    def __init__(self, room: ControlRoom) -> None:
        self.page = room.page

    @property
    def shown(self) -> Locator:
        return self.page.get_by_role("region", name="Evacuation plans")

    @property
    def on_map(self) -> Locator:
        return self.page.get_by_role("group", name="Plan on the map")

    def came(self, reason: str) -> Locator:
        """A plan that nobody here asked for, with the reason that it was asked for."""
        item = self.shown.get_by_role("listitem").filter(has_text=reason).filter(has_text="proposed").first
        expect(item).to_be_visible(timeout=FIRST_MS)
        return item

    def looks(self, item: Locator) -> Locator:
        item.get_by_role("button", name="Show").press("Enter")
        sheet = self.page.get_by_role("dialog")
        expect(sheet).to_contain_text("How sure: when the last one is out")
        return sheet

    def asks(self) -> Locator:
        ask = self.shown.get_by_role("button", name="Ask for a plan")
        expect(ask).to_be_enabled()
        ask.press("Enter")
        answered = self.shown.get_by_role("listitem").filter(has_text="proposed").first
        expect(answered).to_be_visible(timeout=FIRST_MS)
        return answered
