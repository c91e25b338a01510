"""Replay: files cut into readings, in order of time, each counted; through intake and normalise."""

import asyncio
import gzip
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from tocsin.bus.codec import decode
from tocsin.ingest.client import HttpTarget
from tocsin.ingest.http import HttpIntake
from tocsin.ingest.mappings import Mappings
from tocsin.ingest.reader import read_recorded
from tocsin.ingest.replay import replay, replay_together
from tocsin.kernel.clock import FileClock
from tocsin.kernel.errors import Invalid, NotFound, TocsinError, Unauthenticated, Unavailable
from tocsin.kernel.events import ObservationBatch
from tocsin.normalise.formats import Formats
from tocsin.normalise.items import Items
from tocsin.normalise.models import read_models
from tocsin.normalise.observe import Observer
from tocsin.normalise.stage import Normalise
from tocsin.sdk.mapping import read_mapping

MAPPINGS = Path(__file__).parents[1] / "flow" / "mappings"
DATA = Path(__file__).parents[3] / "shared" / "data" / "anomaly"
TALL = """\
missing = ["", -200]
[entity]
type = "ItemFlowObserved"
id = { column = "s" }
[time]
column = "t"
zone = "UTC"
[attributes.intensity]
column = "n"
"""
WIDE = """\
missing = ["", "0"]
[file.wide]
keep = ["t"]
[entity]
type = "TrafficFlowObserved"
id = { column = "@column" }
[time]
column = "t"
zone = "UTC"
[attributes.averageVehicleSpeed]
column = "@cell"
"""


