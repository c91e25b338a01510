"""How cost grows with size: from a thousand NGSI-LD entities to a million, from 10 to 200 million readings.

    python benchmarks/growth.py entities|lake [--quick]

*entities*: one city, filled further and further by batches of 200; at each size retrievals, queries by value
and place, and creations for 6 s each, as ``ngsi_ld.py`` makes them. ``cpu_us``: processor time of the door
for one call, which is the figure to read where others work on the machine. A query asks for a hundredth of
the values within two kilometres, so the number of matches grows with the city.
*lake*: a table of 500 entities over 30 days, filled as in ``lake.py``, and its queries at each size.
Quick: up to 10,000 entities and 2 million readings; not recorded. ``plots.py`` draws what was recorded.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from instance import instance, report
from lake import asked, filled
from ngsi_ld import door_s, fill, load

ENTITIES = (1_000, 10_000, 100_000, 1_000_000)
READINGS = (10_000_000, 50_000_000, 200_000_000)
SECONDS, SLICE, DAYS, TURNS = 6.0, 50_000, 30, 5


def entities(sizes: tuple[int, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    there = 0
    with instance() as city, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for size in sizes:
            taken, before = size - there, door_s(city)
            while there < size:
                more = min(SLICE, size - there)
                asyncio.run(fill(city, more, 2, there))
                there += more
            one: dict[str, Any] = {"fill_cpu_us": round((door_s(city) - before) / taken * 1e6)}
            city.wait("the log has caught up", lambda: city.behind() <= 3, 600)
            for kind in ("get", "query", "create"):
                before = door_s(city)
                # created ids lie far beyond those that are filled, and are of all sizes alike few
                told = pool.submit(load, kind, city.port, city.token, SECONDS, size, len(found)).result()
                one[kind] = told | {"cpu_us": round((door_s(city) - before) / told["count"] * 1e6)}
            one["context_mb"] = round((city.state / "context.db").stat().st_size / 1e6)
            found[str(size)] = one
            print(size, one, flush=True)
    return {"entities": found}


def lake(sizes: tuple[int, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for size in sizes:
        folder = Path(tempfile.mkdtemp(prefix="tocsin-growth-"))
        try:
            shelf = filled(folder / "lake", size, DAYS)
            queries = asyncio.run(asked(folder / "lake", shelf, TURNS))
            stored = sum(Path(path).stat().st_size for path in shelf.files())
            found[str(size)] = {"mb": round(stored / 1e6), "files": len(shelf.files()), "queries": queries}
            print(size, found[str(size)], flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return {"readings": found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["entities", "lake"])
    parser.add_argument("--quick", action="store_true", help="small sizes; not recorded")
    given = parser.parse_args()
    if given.part == "entities":
        figures = entities(ENTITIES[:2] if given.quick else ENTITIES)
    else:
        figures = lake((500_000, 2_000_000) if given.quick else READINGS)
    report(f"growth-{given.part}", figures, quick=given.quick)


if __name__ == "__main__":
    main()
