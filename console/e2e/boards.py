"""The other boards, in the same words as the control room's driver."""

from __future__ import annotations

import re

from console.e2e.driver import ControlRoom
from playwright.sync_api import Locator, expect


class IncidentBoard:
    """One incident, opened."""

    def __init__(self, room: ControlRoom, title: str) -> None:
        self.room, self.page = room, room.page
        self.board = self.page.get_by_role("main", name=title)
        expect(self.board).to_be_visible()

    @property
    def log(self) -> Locator:
        return self.board.get_by_role("region", name="Log")

    def note(self, words: str) -> None:
        self.log.get_by_role("textbox", name="Note").fill(words)
        self.log.get_by_role("button", name="Write").click()
        self.logged(words)

    def logged(self, words: str) -> None:
        expect(self.log.get_by_role("listitem").filter(has_text=words)).to_be_visible()

    def close(self, outcome: str, words: str) -> None:
        self.board.get_by_role("button", name="Close incident…").click()
        form = self.room.form("Close this incident")
        form.get_by_role("button", name=outcome, exact=True).click()
        form.get_by_label("In a sentence").fill(words)
        form.get_by_role("button", name="Close incident", exact=True).click()
        self.closed(outcome, words)

    def closed(self, outcome: str, words: str) -> None:
        expect(self.board).to_contain_text(f"closed by {self.room.who}")
        expect(self.board.get_by_text("How it ended")).to_be_visible()
        expect(self.board).to_contain_text(f"{outcome}: {words}")


class QuarantineBoard:
    """What was not understood."""

    def __init__(self, room: ControlRoom) -> None:
        room.go("Quarantine")
        self.page = room.page

    def line(self, words: str) -> Locator:
        return (
            self.page.get_by_role("listbox", name="Quarantine").get_by_role("option").filter(has_text=words)
        )

    def awaits(self, words: str) -> Locator:
        """The line of an item, once it is listed."""
        expect(self.line(words)).to_be_visible()
        return self.line(words)

    @property
    def item(self) -> Locator:
        return self.page.get_by_role("region", name="As it came")


class StatusWall:
    """Stages, tools, processes."""

    def __init__(self, room: ControlRoom) -> None:
        room.go("Status")
        self.page = room.page

    def stage(self, name: str) -> Locator:
        return (
            self.page.get_by_role("region", name="Stages")
            .get_by_role("row")
            .filter(has=self.page.get_by_role("cell", name=re.compile(rf"^{re.escape(name)}$")))
        )

    def tool(self, title: str) -> Locator:
        return self.page.get_by_role("region", name="Tools").get_by_role("button").filter(has_text=title)


class SensorBoard:
    """Every sensor, and the page of one."""

    def __init__(self, room: ControlRoom) -> None:
        room.go("Sensors")
        self.page = room.page

    def find(self, words: str) -> None:
        self.page.get_by_role("searchbox", name="Find by name, id or kind").fill(words)

    def choose(self, name: str) -> Locator:
        """The page of the sensor."""
        self.page.get_by_role("listbox", name="Sensors").get_by_role("option").filter(has_text=name).click()
        sensor = self.page.get_by_role("region", name=name, exact=True)
        expect(sensor).to_be_visible()
        return sensor