class Kept:
    """A target that keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[list[dict], datetime | None]] = []
        self.mappings: dict[str, str] = {}

    async def save_mapping(self, name, toml):
        self.mappings[name] = toml

    async def send(self, name, rows, clock):
        self.sent.append(([json.loads(r) for r in rows], clock))
        return len(rows)

    @property
    def rows(self):
        return [row for rows, _ in self.sent for row in rows]


@pytest.fixture
def files(tmp_path):
    def write(mapping: str, data: str | bytes, name: str = "day.csv"):
        (tmp_path / "m.toml").write_text(mapping)
        content = data.encode() if isinstance(data, str) else data
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return tmp_path / name, tmp_path / "m.toml"

    return write


@pytest.mark.parametrize("name", ["day.csv", "day.csv.gz"])
async def test_rows_go_in_order_of_time_and_missing_ones_do_not(files, name):
    data = "s,t,n\na,2015-01-01 02:00,3\na,2015-01-01 00:00,1\nb,2015-01-01 01:00,-200.0\n\nb,oops,2\n"
    target = Kept()
    report = await replay(*files(TALL, data, name), target)
    assert [row["n"] for row in target.rows] == ["1", "2", "3"]
    assert (report.readings, report.missing, report.accepted, report.rounds) == (3, 1, 3, 1)
    assert target.mappings == {"m": TALL}
    assert target.sent[-1] == ([], datetime(2015, 1, 1, 3, tzinfo=UTC))
    assert str(report).startswith(
        "3 readings in the file, 1 missing values, 3 accepted; 2015-01-01T00:00:00Z"
    )


async def test_wide_tables(files):
    target = Kept()
    report = await replay(
        *files(WIDE, "t,100,200\n2015-01-01,50,0\n2015-01-02,51,\n2015-01-03,52,9\n"), target
    )
    assert [(r["@column"], r["@cell"], r["t"]) for r in target.rows] == [
        ("100", "50", "2015-01-01"), ("100", "51", "2015-01-02"),
        ("100", "52", "2015-01-03"), ("200", "9", "2015-01-03"),
    ]  # fmt: skip
    assert (report.readings, report.missing) == (4, 2)


async def test_files_together_are_one_day(files, tmp_path):
    first = files(TALL, "s,t,n\na,2015-01-01,1\na,2015-01-03,3\n", "a.csv")
    (tmp_path / "other.toml").write_text('words = "other"\n' + TALL)
    (tmp_path / "b.csv").write_text("s,t,n\nb,2015-01-02,2\nb,,4\nb,2015-01-04,\n")
    target = Kept()
    report = await replay_together([first, (tmp_path / "b.csv", tmp_path / "other.toml")], target)
    assert [(row["@file"], row["n"]) for row in target.rows] == [
        ("a", "1"),
        ("b", "2"),
        ("b", "4"),
        ("a", "3"),
    ]
    assert (report.readings, report.missing, report.by_source) == (4, 1, {"m": 2, "other": 2})


async def test_json_lines_and_parquet(files, tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    rows = [
        {"s": "a", "t": "2015-01-01T00:00:00", "n": 1.5},
        {"s": "a", "t": "2015-01-01T01:00:00", "n": None},
    ]
    lines = Kept()
    text = "\n".join(map(json.dumps, rows))
    report = await replay(*files(TALL + '[file]\nformat = "jsonl"\n', text), lines)
    assert (report.readings, report.missing) == (1, 1)
    table = pa.table(
        {
            "s": ["a", "b"],
            "t": [datetime(2015, 1, 1, tzinfo=UTC), datetime(2015, 1, 2, tzinfo=UTC)],
            "n": [1.5, float("nan")],
        }
    )
    file, mapping = files(TALL + '[file]\nformat = "parquet"\n', b"")
    parquet.write_table(table, file)
    columns = Kept()
    report = await replay(file, mapping, columns)
    assert (report.readings, report.missing) == (1, 1)
    assert columns.rows[0]["n"] == lines.rows[0]["n"] == 1.5


async def test_now_shifts_the_end_or_the_beginning(files):
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    both = files(TALL, "s,t,n\na,2015-01-01 00:00:00,1\na,2015-01-01 00:00:00.2,2\n")
    for speed, first in ((0, now - timedelta(seconds=0.2)), (1, now)):
        target = Kept()
        report = await replay(*both, target, now=now, speed=speed)
        assert report.first == first
        shift = (first - datetime(2015, 1, 1, tzinfo=UTC)).total_seconds()
        assert {row["@shift_s"] for row in target.rows} == {shift}
        assert target.sent[-1][0]  # no clock of its own in live


@pytest.mark.parametrize("options", [{"speed": 60}, {"speed": 0, "loop": True}])
async def test_now_at_another_speed_is_refused(files, options):
    with pytest.raises(Invalid):
        await replay(*files(TALL, "s,t,n\na,2015-01-01,1\n"), Kept(), now=datetime.now(UTC), **options)


async def test_speed_paces_and_loops_go_on(files):
    both = files(TALL, "s,t,n\na,2015-01-01 00:00:00,1\na,2015-01-01 00:00:10,2\n")
    target = Kept()
    began = asyncio.get_running_loop().time()
    report = await replay(*both, target, speed=200, loop=True, rounds=3)
    assert asyncio.get_running_loop().time() - began >= 3 * 10 / 200
    assert (report.readings, report.accepted, report.rounds) == (6, 6, 3)
    assert [row.get("@shift_s", 0) for row in target.rows] == [0, 0, 20, 20, 40, 40]


@pytest.mark.parametrize(
    ("mapping", "data", "words"),
    [
        (TALL, "s,t,n\n", "no readings"),
        (TALL, "s,s,n\na,b,1\n", "two columns of one name"),
        (TALL, "s,t,n\n\xff".encode("latin-1"), "not utf-8-sig near line"),
        (TALL + '[file]\nencoding = "klingon"\n', "s,t,n\n", "no such encoding"),
        (TALL + '[file]\nformat = "jsonl"\n', "{}\n{", "line 2"),
        (TALL + '[file]\nformat = "jsonl"\n', "[1]\n", "line 1 is no JSON object"),
        (TALL + '[file]\nformat = "parquet"\n', "PAR1", "not Parquet"),
    ],
)
async def test_a_wrong_file_says_where(files, mapping, data, words):
    with pytest.raises(Invalid, match=words):
        await replay(*files(mapping, data), Kept())


async def test_files_that_are_not_there(files, tmp_path):
    file, mapping = files(TALL, "s,t,n\na,2015-01-01,1\n")
    for wrong in ((tmp_path / "no.csv", mapping), (file, tmp_path / "no.toml")):
        with pytest.raises(NotFound):
            await replay(*wrong, Kept())
    bad = tmp_path / "bad.csv.gz"
    bad.write_bytes(b"no gzip")
    with pytest.raises(Invalid, match="unpacked"):
        await replay(bad, mapping, Kept())


def answering(*answers):
    """A transport that gives these answers in turn; what was asked is kept."""
    asked = []
    left = list(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx.MockTransport(handle), asked


async def test_the_client_comes_back_to_an_instance_that_restarts():
    transport, asked = answering(
        httpx.ConnectError("refused"), httpx.Response(503), httpx.Response(202, json={"accepted": 2})
    )
    async with HttpTarget("http://127.0.0.1:1", "secret", transport=transport) as target:
        assert await target.send("m", [b'{"a":1}', b'{"a":2}'], datetime(2015, 1, 1, tzinfo=UTC)) == 2
    assert len(asked) == 3
    assert json.loads(asked[-1].content) == {"clock": "2015-01-01T00:00:00Z", "rows": [{"a": 1}, {"a": 2}]}
    assert asked[-1].headers["Authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(401, json={"detail": "no", "cure": "sign in"}), Unauthenticated),
        (httpx.Response(404, json={"detail": "no"}), NotFound),
        (httpx.Response(422, json={"detail": "mapping, line 3: no", "cure": "so", "field": "x"}), Invalid),
        (httpx.Response(400, text="<html>"), Invalid),
        (httpx.ConnectError("refused"), Unavailable),
    ],
)
async def test_the_client_says_what_the_instance_said(answer, kind):
    transport, _ = answering(answer)
    async with HttpTarget("http://127.0.0.1:1", "t", transport=transport, patience_s=0) as target:
        with pytest.raises(TocsinError) as refused:
            await target.save_mapping("m", TALL)
    assert type(refused.value) is kind


KNOWN = [
    # mapping, file, readings, missing, quarantined: counted with awk, not with this code
    ("melbourne", "melbourne_pedestrian/pedestrian.csv.gz", 66_037, 0, 0),
    ("birmingham", "birmingham_parking/dataset.csv", 35_717, 0, 0),
    ("italian_air", "italian_air/AirQuality.csv", 9_326, 31, 0),
    ("nab", "nab/data/realTraffic/occupancy_t4013.csv", 2_500, 0, 0),
]


class Intake:
    """The door without its HTTP: a target over an intake."""

    def __init__(self, intake: HttpIntake) -> None:
        self._intake = intake

    async def save_mapping(self, name, toml):
        await self._intake.save_mapping(name, toml)

    async def send(self, name, rows, clock):
        return await self._intake.mapped(name, rows, clock=clock)


async def through(bus, log, folder, file, mapping, running, until):
    """Replay a file through intake and normalise: the report, and everything that came out."""
    intake = HttpIntake(bus, FileClock(), Mappings(folder))
    report = await replay(file, MAPPINGS / f"{mapping}.toml", Intake(intake))
    stage = Normalise(bus, Items(Observer(read_models()), Formats(folder)))
    async with running(stage):
        await until(lambda: stage.health().position == {"RAW": log.streams["RAW"].last})
    return report, [decode(m.data, ObservationBatch) for m in log.streams["OBS"].messages]


@pytest.mark.data
@pytest.mark.parametrize(
    ("mapping", "file", "readings", "missing", "quarantined"), KNOWN, ids=lambda v: str(v)[:12]
)
async def test_recorded_cities(
    bus, log, tmp_path, running, until, mapping, file, readings, missing, quarantined
):
    if not (DATA / file).exists():
        pytest.skip(f"recorded data not here: {DATA / file}")
    report, batches = await through(bus, log, tmp_path, DATA / file, mapping, running, until)
    assert (report.readings, report.missing, report.accepted) == (readings, missing, readings)
    assert sum(len(b.quarantined) for b in batches) == quarantined
    observations = [o for b in batches for o in b.observations]
    assert len(observations) == readings - quarantined
    assert not any(d.startswith("unmodelled") for o in observations for d in o.doubts if "noxPpb" not in d)
    # event time: in order, and each accepted at the time at which it was read
    assert all(a.accepted_at <= b.accepted_at for a, b in pairwise(batches))
    assert all(
        timedelta(0) <= b.accepted_at - o.observed_at <= timedelta(seconds=5)
        for b in batches
        for o in b.observations
    )


@pytest.mark.data
def test_metr_la_has_no_times_of_its_own():
    file = DATA / "metr_la" / "los_speed.csv"
    if not file.exists():
        pytest.skip(f"recorded data not here: {file}")
    recorded = read_recorded(file, read_mapping((MAPPINGS / "metr_la.toml").read_text()))
    assert (len(recorded.rows), recorded.missing) == (2_016 * 207, 0)
    assert datetime.fromtimestamp(recorded.first, UTC) == datetime(2012, 3, 1, 8, tzinfo=UTC)
    assert datetime.fromtimestamp(recorded.last, UTC) == datetime(2012, 3, 8, 7, 55, tzinfo=UTC)


@pytest.mark.data
async def test_known_values_come_through(bus, log, tmp_path, running, until):
    if not (DATA / "italian_air" / "AirQuality.csv").exists():
        pytest.skip(f"recorded data not here: {DATA}")
    _, batches = await through(
        bus, log, tmp_path, DATA / "italian_air" / "AirQuality.csv", "italian_air", running, until
    )
    first = batches[0].observations[0]
    assert first.observed_at == datetime(2004, 3, 10, 17, tzinfo=UTC)
    assert (first.get("co"), first.get("NO2"), first.get("temperature")) == (2600.0, 113.0, 13.599999904633)
    assert first.get("relativeHumidity") == pytest.approx(0.48875)
    values = [a.value for b in batches for o in b.observations for a in o.attributes]
    assert -200 not in values
    assert len(values) == 9_357 * 7 - (1683 + 366 + 1642 + 1639 + 8443 + 366 + 366)
