"""A recorded answer of EEA's service; each hour once; and archives that are none or too much."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest

from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.sdk.reading import Refused
from tocsin.sources.eea_air import archive
from tocsin.sources.eea_air.fetch import Fetch
from tocsin.sources.eea_air.map import read

HERE = Path(__file__).parent
ANSWER = (HERE / "recorded" / "answer.zip").read_bytes()
NOW = datetime(2026, 11, 22, 17, 40, tzinfo=UTC)
PARAMS: dict[str, str | int | float | bool] = {
    "address": "https://eea.example/ParquetFile",
    "country": "it",
    "city": "Padova",
    "pollutants": "NO2 CO",
    "zone_hours": 1,
    "contact": "",
}


def source(body: bytes, now: datetime = NOW) -> Fetch:
    def answer(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        assert (asked["countries"], asked["cities"], asked["dataset"]) == (["IT"], ["Padova"], 1)
        assert asked["dateTimeEnd"] == now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return httpx.Response(200, content=body)

    return Fetch(PARAMS, transport=httpx.MockTransport(answer), now=lambda: now)


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(f"{name}.parquet", content)
    return made.getvalue()


async def test_the_recorded_answer_becomes_the_golden_readings() -> None:
    got = await source(ANSWER).fetch(None)
    made = [msgspec.to_builtins(read(bytes(item))) for item in got.items]
    assert made == json.loads((HERE / "golden.json").read_text())


async def test_each_hour_is_taken_once() -> None:
    got = await source(ANSWER).fetch(None)
    assert (await source(ANSWER).fetch(got.cursor)).items == []
    assert len((await source(ANSWER).fetch("no cursor of ours")).items) == 3


@pytest.mark.parametrize(
    "body",
    [b"", b"<html/>", ANSWER[:200], zipped(a=b"PAR1 nothing"), zipped(**{f"f{n}": b"" for n in range(401)})],
    ids=["empty", "page", "cut off", "no parquet", "many"],
)
async def test_what_is_no_archive_is_told(body: bytes) -> None:
    with pytest.raises(Unavailable):
        await source(body).fetch(None)


async def test_one_that_unpacks_to_too_much_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(Unavailable, match="unpacks to too much"):
        await source(zipped(a=b"\0" * 2_000_000)).fetch(None)


@pytest.mark.parametrize("change", [{"country": "Italy"}, {"country": "1T"}, {"zone_hours": 99}])
def test_a_country_that_is_none_is_refused(change: dict[str, str | int]) -> None:
    with pytest.raises(Invalid):
        Fetch(PARAMS | change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pollutant": 4711}, "pollutant not known"),
        ({"unit": "ppb"}, "unit not known"),
        ({"value": "much"}, "a number"),
        ({"end": "now"}, "bad time"),
        ({"value": 5}, "does not fit"),
    ],
)
def test_a_value_that_is_none_is_refused(change: dict[str, object], words: str) -> None:
    at = "2026-11-22T17:00:00Z"
    whole = {"point": "a", "pollutant": 8, "start": at, "end": at, "value": "1.5", "unit": "ug.m-3"}
    assert read(msgspec.json.encode(whole)).attributes["NO2"]["value"] == 1.5
    with pytest.raises(Refused, match=words):
        read(msgspec.json.encode(whole | change))
