"""A board and rearranging it, as whoever sits before it speaks of it."""

from __future__ import annotations

import re

from console.e2e.driver import ControlRoom
from playwright.sync_api import Locator, expect

MOST_TABS = 80


class Board:
    """The board page at one seat."""

    def __init__(self, room: ControlRoom, title: str) -> None:
        self.room, self.page = room, room.page
        self.main = self.page.get_by_role("main", name=f"Board {title}")
        expect(self.main).to_be_visible()

    def panel(self, name: str) -> Locator:
        return self.main.get_by_role("region", name=name, exact=True)

    def handle(self, name: str) -> Locator:
        """What moves and sizes a panel; it says where that lies."""
        return self.main.get_by_role("button", name=re.compile(rf"^{re.escape(name)}: column \d+, row \d+"))

    def lies(self, name: str, column: int, row: int, wide: int, high: int) -> None:
        where = f"{name}: column {column}, row {row}, {wide} wide, {high} high"
        expect(self.handle(name)).to_have_attribute("aria-label", re.compile(f"^{re.escape(where)}"))

    def announced(self, words: str) -> None:
        expect(self.main.get_by_role("status").filter(has_text=words)).to_be_attached()

    def stands_by(self, source: str) -> None:
        """Whose arrangement it is: as delivered, your room's default, your copy."""
        expect(self.main.get_by_text(source, exact=True)).to_be_visible()

    def reach(self, control: Locator) -> None:
        """By Tab alone."""
        for _ in range(MOST_TABS):
            self.room.press("Tab")
            if control.count() and control.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{control} is not reached by Tab")

    def button(self, name: str) -> Locator:
        return self.main.get_by_role("button", name=name, exact=True)

    def presses(self, name: str) -> None:
        """A button, reached and pressed without a mouse."""
        self.reach(self.button(name))
        self.room.press("Enter")
