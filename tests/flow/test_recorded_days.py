"""Real recordings to alerts in the API. What must be found was written down before any run (``golden/``)."""

from __future__ import annotations

import csv
import gzip
import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.flow.conftest import Play

pytestmark = [pytest.mark.data, pytest.mark.timeout(600)]
GOLDEN = Path(__file__).parent / "golden"


def golden(name: str) -> dict[str, Any]:
    return tomllib.loads((GOLDEN / f"{name}.toml").read_text())


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def overlapping(
    alerts: Iterable[dict[str, Any]], sensor: str, start: datetime, end: datetime
) -> list[dict[str, Any]]:
    """Alerts of a sensor whose episode touches the span."""
    return [
        alert
        for alert in alerts
        if any(sensor in entity for entity in alert["entities"])
        and moment(alert["onset"]) < end
        and (alert["ended_at"] is None or moment(alert["ended_at"]) > start)
    ]


def told(alerts: Iterable[dict[str, Any]]) -> list[str]:
    return [f"{a['onset']} {a['kind']} {a['entities'][0]} {a['headline']}" for a in alerts]


def known(case: dict[str, Any]) -> Any:
    """A case of its own name; one that is known to be missed must go on failing, or be taken off the list."""
    marks = [pytest.mark.xfail(reason=case["missed"], strict=True)] if "missed" in case else []
    return pytest.param(case, id=str(case.get("day") or Path(case["file"]).stem), marks=marks)


VICTORIA = ZoneInfo("Australia/Melbourne")


@pytest.fixture(scope="class")
def melbourne(play: Play, recorded: Path) -> list[dict[str, Any]]:
    """All alerts that two years of four pedestrian counters gave; every reading is accounted for."""
    file = recorded / "anomaly/melbourne_pedestrian/pedestrian.csv.gz"
    with gzip.open(file, "rt") as lines:
        readings = sum(1 for row in csv.DictReader(lines) if row["Count"] != "")
    city = play(file, "melbourne", "Australia/Melbourne")
    city.settle(readings)
    assert sum(city.counts().values()) == readings
    assert city.counts()["stored"] > 0.99 * readings
    return list(city.pages("/alerts", state="all"))


class TestMelbourne:
    """The calendar of Victoria says what is unusual."""

    def day(self, of: date) -> tuple[datetime, datetime]:
        start = datetime(of.year, of.month, of.day, tzinfo=VICTORIA)
        return start, start + timedelta(days=1)

    @pytest.mark.parametrize("case", [known(case) for case in golden("melbourne")["expect"]])
    def test_a_day_that_the_calendar_knows_is_found(
        self, melbourne: list[dict[str, Any]], case: dict[str, Any]
    ) -> None:
        found = overlapping(melbourne, case["sensor"], *self.day(case["day"]))
        assert [a for a in found if a["kind"] == f"anomaly.{case['sign']}"], (case["why"], told(found))

    def test_an_ordinary_day_stays_quiet(self, melbourne: list[dict[str, Any]]) -> None:
        start, end = self.day(golden("melbourne")["control"]["day"])
        assert told(a for a in melbourne if start <= moment(a["onset"]) < end) == []

    def test_an_alert_explains_itself(self, melbourne: list[dict[str, Any]]) -> None:
        assert melbourne
        for alert in melbourne:
            finding = alert["finding"]
            assert finding["words"]
            assert finding["evidence"], alert["headline"]
            if alert["kind"] in ("anomaly.high", "anomaly.low"):
                assert finding["expected"]["low"] <= finding["expected"]["high"]
                assert finding["trace"], alert["headline"]


def change(value: float, do: str) -> float:
    verb, number = do.split()
    return value * float(number) if verb == "times" else float(number)


def events_of(file: str) -> list[dict[str, Any]]:
    return [event for event in golden("injected")["event"] if event["file"] == file]


