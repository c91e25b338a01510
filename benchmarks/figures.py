"""Alarm figures over a stored month: ``python benchmarks/figures.py [--alerts 100000]``.

Stores that many alerts of 30 days (200 sources, four severities, some held back) and asks for the figures of
one room over each period, as ``GET /alerts/figures`` does. Prints the median and
the worst of 20 in ms, and the processor's share of it (the machine may have other work).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tocsin.alerts import repository
from tocsin.alerts.episodes import Memory, begin
from tocsin.alerts.figures import PERIODS, AlarmFigures, figures
from tocsin.alerts.figures.report import Period
from tocsin.alerts.machine import acknowledge, close
from tocsin.alerts.repository import Row
from tocsin.alerts.rules import read_rules
from tocsin.db import Connection, Database
from tocsin.db.migrate import upgrade
from tocsin.identity.policy import Seat
from tocsin.kernel.decisions import Alert
from tocsin.kernel.events import SEVERITIES, Finding, Phase
from tocsin.kernel.sharing import Level, Sharing

RULES = read_rules()
END = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORDS = "What a tool says of what it saw, as long as such words are: " * 6


def alert(number: int, rng: random.Random) -> Alert:
    at = END - timedelta(seconds=rng.uniform(0, 30 * 86_400))
    said = Finding(
        id=f"f{number}",
        version=1,
        tool=rng.choice(("crowd", "anomaly", "sensors")),
        tool_version="1",
        kind="crowd.surge",
        phase=Phase.STARTED,
        entities=(f"urn:ngsi-ld:CrowdFlowObserved:K{int(rng.triangular(0, 200, 0))}",),
        onset=at,
        observed_at=at,
        headline="Crowd surge",
        words=WORDS,
        score=1.0,
        score_means="people per m2",
        severity=rng.choices(SEVERITIES, (80, 15, 4, 1))[0],
        fault_probability=0.0,
        evidence=(),
    )
    made = begin(number, said, RULES.decide(said), at).alert
    if rng.random() < 0.99:
        made = close(acknowledge(made, "kim", at).alert, "kim", at, "done").alert
    level = rng.choice((Level.OWN, Level.NAMED, Level.ALL, Level.ALL))
    return replace(made, sharing=Sharing(rng.choice(("police", "it")), level, ("fire",)))


def of_room(conn: Connection, period: Period) -> AlarmFigures:
    return figures(conn, RULES, END, room="fire", seat=Seat("fire"), period=period)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=100_000)
    asked = parser.parse_args()
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "ops.db", durable=False, name="ops")
        upgrade(db)
        for start in range(1, asked.alerts + 1, 5000):
            rows = [
                Row(n, alert(n, rng), Memory((f"f{n}",), (END,)))
                for n in range(start, min(start + 5000, asked.alerts + 1))
            ]

            def save(conn: Connection, rows: list[Row] = rows) -> None:
                repository.save(conn, rows, [])

            db.write_now(save)
        out: dict[str, Any] = {"alerts": asked.alerts}
        for period in PERIODS:
            wall, cpu = [], []
            for _ in range(20):
                begun, worked = time.perf_counter(), time.process_time()
                found = db.read_now(partial(of_room, period=period))
                wall.append((time.perf_counter() - begun) * 1000)
                cpu.append((time.process_time() - worked) * 1000)
            out[period] = {
                "counted": found.alerts,
                "median_ms": round(statistics.median(wall), 1),
                "worst_ms": round(max(wall), 1),
                "cpu_ms": round(statistics.median(cpu), 1),
            }
        db.close()
        print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
