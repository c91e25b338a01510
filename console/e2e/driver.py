"""The control room as an operator speaks of it: specs say what is done and seen, this file knows where."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks.instance import Instance
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / ".cache" / "shots"
#: a seat's screen, drawn at half its resolution: the map and every frame are drawn in software here, specs
#: look at places and words, and those stay where they are. `pictures.py` draws all of it
SEAT: dict[str, Any] = {
    "viewport": {"width": 1440, "height": 900},
    "locale": "en-GB",
    "device_scale_factor": 0.5,
}


def window(browser: Browser, *, map_drawn: bool = False, **differing: Any) -> BrowserContext:
    """A browser of one's own, as wide as a seat. Drawn in software, the map takes more than all the rest
    together: unless ``map_drawn`` the page is told that it cannot be had, as where there is no WebGL.
    """
    context = browser.new_context(**SEAT | differing)
    if not map_drawn:
        context.route(re.compile(r"/assets/GlMap-"), lambda route: route.abort())
    return context


#: generous: the machine may be drawing maps in software beside its other work
expect.set_options(timeout=15_000)

#: to the browser each question of a driver is a press; here only a real one counts
_UNTOUCHED = """{
    let pressed = false;
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => (pressed = true), true);
    Object.defineProperty(navigator, "userActivation", {value: {get hasBeenActive() { return pressed; }}});
}"""

_ROW = re.compile(r'option "(?P<rank>\d+) (?P<words>.*)"')
_MARK = re.compile(r'button "(?P<rank>\d+) (?P<severity>Critical|High|Medium|Low) (?P<words>.*?)"')


class ControlRoom:
    """One seat before one browser page. ``complaints``: what the browser grumbled about, scripts and CSP."""

    def __init__(self, page: Page, city: Instance, complaints: list[str]) -> None:
        self.page, self.city, self.complaints = page, city, complaints
        self.url = city.ready["url"].rstrip("/")

    # --- coming and going

    def open(self, path: str = "/") -> None:
        self.page.goto(self.url + path)

    def sign_in(self, password: str | None = None, *, path: str = "/") -> None:
        """From the door to the board named by ``path``."""
        self.open(path)
        self.offer(password or self.city.ready["password"])
        expect(self.boards).to_be_visible()

    def offer(self, password: str) -> None:
        """Fill in the form and send it, whatever comes of it."""
        self.page.get_by_label("Name").fill(self.city.ready["user"])
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def sign_out(self) -> None:
        self.help().get_by_role("button", name="Sign out").click()

    def leads_to(self, board: str) -> Locator:
        """The link to a board; what waits there is counted beside its name."""
        return self.boards.get_by_role("link", name=re.compile(rf"^{board}\s*\d*$"))

    def go(self, board: str) -> None:
        link = self.leads_to(board)
        if not link.is_visible():
            self.boards.get_by_text("More", exact=True).click()
        link.click()
        expect(self.boards.locator("[aria-current=page]").filter(has_text=board).first).to_be_visible()

    @property
    def boards(self) -> Locator:
        return self.page.get_by_role("navigation", name="Boards")

    def beside(self, *, untouched: bool = False) -> ControlRoom:
        """A second seat of the same person; ``untouched``: nobody has pressed anything on it yet."""
        other = ControlRoom(self.page.context.new_page(), self.city, self.complaints)
        if untouched:
            other.page.add_init_script(_UNTOUCHED)
        other.open()
        expect(other.boards).to_be_visible()
        return other

    def again(self) -> None:
        """Load the page anew; the session lives on."""
        self.page.reload()
        expect(self.boards).to_be_visible()

    # --- the queue

    @property
    def alerts(self) -> Locator:
        return self.page.get_by_role("listbox", name="Alerts by rank")

    def row(self, alert: str) -> Locator:
        return self.alerts.get_by_role("option").filter(has_text=alert)

    def queue(self) -> dict[int, str]:
        """Rank and words, as it stands this very moment."""
        return {int(m["rank"]): m["words"] for m in _ROW.finditer(self.alerts.aria_snapshot())}

    def awaits(self, alert: str) -> Locator:
        """The row of an alert, once it is there."""
        expect(self.row(alert)).to_be_visible()
        return self.row(alert)

    def take(self, alert: str) -> None:
        """By mouse."""
        self.awaits(alert).click()
        self.holds(alert)

    def holds(self, alert: str) -> None:
        """This alert is the one in hand."""
        expect(self.detail.get_by_role("heading", level=2)).to_contain_text(alert)

    def ranks_on_map(self) -> tuple[dict[int, str], dict[int, str]]:
        """Number -> words, in the queue and on the map, read in one moment."""
        picture = self.page.get_by_role("main").aria_snapshot()
        queue = {int(m["rank"]): m["words"] for m in _ROW.finditer(picture)}
        marks = {int(m["rank"]): m["words"] for m in _MARK.finditer(picture)}
        return queue, marks

    # --- the alert in hand

    @property
    def detail(self) -> Locator:
        return self.page.get_by_role("complementary", name="Alert detail")

    @property
    def actions(self) -> Locator:
        return self.page.get_by_role("region", name="Actions")

    def action(self, name: str) -> Locator:
        return self.actions.get_by_role("button", name=name, exact=True)

    def state(self, words: str | re.Pattern[str], alert: str) -> None:
        """How the alert's row says it stands."""
        expect(self.row(alert)).to_contain_text(words)

    def logged(self, words: str) -> None:
        """The newest lines of the alert's log say who did what."""
        expect(self.detail.get_by_role("listitem").filter(has_text=words).first).to_be_visible()

    def acknowledge(self) -> None:
        self.action("Acknowledge").click()
        self.logged(f"{self.who} acknowledged")

    def confirm(self) -> None:
        self.action("Confirm").click()
        self.logged(f"{self.who} confirmed")

    def undo(self) -> None:
        self.action("Undo").click()

    def reject(self, reason: str) -> None:
        self.action("Reject…").click()
        form = self.form("Reject this alert")
        expect(form.get_by_role("button", name="Reject", exact=True)).to_be_disabled()
        form.get_by_role("button", name=reason).click()
        form.get_by_role("button", name="Reject", exact=True).click()

    def shelve(self, reason: str, span: str) -> None:
        self.action("Shelve…").click()
        form = self.form("Shelve this alert")
        form.get_by_label("Reason").fill(reason)
        form.get_by_role("button", name=span, exact=True).click()
        expect(form).to_contain_text(re.compile(r"back at \d\d:\d\d:\d\d E"))
        form.get_by_role("button", name="Shelve", exact=True).click()

    def close_alert(self, words: str) -> None:
        self.action("Close…").click()
        form = self.form("Close this alert")
        form.get_by_label("Reason").fill(words)
        form.get_by_role("button", name="Close alert").click()

    def open_incident(self, title: str) -> None:
        self.action("Incident…").click()
        form = self.form("Open an incident, or join one")
        form.get_by_label("Title").fill(title)
        form.get_by_role("button", name="Open incident").click()
        expect(self.page.get_by_role("group", name=title)).to_be_visible()

    def form(self, title: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("dialog", name=title)

    @property
    def who(self) -> str:
        return str(self.city.ready["user"])

    # --- what is set aside

    def set_aside(self) -> Locator:
        """The list of what is shelved, held back or rejected."""
        self.page.get_by_role("button", name=re.compile("^Shelved|set aside")).click()
        return self.page.get_by_role("list", name="Set aside")

    # --- keys and settings

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def help(self) -> Locator:
        self.page.get_by_role("banner").get_by_role("button", name="Keys and settings").click()
        return self.form("Keys and settings")

    def wears(self, theme: str) -> None:
        """Dark or light, chosen as a person does."""
        sheet = self.help()
        sheet.get_by_role("button", name=theme.title()).click()
        expect(self.page.locator("html")).to_have_attribute("data-theme", theme)
        self.shut(sheet)

    def shut(self, dialog: Locator) -> None:
        dialog.get_by_role("button", name="Close", exact=True).click()
        expect(dialog).to_be_hidden()

    @property
    def sound(self) -> Locator:
        return self.page.get_by_role("banner").get_by_role("button", name=re.compile("[Ss]ound|muted"))

    @property
    def tour(self) -> Locator:
        return self.page.get_by_role("complementary", name="Guided tour")

    # --- map, timeline, connection

    @property
    def map(self) -> Locator:
        return self.page.get_by_role("region", name=re.compile("^Map")).first

    def drawn(self) -> None:
        """The map stands: the first whole picture is on the canvas."""
        self.page.locator("[data-drawn=true]").first.wait_for(timeout=40_000)

    def banner(self, words: str) -> Locator:
        return self.page.get_by_role("alert").or_(self.page.get_by_role("status")).filter(has_text=words)

    @property
    def past(self) -> Locator:
        """The bar over everything while a moment is looked back at; not there when live."""
        return self.page.get_by_role("region", name="Looking back")

    def look_back(self, minutes: int) -> None:
        """By keys, from live: a step is a minute, with Shift ten."""
        for _ in range(minutes // 10):
            self.press("Shift+ArrowLeft")
        for _ in range(minutes % 10):
            self.press("ArrowLeft")
        expect(self.past).to_be_visible()

    def until(self, what: str, holds: Callable[[], bool], within_s: float = 15.0) -> None:
        """Wait for what no locator can say."""
        end = monotonic() + within_s
        while not holds():
            assert monotonic() < end, f"{what}: not within {within_s:g} s"
            self.page.wait_for_timeout(50)

    def shot(self, name: str) -> None:
        """A picture for people, in ``.cache/shots``."""
        self.page.screenshot(path=SHOTS / f"{name}.png")
