"""A responder's phone, as a responder speaks of it."""

from __future__ import annotations

from benchmarks.instance import Instance
from playwright.sync_api import BrowserContext, Locator, Page, expect


class Phone:
    """One person before the field's page; ``offline`` is a tunnel."""

    def __init__(self, context: BrowserContext, city: Instance, row: dict[str, str]) -> None:
        self.context, self.city, self.row = context, city, row
        self.page: Page = context.new_page()
        self.url = city.ready["url"].rstrip("/")

    def sign_in(self) -> None:
        self.page.goto(self.url + "/")
        self.offer(self.row["user"], self.row["password"])
        self.page.wait_for_url("**/field")
        expect(self.page.get_by_role("main", name="Your tasks").or_(self.answers)).to_be_visible()
        # the worker has the page's files: from now on it opens in a tunnel
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def offer(self, user: str, password: str) -> None:
        self.page.get_by_label("Name").fill(user)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def open(self, incident: str) -> None:
        """The task of this incident, from the list where there are several."""
        row = self.page.get_by_role("link").filter(has_text=incident)
        expect(row.or_(self.answers).first).to_be_visible(timeout=30_000)
        if row.is_visible():
            row.click()
        expect(self.page.get_by_role("main")).to_contain_text(incident)

    @property
    def answers(self) -> Locator:
        return self.page.get_by_role("region", name="Answer")

    def press(self, name: str) -> None:
        self.answers.get_by_role("button", name=name, exact=True).click()

    def line(self, words: str) -> Locator:
        return self.page.get_by_role("checkbox", name=words)

    def says(self, words: str) -> None:
        expect(self.page.locator(".notes")).to_contain_text(words, timeout=30_000)

    def offline(self, on: bool) -> None:
        self.context.set_offline(on)

    def sign_out(self) -> None:
        self.page.get_by_role("button", name="More").click()
        sheet = self.page.get_by_role("dialog", name="More")
        sheet.get_by_role("button", name="Sign out").click()
        again = sheet.get_by_role("button", name="Sign out all the same")
        if again.is_visible():
            again.click()
        expect(self.page.get_by_role("button", name="Sign in")).to_be_visible()
