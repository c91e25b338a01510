"""A space is drawn, its faults are told, it is kept by version; two who change it at once lose nothing."""

from __future__ import annotations

from uuid import uuid4

from benchmarks.instance import Instance
from console.e2e.drawing import Drawing
from console.e2e.driver import ControlRoom
from console.e2e.examined import flaws, small
from console.e2e.offices import somebody
from playwright.sync_api import Browser, expect

WEST, EAST, SOUTH, NORTH = 24.9500, 24.9510, 60.1680, 60.1686


def test_a_space_is_drawn_mended_kept_and_changed_by_two(browser: Browser, city: Instance) -> None:
    name = f"Market {uuid4().hex[:6]}"
    password = next(one["password"] for one in city.ready["rooms"] if one["user"] == "planning")
    with somebody(browser, city, "planning", password, path="/spaces") as seat:
        drawing = Drawing(seat)
        expect(drawing.wrong).to_contain_text("Nothing is wrong with it.")  # the one of the demonstration
        drawing.begins(name)
        drawing.corners((WEST, SOUTH), (EAST, SOUTH), (WEST, NORTH), (EAST, NORTH))
        expect(drawing.wrong).to_contain_text("Crosses itself")
        assert [*flaws(seat.page), *small(seat.page)] == []
        drawing.moves(3, (EAST, NORTH))
        drawing.moves(4, (WEST, NORTH))
        expect(drawing.wrong).not_to_contain_text("Crosses itself")
        expect(drawing.wrong).to_contain_text("No way out")
        drawing.adds("Exit")
        drawing.corners((WEST + 0.0004, SOUTH), (WEST + 0.0005, SOUTH))
        expect(drawing.wrong).to_contain_text("Nothing is wrong with it.")
        drawing.keeps(1)
        with somebody(browser, city, "planning", password, path="/spaces") as other:
            theirs = Drawing(other)
            theirs.opens(name)
            _widens(other, 6)
            theirs.keeps(2)
        _widens(seat, 5)
        drawing.would_keep()
        conflict = drawing.kept.get_by_role("alert")
        expect(conflict).to_contain_text("kept version 2")
        conflict.get_by_role("button", name="Keep mine over it").press("Enter")
        expect(drawing.kept).to_contain_text("is kept as version 3.")
        # it can be planned on at once, until it is put away
        seat.page.get_by_role("button", name="Plan here…").press("Enter")
        expect(seat.page.get_by_role("combobox", name="Space")).to_contain_text(name)
        expect(seat.page.get_by_label("Width of Exit 1, m")).to_have_value("5")
        seat.page.get_by_role("button", name="Draw spaces…").press("Enter")
        drawing.puts_away(name)


def _widens(seat: ControlRoom, width_m: int) -> None:
    exit_ = seat.page.get_by_role("region", name="Ways out").get_by_role("button", name="Exit 1")
    if exit_.get_attribute("aria-pressed") == "false":
        exit_.press("Enter")
    seat.page.get_by_label("Width, m").fill(str(width_m))
