"""The lake, as an analyst speaks of it."""

from __future__ import annotations

import re
from pathlib import Path

from console.e2e.driver import ControlRoom
from playwright.sync_api import Locator, expect


class LakePage:
    """The page of the lake, open at one seat."""

    def __init__(self, seat: ControlRoom) -> None:
        self.seat, self.page = seat, seat.page
        self.holds = self.page.get_by_role("region", name="What the lake holds")
        self.question = self.page.get_by_role("form", name=re.compile("^Question"))
        self.answer = self.page.get_by_role("region", name="Answer", exact=True)
        self.sql = self.page.get_by_label("SQL, one SELECT")
        expect(self.holds).to_be_visible()

    def part(self, name: str) -> None:
        self.holds.get_by_role("button", name=re.compile(rf"^{name}")).first.click()

    def finds(self, words: str) -> Locator:
        """The series that fit."""
        self.part("Series")
        self.holds.get_by_role("searchbox").fill(words)
        return self.holds.get_by_role("list", name="Series").get_by_role("button")

    def series(self, words: str) -> Locator:
        """The one that fits, once the lake of a young city has it."""
        found, again = self.finds(words), self.holds.get_by_role("button", name="Read again")

        def there() -> bool:
            if found.count() == 0 and again.is_enabled():
                again.click()
                self.page.wait_for_timeout(500)
            return found.count() == 1

        self.seat.until(f"one series of {words}", there, within_s=60)
        return found

    def asks(self, sql: str) -> None:
        """Written and run by keys alone, from wherever the focus is in the question."""
        self.sql.focus()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(sql)
        self.runs()

    def runs(self) -> None:
        self.page.keyboard.press("ControlOrMeta+Enter")

    def told(self, words: str | re.Pattern[str]) -> None:
        """What is said of the answer, once it has come."""
        expect(self.answer.get_by_role("status")).to_contain_text(words)

    def row(self, number: int) -> Locator:
        return self.answer.locator(f'tr[aria-rowindex="{number + 1}"]')

    def shows(self, view: str) -> None:
        self.answer.get_by_role("button", name=view, exact=True).click()

    def save_as(self, name: str, *, share: bool = False) -> None:
        self.question.get_by_role("button", name="Save as…").click()
        form = self.seat.form("Save this query")
        form.get_by_label("Name").fill(name)
        form.get_by_role("checkbox", name="Share with my room").set_checked(share)
        form.get_by_role("button", name="Save", exact=True).click()
        expect(form).to_be_hidden()

    def saved(self, name: str) -> Locator:
        self.part("Saved")
        return self.holds.get_by_role("listitem").filter(has_text=name)

    def opens(self, name: str) -> None:
        self.saved(name).get_by_role("button", name=f"Open {name}").click()
        expect(self.question.get_by_role("heading", name=name)).to_be_visible()

    def takes_away(self, kind: str) -> Path:
        with self.page.expect_download() as coming:
            self.answer.get_by_role("button", name=kind, exact=True).click()
        return Path(coming.value.path())
