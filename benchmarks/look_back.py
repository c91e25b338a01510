"""Looking back: how long a picture of an earlier minute takes, from the question to its bytes.

A city of 5,000 entities that reports 1,000 readings a second for three hours, 100,000 alerts stored of which
500 stood open at the moment asked for, 5,000 incidents of which 50 were open. Lake, queries and encoding run
in this one process, without HTTP and bus between them (add about 10 ms for both).

    python benchmarks/look_back.py          # about 4 minutes, most of it to make the city
    python benchmarks/look_back.py --quick  # half an hour of readings, 10,000 alerts
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import msgspec

from tocsin.alerts import repository as alert_rows
from tocsin.alerts.episodes import Memory
from tocsin.api.commands.look_back import decided
from tocsin.db import Connection, Database
from tocsin.db.metadata import outbox
from tocsin.db.migrate import upgrade
from tocsin.identity.policy import Seat
from tocsin.incidents import repository as incident_rows
from tocsin.kernel.decisions import (
    Alert,
    AlertEvent,
    AlertState,
    Incident,
    IncidentEvent,
    LogEntry,
    Mark,
    Rule,
)
from tocsin.kernel.events import Finding, Phase, TracePoint
from tocsin.lake import past
from tocsin.lake.history import History
from tocsin.lake.records import CityAsked
from tocsin.lake.shelf import Shelf

BEGAN = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
ENTITIES, RATE, OPEN_ALERTS, OPEN_INCIDENTS = 5_000, 1_000, 500, 50
MOMENTS = 20

_READINGS = """
SELECT make_date(2026, 11, 21) AS day, 'urn:ngsi-ld:CrowdFlowObserved:X' || (n % {entities}) AS entity,
       'CrowdFlowObserved' AS type, CASE a WHEN 0 THEN 'peopleCount' ELSE 'area' END AS attribute,
       random() * 100 AS value, NULL::VARCHAR AS text, 'C62' AS unit,
       make_timestamptz({began} + (n * 1000000 // {rate})) AS observed_at,
       make_timestamptz({began} + (n * 1000000 // {rate}) + 20000) AS accepted_at,
       24.9 + (n % {entities}) / 1e5 AS lon, 60.1 AS lat, 'mqtt' AS source, 1.0 AS quality,
       NULL::VARCHAR AS doubts, 'update' AS kind, 'o' || n AS observation, n // 20 AS seq
FROM range({first}, {last}) t(n), (VALUES (0), (1)) v(a)
"""


def make_lake(folder: Path, seconds: int) -> None:
    """Ten-minute files, as compaction leaves them."""
    shelf = Shelf.open(folder, create=True)
    assert shelf is not None
    duck = duckdb.connect()
    for start in range(0, seconds, 600):
        rows = _READINGS.format(
            entities=ENTITIES,
            rate=RATE,
            began=int(BEGAN.timestamp() * 1e6),
            first=start * RATE,
            last=min(start + 600, seconds) * RATE,
        )
        shelf.append(duck.sql(rows).to_arrow_table(), start + 1)


def make_decisions(db: Database, alerts: int, incidents: int, seconds: int, at: datetime) -> None:
    """Most were closed before ``at``, half of the others after it. Each has a dozen events, and a chart of
    300 points in its view.
    """
    random = Random(7)
    for start in range(0, alerts, 500):
        rows, events = list[alert_rows.Row](), list[AlertEvent]()
        for number in range(start + 1, min(start + 500, alerts) + 1):
            stands = number > alerts - OPEN_ALERTS
            raised = at - timedelta(seconds=random.uniform(60, seconds) + (0 if stands else seconds))
            ends = at + timedelta(minutes=5) if stands else raised
            closes = not stands or random.random() < 0.5
            life = list(_alert_life(number, raised, ends, closes=closes))
            rows.append(alert_rows.Row(number, _with_chart(life[-1].alert), Memory((), ())))
            events += life

        def save_alerts(
            conn: Connection, rows: list[alert_rows.Row] = rows, events: list[AlertEvent] = events
        ) -> None:
            alert_rows.save(conn, rows, events)
            conn.execute(outbox.delete())

        db.write_now(save_alerts)
    for start in range(0, incidents, 200):
        lives = [
            event
            for number in range(start + 1, min(start + 200, incidents) + 1)
            for event in _incident_life(number, at, stands=number > incidents - OPEN_INCIDENTS)
        ]

        def save(conn: Connection, lives: list[IncidentEvent] = lives) -> None:
            for event in lives:
                incident_rows.save(conn, event)
            conn.execute(outbox.delete())

        db.write_now(save)


def _alert_life(number: int, raised: datetime, ends: datetime, *, closes: bool) -> Any:
    finding = Finding(
        id=f"f{number}",
        version=1,
        tool="crowd",
        tool_version="1",
        kind="crowd.surge",
        phase=Phase.STARTED,
        entities=(f"urn:ngsi-ld:CrowdFlowObserved:X{number % ENTITIES}",),
        onset=raised,
        observed_at=raised,
        headline="Crush risk at an exit",
        words="More people than this corner carries at this hour.",
        score=0.9,
        score_means="share of the limit",
        severity="high",
        fault_probability=0.05,
        evidence=(),
    )
    alert = Alert(
        id=f"AL-{number:04}",
        version=1,
        state=AlertState.NEW,
        severity="high",
        severity_rule=Rule("tool", "as the tool says"),
        category="Safety",
        urgency="Immediate",
        certainty="Observed",
        headline=finding.headline,
        words=finding.words,
        kind=finding.kind,
        tool="crowd",
        tool_version="1",
        entities=finding.entities,
        place=None,
        onset=raised,
        raised_at=raised,
        updated_at=raised,
        active=True,
        ended_at=None,
        occurrences=1,
        finding=finding,
    )
    for version in range(1, 13):
        when = raised + timedelta(seconds=version)
        last = version == 12 and closes
        state = AlertState.CLOSED if last else AlertState.NEW
        when = max(when, ends) if last else when
        yield AlertEvent(
            "closed" if last else "updated",
            "alerts",
            when,
            msgspec.structs.replace(
                alert, version=version, state=state, updated_at=when, closed=Mark("x", when) if last else None
            ),
        )


def _with_chart(alert: Alert) -> Alert:
    points = tuple(TracePoint(alert.raised_at + timedelta(seconds=i), float(i), 1.0, 2.0) for i in range(300))
    return msgspec.structs.replace(alert, finding=msgspec.structs.replace(alert.finding, trace=points))


def _incident_life(number: int, at: datetime, *, stands: bool) -> Any:
    opened = at - (timedelta(hours=1) if stands else timedelta(hours=9))
    lines = 100 if stands else 3
    log: tuple[LogEntry, ...] = ()
    for version in range(1, lines + 1):
        when = opened + timedelta(seconds=20 * version)
        log = (*log, LogEntry(version, "noted", "operator", when, "Stewards sent to exit 5, police told"))
        closed = version == lines and not stands
        incident = Incident(
            id=f"INC-{number:03}",
            version=version,
            state="closed" if closed else "open",
            kind="incident",
            title="Demonstration, Railway Square",
            severity="high",
            owner="operator",
            alerts=(f"AL-{number:04}",),
            place=None,
            opened_at=opened,
            updated_at=when,
            log=log,
        )
        yield IncidentEvent("closed" if closed else "noted", "operator", when, incident)


async def measure(folder: Path, *, quick: bool) -> dict[str, Any]:
    seconds, alerts, incidents = (1_800, 10_000, 500) if quick else (10_800, 100_000, 5_000)
    at = BEGAN + timedelta(seconds=seconds)
    db = Database(folder / "ops.db", durable=False, name="ops")
    upgrade(db)
    make_lake(folder / "lake", seconds)
    make_decisions(db, alerts, incidents, seconds, at)
    history, seat = History(folder / "lake"), Seat("police")
    took: dict[str, list[float]] = {"decisions_ms": [], "readings_ms": [], "whole_ms": []}
    size = found = 0
    for n in range(MOMENTS):
        moment = at - timedelta(seconds=n)
        t0 = time.perf_counter()
        stood = await db.read(partial(decided, seat=seat, at=moment))
        t1 = time.perf_counter()
        then = await history.city(CityAsked(moment, 3 * 3600.0))
        t2 = time.perf_counter()
        answer = msgspec.json.encode([past.unpacked(then), stood.alerts, stood.incidents])
        t3 = time.perf_counter()
        for name, took_s in zip(took, (t1 - t0, t2 - t1, t3 - t0), strict=True):
            took[name].append(took_s * 1000)
        size, found = len(answer), then.count
        assert len(stood.alerts) >= OPEN_ALERTS - n, len(stood.alerts)
    history.close()
    db.close()
    worst = {f"{name[:-3]}_worst_ms": round(max(all_ms)) for name, all_ms in took.items()}
    return {
        "entities": found,
        "alerts": len(stood.alerts),
        "incidents": len(stood.incidents),
        "readings": seconds * RATE,
        "answer_kb": size // 1000,
        **{name: round(statistics.median(all_ms)) for name, all_ms in took.items()},
        **worst,
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(Path(folder), quick="--quick" in sys.argv))))


if __name__ == "__main__":
    main()
