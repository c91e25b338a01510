"""The second step at the door, the account page, and the way in over the city's own OpenID provider."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx
import pyotp
import pytest
from benchmarks.instance import Instance, instance
from console.e2e.account import Account
from console.e2e.driver import ControlRoom, window
from playwright.sync_api import Browser, Page, expect
from tests.provider.process import CLIENT_ID, CLIENT_SECRET, ProviderProcess, running_provider


@dataclass
class Shared:
    """A city that trusts a provider, and the provider."""

    city: Instance
    provider: ProviderProcess


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    state = tmp_path_factory.mktemp("city")
    (state / "sign-in.toml").write_text('[soc-operators]\ncontrol-room = ["operator"]\n')
    (state / "client-secret").write_text(CLIENT_SECRET)
    (state / "client-secret").chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with running_provider(url + "/api/v1/session/oidc/callback") as provider:
        (state / "tocsin.toml").write_text(
            f'[http]\npublic_url = "{url}"\n'
            f'[identity]\noidc_issuer = "{provider.issuer}"\noidc_name = "City Login"\n'
            f'oidc_client_id = "{CLIENT_ID}"\noidc_secret_file = "client-secret"\n'
        )
        provider.account("s-bea", preferred_username="bea", groups=["soc-operators"])
        provider.account("s-cyd", preferred_username="cyd", groups=["visitors"])
        with instance("--port", str(port), state=state) as city:
            yield Shared(city, provider)


@pytest.fixture(scope="module")
def city(shared: Shared) -> Instance:
    """In place of the demonstration: accounts are changed here, and others must go on signing in there."""
    return shared.city


@pytest.fixture(scope="module")
def administrator(city: Instance) -> Iterator[httpx.Client]:
    """Who lets people in, over the API."""
    with httpx.Client(base_url=city.ready["url"].rstrip("/") + "/api/v1", timeout=30) as client:
        words = {"user": city.ready["user"], "password": city.ready["password"]}
        client.headers["X-CSRF-Token"] = client.post("/session", json=words).json()["csrf"]
        made = client.post("/organisations", json={"id": "it-soc", "title": "City IT"})
        assert made.status_code == 201, made.text
        yield client


@pytest.fixture
def ann(room: ControlRoom, administrator: httpx.Client) -> ControlRoom:
    """A seat of somebody with two rooms."""
    name = f"ann-{datetime.now(UTC):%H%M%S%f}"
    person = {"name": name, "organisation": "control-room", "role": "operator"}
    password = administrator.post("/people", json=person).json()["password"]
    assert administrator.put(f"/people/{name}/roles/it-soc/cyber").status_code == 204
    room.city = replace(room.city, ready={**room.city.ready, "user": name, "password": password})
    return room


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=steps)


def test_a_second_factor_from_the_first_code_to_the_last(ann: ControlRoom) -> None:
    password = ann.city.ready["password"]
    ann.sign_in()
    account = Account(ann)
    secret = account.begin(password)
    recovery = account.confirm(code(secret))
    expect(account.factor).to_contain_text("8 recovery codes left")
    ann.sign_out()
    # the password alone opens nothing, a wrong code neither, the next code does
    ann.offer(password)
    field = ann.page.get_by_label("Code")
    expect(field).to_be_focused()
    field.fill("nonsense")
    ann.press("Enter")
    expect(ann.page.get_by_role("alert")).to_contain_text("This code is wrong")
    field.fill(code(secret, 1))
    ann.press("Enter")
    expect(ann.boards).to_be_visible()
    Account(ann).turn_off(password, recovery[0])
    ann.sign_out()
    ann.offer(password)
    expect(ann.boards).to_be_visible()


def test_rooms_and_sessions_of_ones_own(ann: ControlRoom, browser: Browser) -> None:
    ann.sign_in()
    account = Account(ann)
    expect(account.sessions).to_have_count(1)
    account.room_taken("Control room")
    ann.page.get_by_role("button", name="Sit in City IT").click()
    account.room_taken("City IT")
    ann.again()
    account.room_taken("City IT")
    # a screen that was left open somewhere else, ended from here
    context = window(browser)
    left = ControlRoom(context.new_page(), ann.city, [])
    left.sign_in()
    ann.again()
    expect(account.sessions).to_have_count(2)
    other = account.sessions.filter(has_not_text="this one")
    other.get_by_role("button", name="End the session of Chrome on Linux").click()
    expect(account.sessions).to_have_count(1)
    left.page.reload()
    expect(left.page.get_by_role("form", name="Sign in")).to_be_visible()
    context.close()


def log_in_there(page: Page, who: str) -> None:
    page.get_by_role("link", name="Sign in with City Login").click()
    page.locator("input[name=login]").fill(who)
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()


def test_in_over_the_provider_and_back_to_the_page_that_was_asked_for(
    shared: Shared, browser: Browser
) -> None:
    context = window(browser)
    bea = ControlRoom(context.new_page(), shared.city, [])
    bea.open("/account")
    log_in_there(bea.page, "s-bea")
    expect(bea.page.get_by_role("heading", name="bea")).to_be_visible()
    assert bea.page.url == f"{bea.url}/account"
    expect(bea.page.get_by_role("region", name="Second factor")).to_contain_text("at your provider")
    cookies = {c["name"]: c for c in context.cookies()}
    assert cookies["tocsin_session"]["httpOnly"]
    assert cookies["tocsin_session"]["sameSite"] == "Strict"
    assert "tocsin_sign_in" not in cookies
    context.close()


def test_who_has_no_role_is_told_and_a_provider_that_is_down_too(shared: Shared, browser: Browser) -> None:
    context = window(browser)
    cyd = ControlRoom(context.new_page(), shared.city, [])
    cyd.open()
    log_in_there(cyd.page, "s-cyd")
    expect(cyd.page.get_by_role("alert")).to_contain_text("you have no role here")
    assert cyd.page.url == f"{cyd.url}/"
    shared.provider.stop()
    cyd.page.get_by_role("link", name="Sign in with City Login").click()
    expect(cyd.page.get_by_role("alert")).to_contain_text("City Login cannot be reached now")
    cyd.offer(shared.city.ready["password"])
    expect(cyd.boards).to_be_visible()
    context.close()
