"""Recorded city series that forecasts are tested on: read from beside the checkout, never copied into it."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "anomaly"
#: the counters' names as they stand in the file, shortened for tables
_SHORT = 14


@dataclass(frozen=True)
class Recorded:
    """``times``: seconds since 1970. ``holidays``: whose."""

    name: str
    times: list[float]
    values: list[float]
    zone: str
    holidays: str
    step_s: int
    how: Literal["mean", "sum"]


def recorded(folder: Path = FOLDER) -> Iterator[Recorded]:
    """Pedestrians of Melbourne, taxis of New York, air of an Italian city, car parks of Birmingham."""
    yield from _melbourne(folder / "melbourne_pedestrian" / "pedestrian.csv.gz")
    times, values = [], []
    for row in _rows(folder / "nab" / "data" / "realKnownCause" / "nyc_taxi.csv"):
        times.append(_local(row["timestamp"], ZoneInfo("America/New_York")))
        values.append(float(row["value"]))
    yield Recorded("NYC taxis", times, values, "America/New_York", "US", 1800, "sum")
    for column in ("CO(GT)", "NO2(GT)", "T"):
        times, values = [], []
        for row in _rows(folder / "italian_air" / "AirQuality.csv"):
            value = float(row[column])
            times.append(_local(f"{row['Date']}T{row['Time']}", UTC))
            values.append(float("nan") if value == -200 else value)
        yield Recorded(f"Italian {column}", times, values, "Europe/Rome", "IT", 3600, "mean")
    parks = list(_rows(folder / "birmingham_parking" / "dataset.csv"))
    for code in ("BHMBCCMKT01", "BHMNCPNST01", "Broad Street"):
        mine = [row for row in parks if row["SystemCodeNumber"] == code]
        times = [_local(row["LastUpdated"], ZoneInfo("Europe/London")) for row in mine]
        values = [float(row["Occupancy"]) for row in mine]
        yield Recorded(f"park {code[:11]}", times, values, "Europe/London", "GB-ENG", 1800, "mean")


def _melbourne(path: Path) -> Iterator[Recorded]:
    by_sensor: dict[str, tuple[list[float], list[float]]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            times, values = by_sensor.setdefault(row["Sensor"], ([], []))
            times.append(datetime.fromisoformat(row["Date_Time"]).timestamp())
            values.append(float(row["Count"]) if row["Count"] not in ("", "NA") else float("nan"))
    for name, (times, values) in by_sensor.items():
        yield Recorded(name[:_SHORT], times, values, "Australia/Melbourne", "AU-VIC", 3600, "sum")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _local(text: str, zone: tzinfo) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()
