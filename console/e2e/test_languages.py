"""A person's language: chosen once and spoken at every seat, or chosen at the door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex

import httpx
import pytest
from benchmarks.instance import Instance
from console.e2e.driver import window
from playwright.sync_api import Browser, BrowserContext, Page, expect


@dataclass
class Newcomer:
    name: str
    password: str


@pytest.fixture
def administrator(city: Instance) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=city.ready["url"].rstrip("/") + "/api/v1", timeout=30) as client:
        words = {"user": city.ready["user"], "password": city.ready["password"]}
        client.headers["X-CSRF-Token"] = client.post("/session", json=words).json()["csrf"]
        yield client


@pytest.fixture
def kari(administrator: httpx.Client) -> Newcomer:
    """Somebody of her own: the other specs' operator goes on in English."""
    room = administrator.get("/session").json()["user"]["organisation"]
    name = f"kari-{token_hex(3)}"
    made = administrator.post("/people", json={"name": name, "organisation": room, "role": "operator"})
    assert made.status_code == 201, made.text
    return Newcomer(name, made.json()["password"])


@pytest.fixture
def seats(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Browsers that never saw this city, set to British English."""
    made = [window(browser) for _ in range(2)]
    yield made
    for context in made:
        context.close()


def enter(page: Page, who: Newcomer) -> None:
    page.locator("input[name=user]").fill(who.name)
    page.locator("input[name=password]").fill(who.password)
    page.locator("form button.primary").click()


def test_a_person_who_chose_norwegian_is_greeted_in_norwegian(
    city: Instance, kari: Newcomer, seats: list[BrowserContext]
) -> None:
    page = seats[0].new_page()
    page.goto(city.ready["url"])
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")
    enter(page, kari)
    expect(page.get_by_role("navigation", name="Boards")).to_be_visible()
    page.get_by_role("banner").get_by_role("link", name=kari.name).click()
    page.get_by_role("group", name="Language").get_by_role("button", name="Norsk bokmål").click()
    expect(page.get_by_role("main", name="Konto")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "nb-NO")
    expect(page.get_by_role("group", name="Språk").locator("[aria-pressed=true]")).to_have_text(
        "Norsk bokmål"
    )
    page.get_by_role("button", name="Logg ut").click()
    expect(page.get_by_role("form", name="Logg inn")).to_be_visible()
    page.reload()
    # the next one at this seat begins with the browser's preference
    expect(page.get_by_role("form", name="Sign in")).to_be_visible()

    other = seats[1].new_page()
    other.goto(city.ready["url"] + "account")
    expect(other.get_by_role("form", name="Sign in")).to_be_visible()
    enter(other, kari)
    boards = other.get_by_role("navigation", name="Sider")
    expect(boards.get_by_role("link", name="Operatør")).to_be_visible()
    expect(other.locator("html")).to_have_attribute("lang", "nb-NO")
    # the session ends tomorrow: its day, its month and the hour as Norwegians write them
    ends = other.get_by_role("region", name="Åpne økter").locator("tbody tr").first
    expect(ends).to_contain_text(re.compile(r"\d{1,2}\. [a-zæøå]{3,4}\.? \d{2}:\d{2}"))
    # how long ago the last message came, with a decimal comma
    expect(other.get_by_role("banner")).to_contain_text(re.compile(r"\d,\d s"))


def test_a_language_chosen_at_the_door_is_kept_with_whoever_signs_in(
    city: Instance, kari: Newcomer, seats: list[BrowserContext]
) -> None:
    page = seats[0].new_page()
    page.goto(city.ready["url"])
    page.get_by_role("group", name="Language").get_by_role("button", name="Italiano").click()
    expect(page.get_by_role("form", name="Accesso")).to_be_visible()
    enter(page, Newcomer(kari.name, "sbagliata"))
    expect(page.get_by_role("alert")).to_have_text("Nome o password errati.")
    enter(page, kari)
    expect(page.get_by_role("navigation", name="Pagine")).to_be_visible()
    with httpx.Client(base_url=city.ready["url"].rstrip("/") + "/api/v1", timeout=30) as client:
        words = {"user": kari.name, "password": kari.password}
        assert client.post("/session", json=words).json()["user"]["language"] == "it"
