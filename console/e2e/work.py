"""Work on an incident, in the words of the control room's driver: procedure, steps, proposals, grouping."""

from __future__ import annotations

import re

from console.e2e.boards import IncidentBoard
from console.e2e.driver import ControlRoom
from playwright.sync_api import Locator, expect

_ALERT = re.compile(r"AL-\d+")


def opened(room: ControlRoom, alert: str, title: str) -> Procedure:
    """An incident of that alert, its page before us."""
    room.take(alert)
    room.open_incident(title)
    room.action("Incident").click()
    return Procedure(room, title)


class Procedure(IncidentBoard):
    """What is to be done in one incident, and how incidents become one or two."""

    @property
    def left(self) -> Locator:
        return self.board.get_by_role("region", name="Procedure")

    @property
    def step(self) -> Locator:
        """The step in hand."""
        return self.board.get_by_role("region", name=re.compile("^(Next step|Step in hand)$"))

    def offers(self, title: str) -> None:
        expect(self.left.get_by_role("button", name=f"Start {title}")).to_be_visible()

    def holds(self, title: str) -> None:
        """This step is the one in hand."""
        expect(self.step).to_contain_text(title)

    def line(self, words: str) -> Locator:
        return self.step.get_by_role("checkbox", name=words)

    def stands(self, step: str, words: str | re.Pattern[str]) -> None:
        # its own row: others say what they wait for
        row = self.left.get_by_role("option", name=re.compile(rf"^\d+ {re.escape(step)}"))
        expect(row).to_contain_text(words)

    def choose(self, step: str) -> None:
        self.left.get_by_role("option").filter(has_text=step).first.click()
        self.holds(step)

    def act(self, name: str) -> Locator:
        return self.step.get_by_role("button", name=name, exact=True)

    def says_why(self, form: str, reason: str, button: str) -> None:
        """Fill in the form that asks for a reason."""
        sheet = self.room.form(form)
        sheet.get_by_label("Reason").fill(reason)
        sheet.get_by_role("button", name=button, exact=True).click()
        expect(sheet).to_be_hidden()

    # --- one or two

    def merge(self, other: str, reason: str) -> None:
        """``other``: title of the incident that is this one too."""
        self.board.get_by_role("button", name="More…").click()
        self.room.form("More actions").get_by_role("button", name="Merge another into this…").click()
        form = self.room.form(re.compile("^Merge into"))
        form.get_by_role("checkbox", name=other).check()
        form.get_by_label("Why?").fill(reason)
        form.get_by_role("button", name="Merge 1 into this").click()
        expect(self.board.get_by_text("Merged into this")).to_be_visible()

    def unmerge(self, reason: str) -> None:
        self.board.get_by_role("button", name="Un-merge…").click()
        self.says_why_merged(reason)
        expect(self.board.get_by_text("Merged into this")).to_be_hidden()

    def says_why_merged(self, reason: str) -> None:
        form = self.room.form(re.compile("^Un-merge INC-"))
        form.get_by_label("Reason").fill(reason)
        form.get_by_role("button", name="Un-merge", exact=True).click()

    def alerts(self, count: int) -> None:
        expect(self.board.get_by_role("listbox", name="Alerts").get_by_role("option")).to_have_count(count)


class Proposals:
    """What correlation thinks belongs together, under the queue."""

    def __init__(self, room: ControlRoom) -> None:
        self.room = room
        self.strip = room.page.get_by_role("region", name="Proposals")

    def of(self, *halls: str) -> Locator:
        """The proposal that names the alerts about all of these."""
        found = self.strip.get_by_role("article")
        for hall in halls:
            self.room.take(hall)
            said = _ALERT.search(self.room.detail.inner_text())
            assert said is not None, "the detail names the alert"
            found = found.filter(has_text=said.group())
        more = self.strip.get_by_role("button", name=re.compile(r"^\d+ more$"))

        def there() -> bool:
            if more.is_visible():
                more.click()
            return found.first.is_visible()

        self.room.until("the proposal is shown", there)
        return found.first
