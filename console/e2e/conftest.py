"""A browser for the specs, and a running city for it to look at."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.browser import chromium
from benchmarks.instance import Instance, instance
from console.e2e.driver import ControlRoom, window
from console.e2e.readings import crush
from playwright.sync_api import Browser, ConsoleMessage

#: said by the browser itself where a spec asks for it: nobody signed in yet, a door that is gone, a refusal
EXPECTED = re.compile(
    # figures are asked for now and then: also in the moment in which somebody signs out
    r"status of 401 .*/api/v1/(session|figures/response)$|status of 409 .*/acknowledge$"
    # what an address names is asked for, to say whether it is closed or not there
    r"|status of 40[34] .*/(incidents|alerts)/[A-Z]+-\d+$"
    r"|status of 409 .*/devices$"
    r"|status of 409 .*/spaces/[a-z0-9-]+$"
    r"|status of 422 .*/boards/[a-z-]+/import$"
    r"|status of 422 .*/lake/query$"
    r"|status of 422 .*/warnings/W-\d+/submit$"
    # a spec without the map
    r"|/assets/GlMap-"
    r"|net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)"
)
#: an error thrown into the browser's console comes with its stack
NAMED = """{
    const said = console.error.bind(console);
    console.error = (...all) => said(...all.map(w => (w instanceof Error ? `${w.message} ${w.stack}` : w)));
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def city() -> Iterator[Instance]:
    """The demonstration, seed 7, as anyone starts it.

    While specs are written, ``TOCSIN_CITY`` may name a file with the ready line of one that runs already.
    """
    if known := os.environ.get("TOCSIN_CITY"):
        nobody = subprocess.Popen(["true"], text=True)
        nobody.wait()
        yield Instance(nobody, Path(), json.loads(Path(known).read_text()), 0.0)
        return
    with instance("--seed", "7", command="demo") as running:
        yield running


@pytest.fixture
def room(request: pytest.FixtureRequest, browser: Browser, city: Instance) -> Iterator[ControlRoom]:
    """An operator at a fresh seat, not signed in yet. Fails at the end if the browser complained.

    Specs marked ``map`` have the map before them.
    """
    context = window(browser, map_drawn=request.node.get_closest_marker("map") is not None)
    context.add_init_script(NAMED)
    complaints: list[str] = []

    def grumble(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{message.text} {message.location['url']}")

    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", grumble)
    yield ControlRoom(context.new_page(), city, complaints)
    context.close()
    assert [words for words in complaints if not EXPECTED.search(words)] == []


@pytest.fixture
def seat(room: ControlRoom) -> ControlRoom:
    """An operator who has signed in and has the picture before them."""
    room.sign_in()
    return room


@pytest.fixture
def alert(city: Instance) -> str:
    """Something to deal with, of this spec alone: the id of a hall where people press together."""
    return crush(city)
