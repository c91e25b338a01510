"""A recorded system of GBFS 3: what is asked when, what comes of it, and what is no GBFS."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tocsin.kernel.errors import Unavailable
from tocsin.sdk.reading import Refused
from tocsin.sources.gbfs.fetch import Fetch
from tocsin.sources.gbfs.map import read

HERE = Path(__file__).parent
PARAMS = {
    "discovery": "https://gbfs.example/3/gbfs.json",
    "contact": "it@city.example",
    "key_header": "",
    "key": "",
}


class Service:
    """Answers from the recorded files; ``change`` overlays some of them."""

    def __init__(self, **change: Any) -> None:
        self.asked: list[str] = []
        self.change = change
        self.now = datetime(2026, 11, 22, 17, 0, 10, tzinfo=UTC)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2].removesuffix(".json")
        self.asked.append(name)
        assert request.headers["user-agent"] == "Tocsin/0.1 (it@city.example)"
        body = self.change.get(name)
        if body is None:
            body = (HERE / "recorded" / f"{name}.json").read_bytes()
        return httpx.Response(200, content=body if isinstance(body, bytes) else json.dumps(body).encode())

    def fetch(self) -> Fetch:
        return Fetch(PARAMS, transport=httpx.MockTransport(self), now=lambda: self.now)


async def test_the_recorded_system_becomes_the_golden_readings() -> None:
    got = await Service().fetch().fetch(None)
    assert (got.cursor, got.again_s) == ("2026-11-22T17:00:05Z", 60.0)
    made = [msgspec.to_builtins(read(bytes(item))) for item in got.items]
    assert made == json.loads((HERE / "golden.json").read_text())


async def test_a_document_is_asked_for_when_its_ttl_is_over_and_a_description_seldom() -> None:
    service = Service()
    source = service.fetch()
    got = await source.fetch(None)
    assert service.asked == ["gbfs", "station_information", "vehicle_types", "station_status"]
    service.now += timedelta(seconds=59)
    assert (await source.fetch(got.cursor)).items == ()
    assert len(service.asked) == 4
    service.now += timedelta(seconds=2)
    again = await source.fetch(got.cursor)
    assert (service.asked[4:], again.items) == (["station_status"], ())  # nothing has changed
    service.now += timedelta(hours=1)
    await source.fetch(got.cursor)
    assert service.asked[5:] == ["gbfs", "station_information", "station_status"]


async def test_gbfs_2_is_read_too() -> None:
    discovery = {
        "data": {
            "nb": {
                "feeds": [
                    {"name": n, "url": f"https://gbfs.example/3/{n}.json"}
                    for n in ("station_information", "station_status")
                ]
            }
        },
        "ttl": 0,
        "last_updated": 1795366805,
        "version": "2.3",
    }
    status = {
        "data": {
            "stations": [
                {
                    "station_id": "558",
                    "num_bikes_available": 4,
                    "num_docks_available": 0,
                    "is_installed": 1,
                    "is_renting": 1,
                    "last_reported": 1795366800,
                }
            ]
        },
        "last_updated": 1795366805,
    }
    (item,) = (await Service(gbfs=discovery, station_status=status).fetch().fetch(None)).items
    reading = read(bytes(item))
    assert (reading.attributes["availableBikeNumber"], reading.attributes["status"]) == (4, "full")
    assert reading.observed_at == datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"gbfs": b'{"data": {"feeds": [{"name": "station_status"'},
        {"gbfs": b"<html>maintenance</html>"},
        {"gbfs": {"data": []}},
        {"gbfs": {"data": {"feeds": "none"}}},
        {
            "gbfs": {
                "data": {
                    "feeds": [
                        {"name": "station_status", "url": "http://127.0.0.1/x"},
                        {"name": "station_information", "url": "http://127.0.0.1/y"},
                    ]
                }
            }
        },
        {"station_status": b"\xff\xfe\x00"},
        {"station_status": {"data": {"stations": {}}}},
        {"station_status": {"data": {"stations": [0] * 20_001}}},
        {"station_status": b'{"data": {"stations": [' + b" " * 34_000_000 + b"]}}"},
        {"station_status": b"[" * 100_000},
    ],
)
async def test_what_is_no_gbfs_is_told(change: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        await Service(**change).fetch().fetch(None)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (5, "no status"),
        ({}, "no id"),
        ({"station_id": 5}, "no id"),
        ({"station_id": "a"}, "no time"),
        ({"station_id": "a", "last_reported": 1e300}, "bad time"),
        ({"station_id": "a", "last_reported": "2026-11-22T17:00:00"}, "no time zone"),
    ],
)
def test_a_station_that_is_none_is_refused_alone(status: object, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(json.dumps({"status": status, "station": None}).encode())
