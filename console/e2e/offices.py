"""Administering and overseeing, as the people in those offices speak of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom, window
from playwright.sync_api import Browser, Locator, expect


@contextmanager
def somebody(
    browser: Browser, city: Instance, name: str, password: str, *, path: str = "/"
) -> Iterator[ControlRoom]:
    """Another person at another machine, signed in."""
    context = window(browser)
    seat = ControlRoom(context.new_page(), city, [])
    seat.open(path)
    seat.page.get_by_label("Name").fill(name)
    seat.page.get_by_label("Password").fill(password)
    seat.page.get_by_role("button", name="Sign in").click()
    expect(seat.boards).to_be_visible()
    yield seat
    context.close()


class Administration:
    """The admin page, open at one seat."""

    def __init__(self, seat: ControlRoom) -> None:
        self.page = seat.page

    def part(self, name: str) -> Locator:
        self.page.get_by_role("navigation", name="Parts of administration").get_by_role(
            "button", name=name
        ).click()
        return self.page.get_by_role("region", name=name)

    def adds_organisation(self, title: str, name: str) -> None:
        listed = self.part("Organisations")
        form = self.page.get_by_role("region", name="Add an organisation")
        form.get_by_label("What people call it").fill(title)
        form.get_by_label("Id, stands in every record").fill(name)
        form.get_by_role("button", name="Add", exact=True).click()
        expect(listed.get_by_role("row").filter(has_text=title)).to_contain_text("control room")

    def adds_person(self, name: str, organisation: str, role: str) -> str:
        """Their password, which is shown once."""
        people = self.part("People and roles")
        people.get_by_role("button", name="Add a person…").click()
        form = self.page.get_by_role("dialog", name="Add a person")
        form.get_by_label("Name to sign in with").fill(name)
        form.get_by_label("Organisation").select_option(label=organisation)
        form.get_by_label("Role").select_option(value=role)
        form.get_by_role("button", name="Add", exact=True).click()
        shown = self.page.get_by_role("dialog", name=f"{name} may sign in")
        password = shown.get_by_role("status").inner_text()
        shown.get_by_role("button", name="I have it").click()
        expect(shown).to_be_hidden()
        return password

    def line(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("button", name=name, exact=True))

    def gives_or_takes(self, name: str, role: str, organisation: str) -> None:
        card = self._card(name)
        card.get_by_label("Roles in").select_option(label=organisation)
        switch = card.get_by_role("switch", name=role)
        before = switch.get_attribute("aria-checked") == "true"
        switch.click()
        expect(switch).to_be_checked(checked=not before)

    def shuts_out(self, name: str) -> None:
        card = self._card(name)
        card.get_by_role("button", name="Shut out…").click()
        card.get_by_role("button", name="Shut out", exact=True).click()
        expect(card.get_by_role("button", name="Let in again")).to_be_visible()

    def _card(self, name: str) -> Locator:
        self.line(name).get_by_role("button", name=name, exact=True).click()
        return self.page.get_by_role("region", name=name, exact=True)


class Oversight:
    """The ethics officer's page, open at one seat."""

    def __init__(self, seat: ControlRoom) -> None:
        self.page = seat.page
        self.record = self.page.get_by_role("region", name="Who looked at what, and why")
        self.whole = self.page.get_by_role("region", name="Is the record whole?")

    def reads(self, why: str, *, person: str = "", action: str = "", rows: str = "Everything") -> None:
        self.record.get_by_label("Why you look").fill(why)
        self.record.get_by_label("Person").fill(person)
        self.record.get_by_label("Action").fill(action)
        self.record.get_by_role("button", name=rows, exact=True).click()
        with self.page.expect_response(lambda answer: "/audit?" in answer.url):
            self.record.get_by_role("button", name="Read the record").click()

    def row(self, words: str) -> Locator:
        return self.record.get_by_role("row").filter(has_text=words)
