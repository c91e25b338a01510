"""100,000 alerts and 5,000 incidents stored: how long a page of the queue takes over HTTP, and a search.

All written through the product's own repository before the instance starts. Then each list is asked for many
times, one call after another on a kept connection: the open queue, all, each state and severity, a room's
pages deep down, as of an hour ago; incidents; searches for rare and common words. Answers of 50 (a screen)
and, for the open queue, of 500 (what the live picture loads).
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import tempfile
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from sqlalchemy import delete

from instance import Instance, instance, percentile, report
from tocsin.alerts import machine, repository
from tocsin.alerts.episodes import Memory, begin
from tocsin.alerts.rules import Rules, read_rules
from tocsin.app.preparing import prepare_state
from tocsin.db import Connection, Database
from tocsin.db.metadata import outbox
from tocsin.incidents import machine as incident_machine
from tocsin.incidents import repository as incident_rows
from tocsin.kernel.decisions import Alert, AlertEvent, AlertState
from tocsin.kernel.events import Evidence, Finding, Phase, Place, TracePoint

ALERTS, INCIDENTS, OPEN = 100_000, 5_000, 2_000
_EACH = 500
STREETS = (
    "Mannerheimintie", "Esplanadi", "Kluuvi", "Hämeentie", "Aleksanterinkatu", "Bulevardi", "Kaivokatu",
)  # fmt: skip
KINDS = (
    ("crowd.surge", "crowd", "CrowdFlowObserved", "Crowd surge"),
    ("crowd.density", "crowd", "CrowdFlowObserved", "Too many people"),
    ("anomaly.high", "anomaly", "AirQualityObserved", "Unusually high"),
    ("anomaly.fault", "anomaly", "AirQualityObserved", "Sensor fault"),
    ("anomaly.low", "anomaly", "TrafficFlowObserved", "Unusually low"),
)
ROOMS = ("police", "it", "emergency", "cbrn", "city-hall")


def finding(number: int, at: datetime, random: Random) -> Finding:
    """As long as real ones are: words, four pieces of evidence, sixty points of a chart."""
    kind, tool, type_, says = random.choice(KINDS)
    street, place = random.choice(STREETS), f"{random.choice('ABCDEFG')}{random.randrange(400)}"
    entity = f"urn:ngsi-ld:{type_}:{place}"
    value = round(random.uniform(1, 9), 1)
    return Finding(
        id=f"stored-{number}",
        version=1,
        tool=tool,
        tool_version="1",
        kind=kind,
        phase=Phase.STARTED,
        entities=(entity,),
        onset=at,
        observed_at=at,
        headline=f"{says} at {street} {place}",
        words=f"{value} where {value / 2:.1f} was expected; the neighbours agree. Word w{number % 997}.",
        score=value,
        score_means="times what was expected",
        severity=random.choices(("low", "medium", "high", "critical"), (50, 30, 15, 5))[0],
        fault_probability=0.05,
        evidence=tuple(
            Evidence(f"o{number}-{i}", entity, "intensity", value, "C62", at - timedelta(minutes=i))
            for i in range(4)
        ),
        place=Place(24.9 + random.random() / 10, 60.15 + random.random() / 10, 50.0, street),
        trace=tuple(TracePoint(at - timedelta(minutes=i), value, 0.0, value) for i in range(60)),
    )


def life(
    number: int, recent: bool, at: datetime, random: Random, rules: Rules
) -> tuple[repository.Row, list[AlertEvent]]:
    """An alert with its events: the newest are open in every state, the others were decided and closed."""
    said = finding(number, at, random)
    change = begin(number, said, rules.decide(said), at)
    assert change.event is not None
    events = [change.event]

    def now() -> Alert:
        return events[-1].alert

    def later(minutes: float) -> datetime:
        return at + timedelta(minutes=minutes)

    closes = not recent
    if closes or random.random() < 0.7:
        events.append(machine.acknowledge(now(), "kim", later(1)))
        if closes or random.random() < 0.5:
            real = random.random() < 0.7
            decide = machine.confirm if real else machine.reject
            events.append(decide(now(), "kim", later(3), "seen on camera" if real else "a delivery"))
    elif random.random() < 0.2:
        until = datetime.now(UTC) + timedelta(hours=1)
        events.append(machine.shelve(now(), "kim", datetime.now(UTC), "works in the street", until))
    if closes:
        events.append(machine.close(now(), "kim", later(30), "over"))
    return repository.Row(number, now(), Memory((), ())), events


def store(state: Path, alerts: int) -> dict[str, float]:
    """Fill the state folder of a city that has not started yet; seconds and megabytes it took."""
    prepare_state(state, "live", fresh_password=False, devices={})
    random, rules = Random(3), read_rules()
    ops = Database(state / "ops.db", durable=False, name="ops")
    began, first = perf_counter(), datetime.now(UTC) - timedelta(days=180)
    step = timedelta(days=180) / alerts
    incidents = alerts * INCIDENTS // ALERTS

    def save_alerts(conn: Connection, start: int) -> None:
        lives = [
            life(n, n > alerts - OPEN, first + n * step, random, rules) for n in range(start, start + _EACH)
        ]
        repository.save(conn, [row for row, _ in lives], [e for _, events in lives for e in events])
        conn.execute(delete(outbox))  # these were told long ago

    def save_incidents(conn: Connection, start: int) -> None:
        for number in range(start, min(start + _EACH, incidents + 1)):
            of = 1 + number * (ALERTS // INCIDENTS - 1)
            alert = repository.rows(conn, [of])[of].alert
            event = incident_machine.begin(
                number, f"{alert.headline}, matter {number}", [alert], "kim", alert.raised_at
            )
            incident_rows.save(conn, event)
            if number < incidents - 100:
                over = alert.raised_at + timedelta(hours=1)
                incident_rows.save(
                    conn, incident_machine.close(event.incident, "handled", "over", "kim", over)
                )
        conn.execute(delete(outbox))

    for start in range(1, alerts, _EACH):
        ops.write_now(lambda conn, start=start: save_alerts(conn, start))  # type: ignore[misc]
    for start in range(1, incidents, _EACH):
        ops.write_now(lambda conn, start=start: save_incidents(conn, start))  # type: ignore[misc]
    ops.close()
    took = perf_counter() - began
    return {"stored_in_s": round(took), "ops_db_mb": round((state / "ops.db").stat().st_size / 1e6)}


class Asker:
    def __init__(self, city: Instance) -> None:
        self._door = http.client.HTTPConnection("127.0.0.1", city.port, timeout=120)
        self._headers = {"Authorization": f"Bearer {city.token}"}

    def get(self, path: str, **query: object) -> tuple[float, Any]:
        """Milliseconds until the whole answer was there, and the answer."""
        words = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        began = perf_counter()
        self._door.request("GET", f"/api/v1{path}?{words}", headers=self._headers)
        answer = self._door.getresponse()
        said = answer.read()
        took = (perf_counter() - began) * 1e3
        if answer.status != 200:
            raise SystemExit(f"{path} {query}: {answer.status} {said.decode()[:300]}")
        return took, json.loads(said)


def lists() -> Iterator[tuple[str, str, dict[str, object]]]:
    """(name, path, query) of every list that a screen asks for."""
    for state in ("open", "all", "active", "shelved", "suppressed", *(s.value for s in AlertState)):
        yield f"alerts {state}", "/alerts", {"state": state, "limit": 50}
    for severity in ("low", "medium", "high", "critical"):
        yield f"alerts open {severity}", "/alerts", {"severity": severity, "limit": 50}
        yield f"alerts all {severity}", "/alerts", {"state": "all", "severity": severity, "limit": 50}
    yield (
        "alerts rejected critical",
        "/alerts",
        {"state": "rejected", "severity": "critical", "limit": 50},
    )
    for state in ("open", "closed", "all"):
        yield f"incidents {state}", "/incidents", {"state": state, "limit": 50}


SEARCHES = (
    "kluuvi", "crowd", "crowd surge", "anomaly kluuvi fault", "w17", "w17 sensor", "a", "s b", "hameentie d1",
    "AL-0387", "AL-98765", "INC-0042", "matter 77", "urn:ngsi-ld:CrowdFlowObserved:C12", "no-such-word",
    "surge fault", "crowd.surge anomaly.high",
)  # fmt: skip


def run(city: Instance, quick: bool) -> dict[str, Any]:
    ask, times = Asker(city), 8 if quick else 40
    pages: dict[str, list[float]] = {}
    for name, path, query in lists():
        ask.get(path, **query)  # once unmeasured: the file's pages are read from the disk
        pages[name] = [ask.get(path, **query)[0] for _ in range(times)]
    for name, path, query in list(lists()):
        mark, took = None, []
        for _ in range(times // 4):  # page after page, as somebody scrolls
            ms, page = ask.get(path, after=mark, **query)
            took.append(ms)
            mark = page["next"]
            if mark is None:
                break
        pages[f"{name}, scrolled"] = took
    mark = None
    for _ in range(20):
        mark = ask.get("/alerts", state="all", limit=500, after=mark)[1]["next"]
    pages["alerts all, 10,000 down"] = [
        ask.get("/alerts", state="all", limit=50, after=mark)[0] for _ in range(times)
    ]
    searches: dict[str, list[float]] = {}
    for words in SEARCHES:
        searches[words] = [ask.get("/search", q=words)[0] for _ in range(times)]
    past = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    beside = {
        "open queue, 500 at once": [ask.get("/alerts", limit=500)[0] for _ in range(times)],
        "all, as of a month ago": [
            ask.get("/alerts", state="all", limit=50, at=past)[0] for _ in range(times)
        ],
        "open, as of a month ago": [ask.get("/alerts", limit=50, at=past)[0] for _ in range(times)],
        "alarm load": [ask.get("/alerts/load")[0] for _ in range(times)],
        "response figures": [ask.get("/figures/response")[0] for _ in range(times)],
    }
    for group in (pages, searches, beside):
        for name, took in group.items():
            print(f"{name:40} p50 {percentile(took, 0.5):7.1f}  p95 {percentile(took, 0.95):7.1f} ms")
    page_p95 = {name: percentile(took, 0.95) for name, took in pages.items()}
    search_p95 = {name: percentile(took, 0.95) for name, took in searches.items()}
    return {
        "page_p95_ms": round(percentile([ms for took in pages.values() for ms in took], 0.95), 1),
        "search_p95_ms": round(percentile([ms for took in searches.values() for ms in took], 0.95), 1),
        "slowest_page": [max(page_p95, key=page_p95.__getitem__), round(max(page_p95.values()), 1)],
        "slowest_search": [max(search_p95, key=search_p95.__getitem__), round(max(search_p95.values()), 1)],
        "beside_p95_ms": {name: round(percentile(took, 0.95), 1) for name, took in beside.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ask each eight times; not recorded")
    parser.add_argument("--alerts", type=int, default=ALERTS, help="another number; not recorded")
    parser.add_argument("--state", type=Path, help="keep what was stored here, and use it again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-queue-") as fresh:
        state = given.state or Path(fresh)
        stored = {} if (state / "ops.db").exists() else store(state, given.alerts)
        with instance(state=state) as city:
            figures = {"alerts": given.alerts} | run(city, given.quick) | stored
    report("full_queue", figures, quick=given.quick or given.alerts != ALERTS)
    if figures["slowest_page"][1] >= 100 or figures["slowest_search"][1] >= 200:
        sys.exit(1)


if __name__ == "__main__":
    main()
