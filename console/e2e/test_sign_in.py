"""The door: who comes in, who does not, and what is told."""

from __future__ import annotations

from console.e2e.driver import ControlRoom
from playwright.sync_api import expect


def test_a_wrong_password_is_told_and_the_right_one_opens(room: ControlRoom) -> None:
    room.open()
    expect(room.page.get_by_label("Name")).to_be_focused()
    room.offer("not-the-password")
    expect(room.page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    expect(room.page.get_by_label("Password")).to_be_empty()
    room.offer(room.city.ready["password"])
    expect(room.boards).to_be_visible()


def test_an_address_survives_the_door_and_signing_out_ends_it(room: ControlRoom) -> None:
    room.sign_in(path="/status")
    expect(room.page.get_by_role("region", name="Stages")).to_be_visible()
    room.sign_out()
    expect(room.page.get_by_role("form", name="Sign in")).to_be_visible()
    room.open("/sensors")
    expect(room.page.get_by_role("form", name="Sign in")).to_be_visible()
