"""What the whole system weighs at rest, how fast it starts, and what the console costs to open.

Starts the demonstration twice on one state folder (first start, later start), waits for the first alert,
weighs all processes, and opens the console in a fresh browser. Memory is given twice: resident (shared pages
counted in every process) and proportional (PSS: shared pages counted once).
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

from playwright.sync_api import Request, ViewportSize

from browser import chromium
from instance import Instance, instance, options, report

SEAT: ViewportSize = {"width": 1440, "height": 900}
#: after the first alert, until it is weighed: the bus server gives memory back over some minutes
REST_S, QUICK_REST_S = 300.0, 1.0
OPENINGS, QUICK_OPENINGS = 5, 1


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


def open_console(city: Instance, times: int) -> dict[str, Any]:
    """Sign in, then open the console anew in a seat with an empty cache: what crosses the wire, and how soon
    the first alert can be read. What the map fetches (tiles) is told apart.
    """
    with chromium() as browser:
        first = browser.new_context(viewport=SEAT)
        page = first.new_page()
        page.goto(city.ready["url"])
        page.get_by_label("Name").fill(city.ready["user"])
        page.get_by_label("Password").fill(city.ready["password"])
        page.get_by_role("button", name="Sign in").click()
        alert = page.get_by_role("listbox", name="Alerts").get_by_role("option").first
        alert.wait_for()
        known = first.storage_state()
        first.close()
        fetched: list[Request] = []
        painted: list[float] = []
        for _ in range(times):
            seat = browser.new_context(viewport=SEAT, storage_state=known)
            page = seat.new_page()
            page.on("requestfinished", lambda r: fetched.append(r))
            fetched.clear()
            began = monotonic()
            page.goto(city.ready["url"], wait_until="commit")
            page.get_by_role("listbox", name="Alerts").get_by_role("option").first.wait_for()
            painted.append(monotonic() - began)
            page.locator(".gl[data-drawn=true]").wait_for()
            page.wait_for_timeout(2000)
            sizes = [(r.url, r.sizes()["responseBodySize"]) for r in fetched if "/api/" not in r.url]
            seat.close()
    tiles = sum(size for url, size in sizes if ".pmtiles" in url)
    return {
        "first_alert_painted_s": round(median(painted), 2),
        "first_load_kb": round((sum(size for _, size in sizes) - tiles) / 1024),
        "map_tiles_kb": round(tiles / 1024),
    }


def start(state: Path) -> float:
    """Seconds until the demonstration is ready."""
    with instance("--seed", "7", command="demo", state=state) as city:
        return city.started_s


def run(city: Instance, began: float, rest_s: float) -> dict[str, Any]:
    city.wait("the first alert", lambda: bool(city.get("/alerts", state="all")["items"]), 120)
    first_alert = monotonic() - began
    sleep(rest_s)
    return {"start_s": round(city.started_s, 1), "first_alert_s": round(first_alert, 1), **weigh(city)}


def main() -> None:
    given = options(__doc__ or "")
    with TemporaryDirectory(prefix="tocsin-bench-") as folder:
        state, began = Path(folder), monotonic()
        with instance("--seed", "7", command="demo", state=state) as city:
            figures = run(city, began, QUICK_REST_S if given.quick else REST_S)
            figures |= open_console(city, QUICK_OPENINGS if given.quick else OPENINGS)
            figures["rss_mb_after_console"] = weigh(city)["rss_mb"]
        figures["start_again_s"] = round(start(state), 1)
    report("footprint", figures, quick=given.quick)


if __name__ == "__main__":
    main()
