"""Every place of the console, and how one comes there. The route table is the console's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from console.e2e.driver import ROOT, ControlRoom
from playwright.sync_api import expect

_ROUTER = ROOT / "console" / "src" / "app" / "router.svelte.ts"
#: of the table itself: the first page, and what stands where nothing is
_ALWAYS = {"operator", "missing"}


def boards() -> set[str]:
    """Names of all boards, as the console's router knows them."""
    table = re.search(r"const BOARDS = new Set\(\[(.*?)\]\)", _ROUTER.read_text(), re.DOTALL)
    assert table, f"{_ROUTER.name} has no table of boards"
    return set(re.findall(r'"([a-z-]+)"', table.group(1))) | _ALWAYS


def _nothing(_: ControlRoom) -> None:
    return


@dataclass(frozen=True)
class Place:
    """``board``: name in the router. ``path``: where it is. ``shows``: words there once it is whole.

    ``then``: what is pressed there first.
    """

    board: str
    path: str
    shows: str
    then: Callable[[ControlRoom], None] = _nothing


def first_row(room: ControlRoom) -> None:
    """The first line of a list, opened."""
    row = room.page.get_by_role("main").get_by_role("option").first
    expect(row).to_be_visible()
    row.click()


def places(*, incident: str, sensor: str) -> list[Place]:
    """All of them, for a city where these exist."""
    return [
        Place("operator", "/", "Queue"),
        # the list, or the one that is open
        Place("incident", "/incident", "Incidents"),
        Place("incident", f"/incident/{incident}", "Log"),
        Place("tasks", "/tasks", "Tasks"),
        Place("requests", "/requests", "Requests"),
        Place("sensors", "/sensors", "Sensors"),
        Place("sensors", f"/sensors/{sensor}", "readings"),
        Place("tools", "/tools", "Tools"),
        Place("tools", "/tools/crowd", "Guide"),
        Place("status", "/status", "Processes"),
        Place("quarantine", "/quarantine", "Quarantine"),
        Place("quarantine", "/quarantine", "As it came", first_row),
        Place("account", "/account", "Second factor"),
        Place("admin", "/admin/people", "People and roles"),
        Place("admin", "/admin/rooms", "Organisations"),
        Place("admin", "/admin/tokens", "Tokens"),
        Place("admin", "/admin/devices", "Devices"),
        Place("admin", "/admin/sessions", "Open sessions"),
        Place("oversight", "/oversight", ""),
        Place("privacy", "/privacy", "Published counts"),
        Place("alarms", "/alarms", "ISA-18.2"),
        Place("maintenance", "/maintenance", "Maintenance"),
        Place("maintenance", f"/maintenance/{sensor}", "Maintenance"),
        Place("shift", "/shift/8", "Shift"),
        *(Place("boards", f"/boards/{role}", "Edit") for role in ROLES),
        Place("notify", "/notify", "Messages"),
        Place("warning", "/warning", "As the public reads it"),
        Place("first", "/first", "First steps"),
        Place("lake", "/lake", "Series"),
        Place("subscriptions", "/subscriptions", "Subscriptions"),
        Place("analysis", "/analysis", "Series"),
        Place("planning", "/planning", "Ways out that are open"),
        # whoever plans sees them: `test_drawing`
        Place("spaces", "/spaces", "Planners draw spaces"),
        Place("missing", "/no/such/page", "There is no page at this address."),
    ]


ROLES = (
    "operator",
    "supervisor",
    "analyst",
    "cyber",
    "planner",
    "cbrn",
    "decision-maker",
    "ethics-officer",
    "field",
)


def arrive(room: ControlRoom, place: Place) -> None:
    """By the console's own history, without loading it anew: as a link does."""
    room.page.evaluate(
        "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }",
        place.path,
    )
    place.then(room)
    main = room.page.get_by_role("main")
    expect(main).to_contain_text(place.shows, ignore_case=True)
    expect(main.get_by_text("Reading…")).to_have_count(0)
