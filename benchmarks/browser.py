"""The Chromium that ``scripts/fetch_browser.py`` found, started the way a machine without a GPU can bear."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FOUND = Path(__file__).resolve().parents[1] / ".cache" / "browser.json"
FLAGS = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # only the map through the software GPU, not every frame of the page: 1 frame/s becomes 56 on 2 busy cores
    "--disable-gpu-compositing",
    "--disable-gpu-rasterization",
    "--disable-background-networking",
    "--disable-component-update",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Raises ``FileNotFoundError`` with the cure where none was fetched."""
    if not FOUND.exists():
        raise FileNotFoundError(f"{FOUND} is missing: make setup")
    found = json.loads(FOUND.read_text())
    env: dict[str, str | float | bool] = {**os.environ}
    if found["library_path"]:
        env["LD_LIBRARY_PATH"] = found["library_path"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found["executable"], args=FLAGS, env=env)
        yield browser
        browser.close()
