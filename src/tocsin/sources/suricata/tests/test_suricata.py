"""A sensor's eve.json: followed line by line, over rotation; and, where they are here, real ones."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from tocsin.kernel.errors import Unavailable
from tocsin.sdk.reading import Refused
from tocsin.sources.suricata.fetch import MOST_LINE, Fetch
from tocsin.sources.suricata.map import read

HERE = Path(__file__).parent
EVE = (HERE / "recorded" / "eve.json").read_bytes()
REAL = Path(__file__).parents[6] / "shared" / "data" / "cyber" / "suricata" / "samples"


def source(file: Path) -> Fetch:
    return Fetch({"file": str(file), "sensor": "edge-1", "events": "alert anomaly"})


async def test_the_recorded_events_become_the_golden_readings() -> None:
    got = await source(HERE / "recorded" / "eve.json").fetch(None)
    made = [msgspec.to_builtins(read(bytes(item))) for item in got.items]
    golden = json.loads((HERE / "golden.json").read_text())
    for one in (*made, *golden):
        one.pop("message_id")
    assert made == golden


async def test_each_line_once_also_over_half_a_line_rotation_and_truncation(tmp_path: Path) -> None:
    file = tmp_path / "eve.json"
    line = EVE.splitlines(keepends=True)[0]
    file.write_bytes(line + line[:50])
    got = await source(file).fetch(None)
    assert len(got.items) == 1
    with file.open("ab") as more:
        more.write(line[50:] + line)
    got = await source(file).fetch(got.cursor)
    assert len(got.items) == 2
    with file.open("ab") as more:  # written just before it is rotated
        more.write(line)
    file.rename(tmp_path / "eve.json.1")
    file.write_bytes(line * 3)
    got = await source(file).fetch(got.cursor)
    assert len(got.items) == 1
    got = await source(file).fetch(got.cursor)
    assert len(got.items) == 3
    assert (await source(file).fetch(got.cursor)).items == []
    with file.open("r+b") as same:
        same.truncate(0)
        same.write(line)
    assert len((await source(file).fetch(got.cursor)).items) == 1


async def test_what_is_no_event_is_shown_and_holds_nothing_up(tmp_path: Path) -> None:
    file = tmp_path / "eve.json"
    file.write_bytes(b"\xff\xfe broken\n" + b"x" * (MOST_LINE + 10) + b"\n" + EVE)
    got = await source(file).fetch(None)
    assert len(got.items) == 4
    for item in got.items[:2]:
        with pytest.raises(Refused, match="not JSON"):
            read(bytes(item))
    assert read(bytes(got.items[2])).attributes["destinationPort"] == 22


async def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        await source(tmp_path / "eve.json").fetch(None)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "not JSON"), (b"[]", "does not fit"), (b'{"timestamp":"x","event_type":"dns"}', "is no alert"),
        (b'{"timestamp":"yesterday","event_type":"alert","alert":{}}', "bad time"),
        (b'{"timestamp":5,"event_type":"alert"}', "does not fit"), (b'{"src_port": NaN}', "not a number"),
    ],
)  # fmt: skip
def test_an_event_that_is_none_is_refused(line: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(b"sensor: a\n" + line)


@pytest.mark.data
@pytest.mark.parametrize("sample", ["first-org-conf-2015", "wrccdc-2017", "wrccdc-2018"])
async def test_real_alerts_are_all_understood(sample: str, tmp_path: Path) -> None:
    recorded = REAL / sample / "alerts-only.json"
    if not recorded.exists():
        pytest.skip(f"recorded alerts not here: {recorded}")
    events = json.loads(recorded.read_text())
    (tmp_path / "eve.json").write_text("\n".join(json.dumps(event) for event in events) + "\n")
    got = await source(tmp_path / "eve.json").fetch(None)
    made = [read(bytes(item)) for item in got.items]
    assert len(made) == len(events) > 30
    assert {one.attributes["headline"] for one in made} == {
        " ".join(event["alert"]["signature"].split()) for event in events
    }
    assert not any(event["src_ip"] in one.id for one, event in zip(made, events, strict=True))


@pytest.mark.data
async def test_real_events_without_a_zone_are_refused_by_name() -> None:
    recorded = REAL / "honeypot-2018" / "alerts-only.json"
    if not recorded.exists():
        pytest.skip(f"recorded alerts not here: {recorded}")
    event = json.loads(recorded.read_text())[0]
    with pytest.raises(Refused, match="no time zone"):
        read(b"sensor: a\n" + json.dumps(event).encode())
