"""A city that has just been made, and the page that leads to its first alert: words of who sets it up."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

from benchmarks.instance import Instance, instance
from console.e2e.driver import ControlRoom
from console.e2e.readings import send
from playwright.sync_api import Locator, expect

ADMINISTRATOR = "anna"


@contextmanager
def begun(state: Path) -> Iterator[Instance]:
    """``tocsin init`` and ``tocsin up`` on an empty folder; the ready line has the password that was told."""
    words = ["init", str(state), "--name", "Padova", "--place", "11.8768,45.4064", "--language", "en"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tocsin",
            *words,
            "--timezone",
            "Europe/Rome",
            "--administrator",
            ADMINISTRATOR,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    printed = re.search(r"password  (\S+)", done.stdout)
    assert printed, done.stdout
    with instance(state=state) as city:
        city.ready["password"] = printed[1]
        yield city


def darkened(city: Instance) -> None:
    """The camera of the first steps has been dark for half a minute: an alert is there."""
    now = datetime.now(UTC)
    place = {"lon": 11.8768, "lat": 45.4064}
    moments = [(now - timedelta(seconds=ago)).isoformat() for ago in (30, 0)]
    send(
        city,
        [{"id": "CAM-1", "type": "Camera", "observedAt": at, "status": "dark", **place} for at in moments],
    )
    city.wait("an alert", lambda: bool(city.get("/alerts", state="all")["items"]))


class FirstSteps:
    """The page, opened from what stands under the empty queue."""

    def __init__(self, room: ControlRoom) -> None:
        self.room, self.page = room, room.page

    @property
    def offered(self) -> Locator:
        """What stands under the queue of an administrator while nothing has happened yet."""
        return self.page.get_by_role("complementary", name="First steps")

    @property
    def shown(self) -> Locator:
        return self.page.get_by_role("region", name="First steps")

    def go_on(self) -> None:
        self.offered.get_by_role("link", name="Go on").press("Enter")
        expect(self.shown.get_by_role("heading", level=1)).to_have_text("First steps")

    def step(self, title: str) -> Locator:
        return self.shown.get_by_role("listitem").filter(
            has=self.page.get_by_role("button", name=re.compile(f"^{title}"))
        )

    def ticked(self, title: str, says: str | re.Pattern[str], *, within_s: float = 15.0) -> None:
        """The step says that it is done, and what has happened."""
        step = self.step(title)
        expect(step.get_by_role("button", name=f"{title} done")).to_be_visible(timeout=1000 * within_s)
        expect(step.get_by_role("status").first).to_contain_text(says)

    def waits(self, title: str) -> None:
        """This is the step to go on with, and it stands open."""
        step = self.step(title)
        expect(step).to_have_attribute("aria-current", "step")
        expect(step.get_by_role("button", name=f"{title} open")).to_have_attribute("aria-expanded", "true")

    def run(self, label: str) -> str:
        """At a terminal, what the page says, to the letter; its output.

        The commands tell the time by the second, and of two readings of one second none is the later: a
        hand takes longer to come back.
        """
        sleep(1.0)
        words = self.shown.get_by_label(label, exact=True).inner_text()
        done = subprocess.run(["sh", "-c", words], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout
