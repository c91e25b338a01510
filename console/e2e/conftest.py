"""A browser for the specs, and a running city for it to look at."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from benchmarks.instance import Instance, instance
from console.e2e.driver import ControlRoom

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / ".cache" / "shots"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    known = ROOT / ".cache" / "browser.json"
    if not known.exists():
        pytest.fail("no browser for the tests: make setup")
    found = json.loads(known.read_text())
    env: dict[str, str | float | bool] = {**os.environ}
    if found["library_path"]:
        env["LD_LIBRARY_PATH"] = found["library_path"]
    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=found["executable"],
            args=[
                "--no-sandbox",
                "--use-angle=swiftshader",
                "--enable-unsafe-swiftshader",
                "--disable-background-networking",
                "--disable-component-update",
            ],
            env=env,
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def city() -> Iterator[Instance]:
    """The demonstration, seed 7, as anyone starts it."""
    with instance("--seed", "7", command="demo") as running:
        yield running


@pytest.fixture
def room(browser: Browser, city: Instance) -> Iterator[ControlRoom]:
    """An operator at a fresh seat, not signed in yet."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    yield ControlRoom(page, city, complaints)
    context.close()


@pytest.fixture(scope="session", autouse=True)
def _fresh_shots() -> None:
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True)
