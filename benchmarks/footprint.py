"""What the whole system weighs at rest, how fast it starts, and what the console costs to open.

Starts the demonstration twice on one state folder (first start, later start), waits for the first alert,
weighs all processes, and opens the console in a fresh browser. Memory is given twice: resident (shared pages
counted in every process) and proportional (PSS: shared pages counted once).
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from instance import Instance, instance, options, report

ROOT = Path(__file__).resolve().parent.parent


def weigh(city: Instance) -> dict[str, Any]:
    resident = city.rss_mb()
    proportional = 0.0
    for pid in city.processes().values():
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                proportional += int(line.split()[1]) / 1e3
    return {
        "rss_mb": round(sum(resident.values())),
        "pss_mb": round(proportional),
        "rss_mb_by_process": {name: round(mb) for name, mb in sorted(resident.items())},
    }


def open_console(city: Instance) -> dict[str, Any]:
    """Sign in, then load anew with an empty cache: bytes over the wire and the first alert's paint."""
    from playwright.sync_api import sync_playwright

    found = json.loads((ROOT / ".cache" / "browser.json").read_text())
    env: dict[str, str | float | bool] = {**os.environ}
    if found["library_path"]:
        env["LD_LIBRARY_PATH"] = found["library_path"]
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=found["executable"],
            args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
            env=env,
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(city.ready["url"])
        page.get_by_label("User").fill(city.ready["user"])
        page.get_by_label("Password").fill(city.ready["password"])
        page.get_by_role("button", name="Sign in").click()
        page.locator("[data-alert]").first.wait_for()
        sent: dict[str, int] = {}
        page.on("response", lambda answer: sent.update({answer.url: 1}))
        began = monotonic()
        page.reload(wait_until="commit")
        page.locator("[data-alert]").first.wait_for()
        painted = monotonic() - began
        page.wait_for_timeout(4000)
        browser.close()
    assets = [url.split("/")[-1].split("?")[0] for url in sent if "/assets/" in url]
    weight = sum(
        len(gzip.compress(file.read_bytes(), 9)) if file.suffix != ".woff2" else file.stat().st_size
        for file in (ROOT / "src/tocsin/console_dist").rglob("*")
        if file.name in assets or file.name == "index.html"
    )
    return {"first_alert_painted_s": round(painted, 2), "first_load_kb_gzip": round(weight / 1024)}


def run(city: Instance, began: float) -> dict[str, Any]:
    city.wait("the first alert", lambda: bool(city.get("/alerts", state="all")["items"]), 120)
    first_alert = monotonic() - began
    sleep(10)
    return {"start_s": round(city.started_s, 1), "first_alert_s": round(first_alert, 1), **weigh(city)}


def main() -> None:
    given = options(__doc__ or "")
    began = monotonic()
    with instance("--seed", "7", command="demo") as city:
        figures = run(city, began) | open_console(city)
    report("footprint", figures, quick=given.quick)


if __name__ == "__main__":
    main()
