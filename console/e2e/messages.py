"""How somebody is told, and the ledger of it, in the same words as the control room's driver."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from time import monotonic, sleep

from console.e2e.account import Account
from console.e2e.driver import ControlRoom
from playwright.sync_api import Locator, expect
from tests.notify.delivery.receivers import Mails


class Letters:
    """What came to the mail server of the city."""

    def __init__(self, server: Mails) -> None:
        self.server = server

    def with_words(self, words: str, within_s: float = 30.0) -> str:
        """The newest letter that holds these words."""
        end = monotonic() + within_s
        while monotonic() < end:
            for mail in reversed(self.server.mails):
                letter = message_from_bytes(bytes(mail.content or b""), policy=policy.default)
                said = f"{letter['subject']}\n{letter.get_content()}"
                if words in said:
                    return said
            sleep(0.1)
        raise AssertionError(f"no letter with {words!r} came")


class Notifications:
    """The section of one's own account."""

    def __init__(self, room: ControlRoom) -> None:
        Account(room)
        self.room, self.page = room, room.page
        self.here = self.page.get_by_role("region", name="Notifications")

    def address(self, mailbox: str, letters: Letters) -> None:
        """Give an address and show that it is one's own."""
        self.here.get_by_label("Mail address").fill(mailbox)
        self.save()
        found = re.search(r"\b\d{6}\b", letters.with_words("the code is"))
        assert found is not None
        self.here.get_by_role("textbox", name="Code from the mail").fill(found[0])
        self.here.get_by_role("button", name="Confirm").click()
        expect(self.here.get_by_text("Confirmed.").first).to_be_visible()

    def rule(self, kind: str, severity: str, *channels: str) -> None:
        row = self.here.get_by_role("row").filter(has_text=kind)
        row.get_by_role("combobox").select_option(severity)
        for channel in ("E-mail", "Browser"):
            row.get_by_role("checkbox", name=channel).set_checked(channel in channels)
        self.save()

    def quiet(self, start: str, end: str, *, critical: bool) -> None:
        self.here.get_by_role("checkbox", name="Quiet hours").check()
        self.here.get_by_label("From", exact=True).fill(start)
        self.here.get_by_label("To", exact=True).fill(end)
        self.here.get_by_role("checkbox", name="Critical ones come through").set_checked(critical)
        self.save()

    def no_quiet(self) -> None:
        self.here.get_by_role("checkbox", name="Quiet hours").uncheck()
        self.save()

    def save(self) -> None:
        self.here.get_by_role("button", name="Save").click()
        expect(self.here.get_by_role("button", name="Save")).to_be_disabled()

    def test(self, channel: str) -> None:
        self.here.get_by_role("button", name=f"Send me a test by {channel}").click()

    def push(self) -> None:
        self.here.get_by_role("button", name="Take pushes in this browser").click()

    @property
    def browsers(self) -> Locator:
        return self.here.get_by_role("button", name=re.compile(r"^Remove "))


class Ledger:
    """All messages, for administrators."""

    def __init__(self, room: ControlRoom) -> None:
        room.go("Messages")
        self.page = room.page

    def row(self, *words: str) -> Locator:
        """The newest line that says all of this."""
        rows = self.page.get_by_role("row")
        for word in words:
            rows = rows.filter(has_text=word)
        return rows.first

    def says(self, *words: str) -> None:
        """Read again until such a line is there."""
        end = monotonic() + 30.0
        while not self.row(*words).is_visible():
            assert monotonic() < end, words
            self.page.get_by_role("button", name="Read again").click()
            self.page.wait_for_timeout(400)

    def again(self, *words: str) -> None:
        self.row(*words).get_by_role("button", name="Send again").click()
