"""False alarms per sensor-day and detections of the anomaly tool on recorded city series.

    python benchmarks/anomaly_real.py [--data DIR] [--quick] [--only NAME] [--verbose]

Quiet controls, holidays and injections below come from calendars and were written before the first run; one
configuration for all series, only the time zone is set. Later runs chose between variants of the method with
these figures in view, so they are in-sample. Counted false is every high, low or fault in a quiet period,
also where the city really did something that the calendar does not know. Silences are counted apart (since
the first run showed that they were pauses of the recordings); ``told_per_sensor_day`` has them in. The last
line is one JSON object. The data are not part of this project; without them this says so and ends with 0.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tocsin.kernel.events import Attribute, Finding, Observation, Phase
from tocsin.tools.anomaly.detector import Detector
from tocsin.tools.anomaly.params import Params

ROOT = Path(__file__).resolve().parents[1]

#: Public holidays in Victoria with the days around long weekends that people take (calendar of Victoria).
VICTORIA = tuple(
    date.fromisoformat(d)
    for d in (
        "2015-01-01", "2015-01-26", "2015-03-09", "2015-04-03", "2015-04-04", "2015-04-05", "2015-04-06",
        "2015-04-25", "2015-06-08", "2015-10-02", "2015-11-03", "2015-12-25", "2015-12-26", "2015-12-28",
        "2016-01-01", "2016-01-26", "2016-03-14", "2016-03-25", "2016-03-26", "2016-03-27", "2016-03-28",
        "2016-04-25", "2016-06-13", "2016-09-30", "2016-11-01", "2016-12-25", "2016-12-26", "2016-12-27",
    )
)  # fmt: skip
#: Holidays that fall on working days: a commuter station must stand out.
WORKDAY_HOLIDAYS = tuple(d for d in VICTORIA if d.weekday() < 5 and d >= date(2015, 3, 1))


@dataclass(frozen=True, slots=True)
class Reading:
    at: datetime
    entity: str
    attribute: str
    value: float
    unit: str | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(slots=True)
class Episode:
    """What the tool said of one thing, start to end."""

    first: Finding
    last: Finding


@dataclass(slots=True)
class Result:
    name: str
    readings: int = 0
    seconds: float = 0.0
    quiet_sensor_days: float = 0.0
    false_alarms: int = 0
    false_faults: int = 0
    #: pauses that the recording really has; told, not false
    silences: int = 0
    expected: int = 0
    found: int = 0
    detail: dict[str, object] = field(default_factory=dict)

    def count(self, e: Episode) -> None:
        """One finding of a quiet period."""
        self.false_alarms += is_event(e)
        self.silences += e.last.kind == "anomaly.silent"
        self.false_faults += e.last.kind == "anomaly.fault"

    def row(self) -> dict[str, object]:
        days = max(self.quiet_sensor_days, 1e-9)
        return {
            "readings": self.readings,
            "readings_per_s": round(self.readings / max(self.seconds, 1e-9)),
            "quiet_sensor_days": round(self.quiet_sensor_days, 1),
            "false_alarms": self.false_alarms,
            "false_faults": self.false_faults,
            "silences": self.silences,
            "false_per_sensor_day": round((self.false_alarms + self.false_faults) / days, 4),
            "told_per_sensor_day": round((self.false_alarms + self.false_faults + self.silences) / days, 4),
            "expected": self.expected,
            "found": self.found,
            **self.detail,
        }


def run(kind: str, readings: Iterable[Reading], zone: str) -> tuple[list[Episode], int, float]:
    """Feed recorded readings in order of time, tick as the host would; (episodes, readings, seconds)."""
    by_time: dict[datetime, dict[str, list[Reading]]] = defaultdict(lambda: defaultdict(list))
    for r in readings:
        by_time[r.at][r.entity].append(r)
    detector = Detector(Params(timezone=zone))
    episodes: dict[str, Episode] = {}
    count, began, before = 0, time.perf_counter(), None
    for at in sorted(by_time):
        for tick in _ticks(before, at):
            _note(episodes, detector.tick(tick))
        batch = []
        for entity, parts in by_time[at].items():
            attributes = tuple(Attribute(p.attribute, p.value, p.unit) for p in parts)
            count += len(parts)
            batch.append(
                Observation(
                    f"{entity}@{at.isoformat()}",
                    f"urn:ngsi-ld:{kind}:{entity}",
                    kind,
                    at,
                    attributes,
                    parts[0].lon,
                    parts[0].lat,
                )
            )
        _note(episodes, detector.observe(batch))
        before = at
    if before is not None:
        _note(episodes, detector.tick(before + timedelta(seconds=5)))
    return list(episodes.values()), count, time.perf_counter() - began


def _ticks(before: datetime | None, at: datetime) -> Iterator[datetime]:
    """Soon after the last readings, then every ten minutes for a day of silence at most."""
    if before is None:
        return
    tick = before + timedelta(seconds=5)
    end = min(at, before + timedelta(days=1))
    while tick < end:
        yield tick
        tick += timedelta(minutes=10)


def _note(episodes: dict[str, Episode], said: Iterable[Finding]) -> None:
    for f in said:
        known = episodes.get(f.id)
        if known is None:
            assert f.phase is Phase.STARTED, f
            episodes[f.id] = Episode(f, f)
        else:
            known.last = f


def is_event(e: Episode) -> bool:
    return e.last.kind in ("anomaly.high", "anomaly.low")


def sensor(e: Episode) -> str:
    return e.first.entities[0].rsplit(":", 1)[-1]


def melbourne(folder: Path) -> Result:
    """Pedestrian counters, hourly. Quiet: weeks without a public holiday, 8 Feb to 13 Dec, after 8 weeks."""
    zone = ZoneInfo("Australia/Melbourne")
    places = {
        "Birrarung Marr": (144.9731, -37.8186),
        "Bourke Street Mall (North)": (144.9651, -37.8135),
        "QV Market-Elizabeth St (West)": (144.9561, -37.8062),
        "Southern Cross Station": (144.9523, -37.8185),
    }
    rows: list[Reading] = []
    days: dict[str, set[date]] = defaultdict(set)
    with gzip.open(folder / "melbourne_pedestrian/pedestrian.csv.gz", "rt") as file:
        for line in csv.DictReader(file):
            at = datetime.fromisoformat(line["Date_Time"]).replace(tzinfo=UTC)
            name = line["Sensor"]
            entity = "".join(ch if ch.isalnum() else "-" for ch in name)
            rows.append(Reading(at, entity, "intensity", float(line["Count"]), None, *places[name]))
            days[entity].add(at.astimezone(zone).date())
    episodes, count, seconds = run("ItemFlowObserved", rows, "Australia/Melbourne")
    result = Result("melbourne", count, seconds)
    start = {entity: min(known) + timedelta(weeks=8) for entity, known in days.items()}

    def quiet(entity: str, day: date) -> bool:
        monday = day - timedelta(days=day.weekday())
        if any(monday <= h < monday + timedelta(days=7) for h in VICTORIA):
            return False
        return (2, 8) <= (day.month, day.day) <= (12, 13) and day >= start[entity]

    result.quiet_sensor_days = sum(quiet(e, d) for e, known in days.items() for d in known)
    said = []
    for e in episodes:
        day = e.first.onset.astimezone(zone).date()
        if quiet(sensor(e), day):
            result.count(e)
            said.append(f"{day} {sensor(e)[:9]} {e.last.kind}: {e.first.words}")
    on: dict[date, set[str]] = defaultdict(set)
    for e in filter(is_event, episodes):
        day, last = (f.observed_at.astimezone(zone).date() for f in (e.first, e.last))
        while day <= last:
            on[day].add(sensor(e)[:9] + ("+" if e.last.kind.endswith("high") else "-"))
            day += timedelta(days=1)
    holidays = [h for h in WORKDAY_HOLIDAYS if any(h in known for known in days.values())]
    result.expected, result.found = len(holidays), sum(bool(on[h]) for h in holidays)
    control = date(2016, 8, 16)
    result.detail = {
        "commuters_low": sum("Southern--" in on[h] for h in holidays),
        "days_with_any_event": round(sum(bool(on[d]) for d in set().union(*days.values())) / 731, 3),
        "holidays": {h.isoformat(): sorted(on[h]) for h in holidays},
        "new_years_eve": {d: sorted(on[date.fromisoformat(d)]) for d in ("2015-12-31", "2016-01-01")},
        "control_2016_08_16": sorted(on[control]),
        "_false": said,
    }
    return result


def metr_la(folder: Path) -> Result:
    """Loop detectors, five minutes, a week. Quiet: 6 and 7 March but the injection. 0 means missing."""
    start = datetime.fromisoformat("2012-03-01T00:00:00-08:00").astimezone(UTC)
    lines = list(csv.reader((folder / "metr_la/los_speed.csv").open()))
    names = lines[0]
    injected = set(names[::10])
    first, last = (datetime.fromisoformat(f"2012-03-07T{h}:00:00-08:00") for h in ("10", "14"))
    rows = []
    for n, line in enumerate(lines[1:]):
        at = start + n * timedelta(minutes=5)
        for name, text in zip(names, line, strict=True):
            value = float(text)
            if name in injected and first <= at < last:
                value = 6.0 + (n % 5) * 0.25
            if value > 0.0:
                rows.append(Reading(at, name, "averageVehicleSpeed", value))
    episodes, count, seconds = run("TrafficFlowObserved", rows, "America/Los_Angeles")
    result = Result("metr_la", count, seconds, quiet_sensor_days=2.0 * len(names) - len(injected))
    hit = set()
    begin = datetime.fromisoformat("2012-03-06T00:00:00-08:00")
    said = []
    for e in episodes:
        if sensor(e) in injected and first <= e.first.observed_at <= last:
            hit.add(sensor(e))
        elif e.first.observed_at >= begin and not (sensor(e) in injected and e.first.observed_at >= first):
            result.count(e)
            said.append(f"{e.first.onset} {sensor(e)} {e.last.kind}: {e.first.words}")
    result.expected, result.found = len(injected), len(hit)
    result.detail = {
        "injected": "speed 6 from 10:00 to 14:00 on 7 March at every tenth detector",
        "_false": said,
    }
    return result


def birmingham(folder: Path) -> Result:
    """Car parks, half-hourly by day. Quiet: 24 Oct to 20 Nov 2016, before Christmas shopping."""
    zone = ZoneInfo("Europe/London")
    rows = []
    lines = list(csv.DictReader((folder / "birmingham_parking/dataset.csv").open()))
    names = sorted({line["SystemCodeNumber"] for line in lines})
    injected = set(names[::5])
    first, last = (datetime(2016, 11, 30, h, 30 * (h > 12), tzinfo=zone) for h in (10, 16))
    for line in lines:
        at = datetime.fromisoformat(line["LastUpdated"]).replace(tzinfo=zone).astimezone(UTC)
        value = float(line["Occupancy"])
        if line["SystemCodeNumber"] in injected and first <= at <= last:
            value = round(value * 0.1)
        rows.append(Reading(at, line["SystemCodeNumber"], "occupiedSpotNumber", value))
    episodes, count, seconds = run("OffStreetParking", rows, "Europe/London")
    result = Result("birmingham", count, seconds)
    begin, end = datetime(2016, 10, 24, tzinfo=zone), datetime(2016, 11, 21, tzinfo=zone)
    result.quiet_sensor_days = len({(r.entity, r.at.date()) for r in rows if begin <= r.at < end})
    hit, said = set(), []
    for e in episodes:
        if begin <= e.first.onset < end:
            result.count(e)
            said.append(f"{e.first.onset} {sensor(e)} {e.last.kind}: {e.first.words}")
        if sensor(e) in injected and first <= e.first.observed_at <= last and e.first.kind == "anomaly.low":
            hit.add(sensor(e))
    result.expected, result.found = len(injected), len(hit)
    result.detail = {
        "injected": "a tenth of the cars on 30 Nov, 10:00-16:30, every fifth park",
        "_false": said,
    }
    return result


def italian_air(folder: Path) -> Result:
    """Gases, hourly, one station. Quiet: September and October 2004, whatever the weather and strikes did."""
    zone = ZoneInfo("Etc/GMT-1")
    units = {"CO(GT)": ("CO", "GP"), "C6H6(GT)": ("C6H6", "GQ"), "NO2(GT)": ("NO2", "GQ"),
             "NOx(GT)": ("NOx", "61"),
             "T": ("temperature", "CEL"), "RH": ("relativeHumidity", "P1")}  # fmt: skip
    first, last = (datetime(2004, 11, d, h, tzinfo=zone) for d, h in ((3, 0), (4, 12)))
    rows = []
    for line in csv.DictReader((folder / "italian_air/AirQuality.csv").open()):
        at = datetime.fromisoformat(f"{line['Date']}T{line['Time']}").replace(tzinfo=zone).astimezone(UTC)
        for column, (name, unit) in units.items():
            value = float(line[column] or -200)
            if name == "NO2" and first <= at <= last:
                value = 100.0
            if value != -200.0:
                rows.append(Reading(at, "IT-1", name, value, unit))
    episodes, count, seconds = run("AirQualityObserved", rows, "Etc/GMT-1")
    result = Result("italian_air", count, seconds)
    begin, end = datetime(2004, 9, 1, tzinfo=zone), datetime(2004, 11, 1, tzinfo=zone)
    result.quiet_sensor_days = len({(r.attribute, r.at.date()) for r in rows if begin <= r.at < end})
    said = []
    for e in episodes:
        if begin <= e.first.onset < end:
            result.count(e)
            said.append(f"{e.first.onset} {e.first.attribute} {e.last.kind}: {e.first.words}")
        if first <= e.first.observed_at <= last and e.last.kind == "anomaly.fault":
            result.found = 1
    result.expected = 1
    result.detail = {"injected": "NO2 stuck at 100 from 3 Nov for 36 h", "_false": said}
    return result


def nab(folder: Path) -> Result:
    """25 labelled series of the Numenta benchmark. Quiet: outside all windows, after the first 15 %."""
    windows = json.loads((folder / "nab/combined_windows.json").read_text())
    result = Result("nab")
    per_file, said = {}, []
    for path in sorted((folder / "nab/data").glob("*/*.csv")):
        name = f"{path.parent.name}/{path.name}"
        rows = [
            Reading(
                datetime.fromisoformat(line["timestamp"]).replace(tzinfo=UTC),
                "nab",
                "value",
                float(line["value"]),
            )
            for line in csv.DictReader(path.open())
        ]
        episodes, count, seconds = run("DeviceMeasurement", rows, "UTC")
        spans = [
            tuple(datetime.fromisoformat(t).replace(tzinfo=UTC) for t in pair)
            for pair in windows.get(name, ())
        ]
        begin = rows[int(0.15 * len(rows))].at
        hits = [any(a <= e.first.observed_at <= b for e in episodes) for a, b in spans]
        false = [
            e
            for e in episodes
            if e.first.observed_at >= begin and not any(a <= e.first.observed_at <= b for a, b in spans)
        ]
        days = len({r.at.date() for r in rows if r.at >= begin and not any(a <= r.at <= b for a, b in spans)})
        result.readings, result.seconds = result.readings + count, result.seconds + seconds
        result.expected, result.found = result.expected + len(spans), result.found + sum(hits)
        result.quiet_sensor_days += days
        for e in false:
            result.count(e)
        per_file[name] = f"{sum(hits)}/{len(hits)} found, {len(false)} false in {days} days"
        said += [f"{name} {e.first.onset} {e.last.kind}: {e.first.words}" for e in false]
    result.detail = {"files": per_file, "_false": said}
    return result


PARTS: dict[str, Callable[[Path], Result]] = {
    "melbourne": melbourne, "metr_la": metr_la, "birmingham": birmingham,
    "italian_air": italian_air, "nab": nab,
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    default = os.environ.get("TOCSIN_DATA") or ROOT.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(default), help="folder that holds anomaly/")
    parser.add_argument("--only", choices=sorted(PARTS), action="append")
    parser.add_argument("--quick", action="store_true", help="all but Melbourne and the NAB series")
    parser.add_argument("--verbose", action="store_true", help="print what was said in quiet periods")
    args = parser.parse_args()
    folder = args.data / "anomaly"
    if not folder.is_dir():
        print(f"SKIPPED: no recorded data at {folder}", file=sys.stderr)
        print(json.dumps({"skipped": f"no recorded data at {folder}"}))
        return 0
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    chosen = args.only or [n for n in PARTS if not (args.quick and n in ("melbourne", "nab"))]
    out: dict[str, object] = {
        "machine": platform.processor() or platform.machine(),
        "date": datetime.now(UTC).date().isoformat(),
    }
    for name in chosen:
        result = PARTS[name](folder)
        said = result.detail.pop("_false", [])
        print(f"{name}: {json.dumps(result.row(), indent=1)}")
        if args.verbose and isinstance(said, list):
            print("\n".join(f"  {line}" for line in said))
        out[name] = {k: v for k, v in result.row().items() if not isinstance(v, dict)}
    print(json.dumps(out))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
