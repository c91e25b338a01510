"""Public spaces, as a planner who draws them speaks of it. By keys: the table takes what the map takes."""

from __future__ import annotations

from console.e2e.driver import ControlRoom
from playwright.sync_api import Locator, expect

#: longitude, latitude
Corner = tuple[float, float]


class Drawing:
    """The page of spaces, open at one seat."""

    def __init__(self, room: ControlRoom) -> None:
        self.page = room.page

    @property
    def wrong(self) -> Locator:
        return self.page.get_by_role("region", name="What is wrong")

    @property
    def kept(self) -> Locator:
        return self.page.get_by_role("region", name="Keeping")

    def begins(self, name: str) -> None:
        self.page.get_by_role("button", name="New space").press("Enter")
        self.page.get_by_label("Name of the space").fill(name)

    def opens(self, name: str) -> None:
        self.page.get_by_role("list", name="Spaces").get_by_role("button", name=name).press("Enter")
        expect(self.page.get_by_label("Name of the space")).to_have_value(name)

    def adds(self, kind: str) -> None:
        self.page.get_by_role("group", name="Add and draw").get_by_role(
            "button", name=kind, exact=True
        ).press("Enter")

    def corners(self, *corners: Corner) -> None:
        """Of the part in hand, typed."""
        for number, corner in enumerate(corners, 1):
            if not self.page.get_by_label(f"Latitude {number}", exact=True).count():
                self.page.get_by_role("button", name="Add a point").press("Enter")
            self.moves(number, corner)

    def moves(self, number: int, corner: Corner) -> None:
        for label, value in zip(("Longitude", "Latitude"), corner, strict=True):
            field = self.page.get_by_label(f"{label} {number}", exact=True)
            field.fill(str(value))
            field.press("Tab")

    def keeps(self, version: int) -> None:
        self.would_keep("Keep the space" if version == 1 else "Keep a new version")
        expect(self.kept).to_contain_text(f"is kept as version {version}.")

    def would_keep(self, button: str = "Keep a new version") -> None:
        """Pressed as soon as what was drawn is found sound."""
        keep = self.kept.get_by_role("button", name=button)
        expect(keep).to_be_enabled()
        keep.press("Enter")

    def puts_away(self, name: str) -> None:
        expect(self.page.get_by_label("Name of the space")).to_have_value(name)
        self.kept.get_by_role("button", name="Put away…").press("Enter")
        self.kept.get_by_role("button", name="Put away", exact=True).press("Enter")
        expect(self.page.get_by_role("list", name="Spaces")).not_to_contain_text(name)
