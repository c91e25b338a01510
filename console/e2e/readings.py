"""What happens in the city while a spec looks: sent over the API as any device would, nothing is faked."""

from __future__ import annotations

import itertools
import json
import random
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.instance import Instance

AREA_M2 = 100.0
#: names are of this run alone: a city that is looked at twice has not seen them
_RUN = f"{datetime.now(UTC):%H%M%S}"
_numbers = itertools.count(1)


def _places() -> Iterator[tuple[float, float]]:
    """Spots round Railway Square, too far from it and one another to be asked as neighbours."""
    for north in range(12):
        for east in range(9):
            lon, lat = 24.9380 + 0.0014 * east, 60.1690 + 0.0008 * north
            if abs(lon - 24.9437) > 0.0035 or abs(lat - 60.1713) > 0.0018:
                yield lon, lat


_free = _places()


def send(city: Instance, items: list[dict[str, Any]], source: str = "spec") -> None:
    """Post readings; they are on the bus when this returns."""
    request = urllib.request.Request(
        f"{city.ready['url'].rstrip('/')}/api/v1/ingest/json?source={source}",
        data=json.dumps(items).encode(),
        headers={"Authorization": f"Bearer {city.token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["accepted"] == len(items)


def _course() -> Iterator[tuple[float, float]]:
    """(seconds ago, people/m²): a quarter of an hour of gathering, then above 4 for more than 20 s.

    The hold of 20 s spans the gap between the two last groups, so that the wait is not lived through.
    """
    for ago in range(900, 480, -20):
        yield float(ago), 1.5
    for ago in range(480, 100, -10):
        yield float(ago), 1.5 + 2.4 * (480 - ago) / 380
    for ago in (*range(100, 28, -8), 26):
        yield float(ago), 3.95
    for ago in (25, 24, 23):
        yield float(ago), 4.2
    for ago in range(3, -1, -1):
        yield float(ago), 4.4


def crush(city: Instance, name: str = "", at: tuple[float, float] | None = None) -> str:
    """People press together in a hall that was not there before. Answers its id; an alert is seconds away.

    ``name``: what the device calls itself, before its id. ``at``: longitude and latitude.
    """
    number = next(_numbers)
    hall = f"HALL-{_RUN}-{number}"
    lon, lat = at or next(_free)
    now, rng = datetime.now(UTC), random.Random(number)
    send(
        city,
        [
            {
                "id": hall,
                "type": "CrowdFlowObserved",
                "observedAt": (now - timedelta(seconds=ago)).isoformat(),
                "lon": lon,
                "lat": lat,
                "name": f"{name} {hall}".strip(),
                "area": AREA_M2,
                "peopleCount": round((density + rng.uniform(-0.06, 0.06)) * AREA_M2),
            }
            for ago, density in _course()
        ],
    )
    return hall


def misunderstood(city: Instance, name: str) -> str:
    """A device sends a temperature where a flow belongs: held back with its bytes. Answers the device."""
    device = f"BAD-{_RUN}-{next(_numbers)}"
    reading = {
        "id": device,
        "type": "ItemFlowObserved",
        "observedAt": datetime.now(UTC).isoformat(),
        "name": name,
        "outflow": {"value": 3, "unitCode": "CEL"},
    }
    send(city, [reading], source=device.lower())
    return device