class TestInjected:
    """Recordings without labels: an event is put in before the run, and must be found where it is."""

    def test_a_closed_street_empties_a_car_park(self, play: Play, recorded: Path, tmp_path: Path) -> None:
        (event,) = events_of("birmingham")
        with (recorded / "anomaly/birmingham_parking/dataset.csv").open() as lines:
            rows = list(csv.DictReader(lines))
        changed = 0
        for row in rows:
            at = datetime.fromisoformat(row["LastUpdated"])
            if row["SystemCodeNumber"] == event["sensor"] and event["start"] <= at <= event["end"]:
                row["Occupancy"] = str(int(change(float(row["Occupancy"]), event["do"])))
                changed += 1
        assert changed > 5
        file = tmp_path / "parking.csv"
        with file.open("w", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        city = play(file, "birmingham", "Europe/London")
        city.settle(len(rows))
        assert sum(city.counts().values()) == len(rows)
        london = ZoneInfo("Europe/London")
        start, end = (event[k].replace(tzinfo=london) for k in ("start", "end"))
        found = overlapping(city.pages("/alerts", state="all"), event["sensor"], start, end)
        # fewer cars inside are fewer places taken and more places free: either way of telling it is right
        assert [a for a in found if a["kind"] in ("anomaly.low", "anomaly.high")], (event["why"], told(found))

    def test_a_blocked_carriageway_slows_a_loop(self, play: Play, recorded: Path, tmp_path: Path) -> None:
        (event,) = events_of("metr_la")
        pacific = ZoneInfo("Etc/GMT+8")
        with (recorded / "anomaly/metr_la/los_speed.csv").open() as lines:
            head, *rows = list(csv.reader(lines))
        keep = [head.index(event["sensor"]), *range(0, len(head), 9)]
        at = datetime(2012, 3, 1, tzinfo=pacific)
        start, end = (event[k].replace(tzinfo=pacific) for k in ("start", "end"))
        file = tmp_path / "loops.csv"
        readings = 0
        columns = sorted(set(keep))
        with file.open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([head[i] for i in columns])
            for row in rows:
                if start <= at < end:
                    row[head.index(event["sensor"])] = str(change(0, event["do"]))
                writer.writerow([row[i] for i in columns])
                readings += len(columns)
                at += timedelta(minutes=5)
        city = play(file, "metr_la", "Etc/GMT+8")
        city.settle(readings)
        assert sum(city.counts().values()) == readings
        found = overlapping(city.pages("/alerts", state="all"), event["sensor"], start, end)
        assert [a for a in found if a["kind"] in ("anomaly.low", "anomaly.fault")], told(found)

    def test_a_hanging_analyser_is_called_a_fault(self, play: Play, recorded: Path, tmp_path: Path) -> None:
        (event,) = events_of("italian_air")
        with (recorded / "anomaly/italian_air/AirQuality.csv").open() as lines:
            rows = list(csv.DictReader(lines))
        used = ("CO(GT)", "C6H6(GT)", "NO2(GT)", "NOx(GT)", "NMHC(GT)", "T", "RH")
        readings = 0
        # half a year is enough to learn from; of thirteen months most would be minutes without a reading
        since, until = event["start"] - timedelta(days=150), event["end"] + timedelta(days=30)
        rows = [row for row in rows if since <= _hour(row) <= until]
        for row in rows:
            at = _hour(row)
            if event["start"] <= at <= event["end"]:
                row["NO2(GT)"] = str(change(0, event["do"]))
            readings += any(row[name] != "" and float(row[name]) != -200 for name in used)
        file = tmp_path / "air.csv"
        with file.open("w", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        city = play(file, "italian_air", "Etc/GMT-1")
        city.settle(readings)
        assert sum(city.counts().values()) == readings
        winter = ZoneInfo("Etc/GMT-1")
        start, end = (event[k].replace(tzinfo=winter) for k in ("start", "end"))
        found = overlapping(city.pages("/alerts", state="all"), event["sensor"], start, end)
        assert [a for a in found if a["kind"] == "anomaly.fault"], (event["why"], told(found))


def _hour(row: dict[str, str]) -> datetime:
    return datetime.fromisoformat(f"{row['Date']} {row['Time']}")


@pytest.mark.parametrize("label", [known(label) for label in golden("injected")["label"]])
def test_traffic_labels_of_the_benchmark_are_met(play: Play, recorded: Path, label: dict[str, Any]) -> None:
    file = recorded / "anomaly" / label["file"]
    with file.open() as lines:
        readings = sum(1 for _ in csv.DictReader(lines))
    city = play(file, "nab", "UTC")
    city.settle(readings)
    counts = city.counts()
    assert sum(counts.values()) == readings
    start, end = label["start"].replace(tzinfo=UTC), label["end"].replace(tzinfo=UTC)
    alerts = list(city.pages("/alerts", state="all"))
    assert overlapping(alerts, "", start, end), told(alerts)
