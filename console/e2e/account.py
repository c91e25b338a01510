"""What a person looks after themselves, in the same words as the control room's driver."""

from __future__ import annotations

from console.e2e.driver import ControlRoom
from playwright.sync_api import Locator, expect


class Account:
    """One's own account, opened from the top bar."""

    def __init__(self, room: ControlRoom) -> None:
        self.room, self.page = room, room.page
        self.page.get_by_role("banner").get_by_role("link", name=room.who, exact=True).click()
        expect(self.page.get_by_role("main", name="Account")).to_be_visible()

    @property
    def factor(self) -> Locator:
        return self.page.get_by_role("region", name="Second factor")

    @property
    def sessions(self) -> Locator:
        """One row for each place where this person is signed in."""
        return self.page.get_by_role("region", name="Open sessions").locator("tbody tr")

    def room_taken(self, title: str) -> None:
        here = self.page.get_by_role("region", name="Your control rooms").locator("[aria-current]")
        expect(here).to_contain_text(title)
        expect(here).to_contain_text("you sit here")

    def begin(self, password: str) -> str:
        """Set a second factor up as far as its secret, which is answered."""
        self.factor.get_by_role("button", name="Turn on…").click()
        sheet = self.room.form("Set up a second factor")
        sheet.get_by_label("Password").fill(password)
        sheet.get_by_role("button", name="Next").click()
        expect(sheet.get_by_role("img", name="QR code of the secret below")).to_be_visible()
        return sheet.locator(".secret").inner_text().replace(" ", "")

    def confirm(self, code: str) -> list[str]:
        """Type the first code; answers the recovery codes."""
        sheet = self.room.form("Set up a second factor")
        sheet.get_by_label("First code").fill(code)
        sheet.get_by_role("button", name="Turn on", exact=True).click()
        codes = self.room.form("Recovery codes")
        expect(codes.get_by_role("listitem")).to_have_count(8)
        found = codes.get_by_role("listitem").all_inner_texts()
        codes.get_by_role("button", name="I have them").click()
        return found

    def turn_off(self, password: str, code: str) -> None:
        self.factor.get_by_role("button", name="Turn off…").click()
        sheet = self.room.form("Turn the second factor off")
        sheet.get_by_label("Password").fill(password)
        sheet.get_by_label("Code").fill(code)
        sheet.get_by_role("button", name="Turn off", exact=True).click()
        expect(sheet).to_be_hidden()
