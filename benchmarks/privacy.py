"""What the privacy engine costs in the path of a reading: normalise with and without it, same readings.

``clear_ratio``: readings without personal data (the usual kind), rate with the shield over the rate without,
median of
interleaved rounds. ``personal_ratio``: the same where each reading has a plate. ``seal_us``: sealing one
item that was
not understood. One core, no bus and no disk but the keys.

    python benchmarks/privacy.py [--quick]
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from tocsin.kernel.events import RawBatch, RawItem
from tocsin.normalise.formats import Formats
from tocsin.normalise.items import Items
from tocsin.normalise.models import read_models
from tocsin.normalise.observe import Observer
from tocsin.privacy.classes import read_classes
from tocsin.privacy.keys import Keys
from tocsin.privacy.seal import Seal
from tocsin.privacy.shield import Shield

NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)
BATCH = 100


def batches(readings: int, **more: object) -> list[RawBatch]:
    """Envelopes of a hundred readings, as they come from MQTT."""
    made = []
    for start in range(0, readings, BATCH):
        items = tuple(
            RawItem(
                str(n),
                json.dumps(
                    {
                        "id": f"K-{n % 500}",
                        "type": "ItemFlowObserved",
                        "observedAt": "2026-11-21T15:59:58Z",
                        "lon": 24.94,
                        "lat": 60.17,
                        "intensity": n % 90,
                        "itemType": "people",
                        **{name: f"{value}{n}" for name, value in more.items()},
                    }
                ).encode(),
            )
            for n in range(start, start + BATCH)
        )
        made.append(RawBatch("mqtt", "json", NOW, items))
    return made


def rate(items: Items, given: list[RawBatch]) -> float:
    """Readings a second of this core's time."""
    began = process_time()
    for batch in given:
        observations, quarantined = items.of(batch)
        assert len(observations) == BATCH, quarantined
    return len(given) * BATCH / (process_time() - began)


def compare(plain: Items, shielded: Items, given: list[RawBatch], rounds: int) -> dict[str, float]:
    rates: dict[str, list[float]] = {"without": [], "with": []}
    for turn in range(rounds):
        pair = [("without", plain), ("with", shielded)]
        for name, items in pair if turn % 2 else reversed(pair):
            rates[name].append(rate(items, given))
    ratio = median(w / o for w, o in zip(rates["with"], rates["without"], strict=True))
    return {
        "without": round(median(rates["without"])),
        "with": round(median(rates["with"])),
        "ratio": round(ratio, 3),
    }


def main() -> None:
    quick = "--quick" in sys.argv
    readings, rounds = (5_000, 7) if quick else (20_000, 21)
    models = read_models()
    known = {name: frozenset(model.spelled()) for name, model in models.items()}
    with tempfile.TemporaryDirectory() as folder:
        keys = Keys(Path(folder) / "p", every="month", keep=timedelta(days=7))
        seal = Seal(Keys(Path(folder) / "q", every="day", keep=timedelta(days=14)))
        shield = Shield(read_classes(), keys, known=known, open_sources={"mqtt"})
        formats = Formats(Path(folder))
        plain, shielded = Items(Observer(models), formats), Items(Observer(models, shield), formats, seal)
        clear = compare(plain, shielded, batches(readings), rounds)
        personal = compare(plain, shielded, batches(readings, licensePlate="ABC-"), rounds)
        payload, times = b"x" * 300, []
        for _ in range(2_000):
            began = perf_counter()
            seal.close(payload, NOW, NOW)
            times.append(perf_counter() - began)
    print(
        json.dumps(
            {
                "benchmark": "privacy",
                "clear_per_s": clear["with"],
                "clear_ratio": clear["ratio"],
                "personal_per_s": personal["with"],
                "personal_ratio": personal["ratio"],
                "seal_us": round(median(times) * 1e6, 1),
                "quick": quick,
            }
        )
    )


if __name__ == "__main__":
    main()
