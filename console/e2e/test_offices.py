"""Letting people in, shutting them out, and finding out who looked at what, and why."""

from __future__ import annotations

import re
from uuid import uuid4

from benchmarks.instance import Instance
from console.e2e.driver import ControlRoom
from console.e2e.offices import Administration, Oversight, somebody
from playwright.sync_api import Browser, expect


def test_a_new_room_and_a_person_who_sits_there_until_shut_out(
    room: ControlRoom, browser: Browser, city: Instance
) -> None:
    mark = uuid4().hex[:6]
    harbour, name = f"Harbour patrol {mark}", f"ann-{mark}"
    room.sign_in(path="/admin")
    office = Administration(room)
    office.adds_organisation(harbour, f"harbour-{mark}")
    password = office.adds_person(name, harbour, "supervisor")
    expect(office.line(name)).to_contain_text("supervisor")
    office.gives_or_takes(name, "operator", harbour)
    expect(office.line(name)).to_contain_text("operator")

    with somebody(browser, city, name, password) as seat:
        expect(seat.alerts).to_be_visible()
        for board in ("Admin", "Oversight"):
            expect(seat.boards.get_by_text(board, exact=True)).to_have_count(0)
        expect(seat.help()).to_contain_text(f"{name}, operator")
        seat.page.keyboard.press("Escape")

        office.shuts_out(name)
        expect(seat.page.get_by_role("form", name="Sign in")).to_be_visible(timeout=5_000)
        expect(seat.page.get_by_role("alert")).to_contain_text("Your account was shut out")


def test_a_room_is_removed_and_its_id_is_gone(room: ControlRoom) -> None:
    mark = uuid4().hex[:6]
    room.sign_in(path="/admin/rooms")
    office = Administration(room)
    office.adds_organisation(f"Ice rink {mark}", f"rink-{mark}")
    row = room.page.get_by_role("row").filter(has_text=f"Ice rink {mark}")
    row.get_by_role("button", name="Remove…").click()
    asked = room.page.get_by_role("dialog", name=f"Remove Ice rink {mark}")
    expect(asked).to_contain_text("Nothing is open there")
    asked.get_by_role("button", name=f"Remove Ice rink {mark}").click()
    expect(row).to_be_hidden()


def test_an_ethics_officer_finds_who_read_the_record_and_why(
    room: ControlRoom, browser: Browser, city: Instance
) -> None:
    mark = uuid4().hex[:6]
    room.sign_in(path="/admin")
    office = Administration(room)
    first = (f"eve-{mark}", office.adds_person(f"eve-{mark}", "Police control room", "ethics officer"))
    second = (f"max-{mark}", office.adds_person(f"max-{mark}", "Police control room", "ethics officer"))

    with somebody(browser, city, *first, path="/oversight") as seat:
        page = Oversight(seat)
        expect(page.record).to_contain_text("Nothing is read yet")
        expect(page.record.get_by_role("button", name="Read the record")).to_be_disabled()
        page.reads(f"complaint {mark}", person="operator", action="person")
        expect(page.row("person.create").first).to_contain_text("operator")

    with somebody(browser, city, *second, path="/oversight") as seat:
        page = Oversight(seat)
        page.reads("who looked before me", person=first[0], rows="Looks")
        found = page.row("audit.read")
        expect(found).to_have_count(1)
        expect(found).to_contain_text(first[0])
        expect(found).to_contain_text(f"oversight: complaint {mark}")

        page.whole.get_by_role("button", name="Verify every row").or_(
            page.whole.get_by_role("button", name="Verify again")
        ).click()
        expect(page.whole.get_by_text("Whole", exact=True)).to_be_visible(timeout=30_000)
        # a city that has just begun has signed nothing yet, and says so
        expect(page.whole).to_contain_text(re.compile("Key fingerprint|No checkpoint is signed yet"))
