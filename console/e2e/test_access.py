"""For everybody: names, sizes, themes, and screens of a control room."""

from __future__ import annotations

from typing import Any

import pytest
from console.e2e.driver import ControlRoom
from playwright.sync_api import expect

#: in the bar, and one press away behind "More"
BAR = ("Operator", "Board", "Incident", "Tasks", "Sensors", "Tools", "Status")
BOARDS = (*BAR, "Alarms")
ROLES = {
    "button",
    "link",
    "textbox",
    "searchbox",
    "checkbox",
    "combobox",
    "option",
    "slider",
    "listbox",
    "dialog",
}
#: WCAG 2.2, 2.5.8, with its exceptions: links within a sentence, and marks of the timeline, each of which is
#: a row of the queue as well
TARGET_PX = 24
_SMALL = """least => {
    const kinds = "button, a[href], input, select, [role=option], [role=slider]";
    const seen = e => e.checkVisibility({visibilityProperty: true});
    const except = e => e.closest("dd") || /^\\d\\d:\\d\\d:\\d\\d /.test(e.getAttribute("aria-label") ?? "");
    const small = [];
    const within = document.querySelector("dialog[open]") ?? document;
    for (const e of within.querySelectorAll(kinds)) {
        const target = e.matches("input") && e.closest("label") || e;
        const {width, height} = target.getBoundingClientRect();
        if (!seen(e) || except(e) || width + height === 0 || Math.min(width, height) >= least) continue;
        // it looks small; but how far round it does it answer?
        e.scrollIntoView({block: "center"});
        const box = target.getBoundingClientRect();
        const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
        const half = least / 2 - 1;
        const hits = [[-half, 0], [half, 0], [0, -half], [0, half]].filter(([dx, dy]) => {
            const hit = document.elementFromPoint(x + dx, y + dy);
            return hit === target || target.contains(hit);
        });
        if (hits.length < 4) small.push(`${e.ariaLabel ?? e.innerText}: ${width} x ${height}`);
    }
    return small;
}"""
#: words that do not fit their control, controls that do not fit the screen
_CUT = """names => {
    const root = document.documentElement;
    const cut = root.scrollWidth > innerWidth || root.scrollHeight > innerHeight ? ["the page itself"] : [];
    for (const e of document.querySelectorAll("button, a[href]")) {
        if (!names.includes(e.innerText.split("\\n")[0].trim())) continue;
        const {left, top, right, bottom} = e.getBoundingClientRect();
        const out = left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
        if (out || e.scrollWidth > e.clientWidth + 1) cut.push(e.innerText);
    }
    return cut;
}"""
_MOVING = """() => [...document.querySelectorAll("*")].filter(e => {
    const {animationDuration, transitionDuration} = getComputedStyle(e);
    return parseFloat(animationDuration) > 0.01 || parseFloat(transitionDuration) > 0.01;
}).map(e => e.outerHTML.slice(0, 80))"""


def nameless(room: ControlRoom) -> list[str]:
    """Interactive elements that a screen reader could not name, as the browser's own tree has them."""
    devtools = room.page.context.new_cdp_session(room.page)
    nodes: list[dict[str, Any]] = devtools.send("Accessibility.getFullAXTree")["nodes"]
    devtools.detach()
    return [
        node["role"]["value"]
        for node in nodes
        if not node.get("ignored")
        and node.get("role", {}).get("value") in ROLES
        and not node.get("name", {}).get("value", "").strip()
    ]


@pytest.mark.map
def test_everything_has_a_name_and_can_be_hit(seat: ControlRoom, alert: str) -> None:
    seat.take(alert)
    seat.drawn()
    for board in BOARDS:
        seat.go(board)
        expect(seat.page.get_by_role("main").get_by_role("heading").first).to_be_visible()
        assert nameless(seat) == [], board
        assert seat.page.evaluate(_SMALL, TARGET_PX) == [], board
    seat.go("Operator")
    for opener, form in (("Reject…", "Reject this alert"), ("Shelve…", "Shelve this alert")):
        seat.action(opener).click()
        expect(seat.form(form)).to_be_visible()
        assert nameless(seat) == [], form
        assert seat.page.evaluate(_SMALL, TARGET_PX) == [], form
        seat.press("Escape")
    seat.help()
    assert nameless(seat) == []
    assert seat.page.evaluate(_SMALL, TARGET_PX) == []


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1440, 900), (1920, 1080)])
def test_actions_stay_in_view_on_the_screens_of_a_control_room(
    seat: ControlRoom, alert: str, width: int, height: int
) -> None:
    seat.page.set_viewport_size({"width": width, "height": height})
    seat.take(alert)
    buttons = seat.actions.get_by_role("button")
    expect(buttons).to_have_count(6)
    for button in buttons.all():
        expect(button).to_be_in_viewport(ratio=1)
    names = ["Acknowledge", "Confirm", "Reject…", "Shelve…", "Incident…", "Undo", *BAR]
    assert seat.page.evaluate(_CUT, names) == []
    for board in BAR:
        expect(seat.leads_to(board)).to_be_in_viewport(ratio=1)
    # why it was raised is read without scrolling
    expect(seat.detail.get_by_role("img").first).to_be_in_viewport(ratio=1)
    seat.shelve("A long reason that somebody typed in a hurry and that goes on and on and on", "8 h")
    expect(seat.row(alert)).to_be_hidden()


@pytest.mark.map
def test_nothing_moves_for_those_who_asked_for_stillness(seat: ControlRoom, alert: str) -> None:
    seat.page.emulate_media(reduced_motion="reduce")
    seat.take(alert)
    assert seat.page.evaluate(_MOVING) == []
