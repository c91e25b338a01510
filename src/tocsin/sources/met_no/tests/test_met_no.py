"""A recorded forecast, and MET's terms of service: who asks, how often, and for what."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from tocsin.kernel.errors import Invalid, TooMany, Unavailable
from tocsin.sdk.reading import Refused
from tocsin.sources.met_no.fetch import Fetch
from tocsin.sources.met_no.map import read

HERE = Path(__file__).parent
FORECAST = (HERE / "recorded" / "locationforecast.json").read_bytes()
PARAMS = {
    "place": "10.75224999,59.91391", "product": "locationforecast", "address": "https://api.met.example/weatherapi",
    "contact": "it@oslo.example",
}  # fmt: skip
MODIFIED = "Sun, 22 Nov 2026 16:41:03 GMT"


class Service:
    def __init__(self, body: bytes = FORECAST, status: int = 200, **headers: str) -> None:
        self.body, self.status, self.headers = body, status, headers
        self.asked: list[httpx.Request] = []
        self.now = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        expires = (self.now + timedelta(minutes=30)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        if request.headers.get("if-modified-since") == MODIFIED:
            return httpx.Response(304, headers={"Expires": expires, "Date": self.date()})
        headers = {"Last-Modified": MODIFIED, "Expires": expires, "Date": self.date(), **self.headers}
        return httpx.Response(self.status, content=self.body, headers=headers)

    def date(self) -> str:
        return self.now.strftime("%a, %d %b %Y %H:%M:%S GMT")

    def fetch(self) -> Fetch:
        return Fetch(PARAMS, transport=httpx.MockTransport(self), now=lambda: self.now)


async def test_the_recorded_forecast_becomes_the_golden_readings() -> None:
    service = Service()
    got = await service.fetch().fetch(None)
    assert [str(r.url) for r in service.asked] == [
        "https://api.met.example/weatherapi/locationforecast/2.0/complete?lat=59.9139&lon=10.7522"
    ]
    assert service.asked[0].headers["user-agent"] == "Tocsin/0.1 (it@oslo.example)"
    made = [msgspec.to_builtins(read(bytes(item))) for item in got.items]
    for one in made:  # the place is the one that was asked for
        one["lon"], one["lat"] = round(one["lon"], 4), round(one["lat"], 4)
    assert made == json.loads((HERE / "golden.json").read_text())


async def test_it_is_asked_after_expires_alone_and_then_whether_anything_changed() -> None:
    service = Service()
    source = service.fetch()
    got = await source.fetch(None)
    assert got.again_s == 1800
    service.now += timedelta(minutes=29)
    assert (await source.fetch(got.cursor)).again_s == 60
    assert len(service.asked) == 1
    service.now += timedelta(minutes=2)
    again = await source.fetch(got.cursor)
    assert (len(service.asked), again.items, again.again_s) == (2, (), 1800)
    assert service.asked[1].headers["if-modified-since"] == MODIFIED


@pytest.mark.parametrize("contact", ["", "  ", "the city", "it@oslo.example\r\nX: y"])
def test_without_a_contact_it_does_not_begin(contact: str) -> None:
    with pytest.raises(Invalid) as refused:
        Fetch({**PARAMS, "contact": contact})
    assert refused.value.field in ("feeds.contact", "contact")
    assert refused.value.cure


@pytest.mark.parametrize(
    "change", [{"place": "Oslo"}, {"place": "nan,1"}, {"place": "200,1"}, {"product": "aurora"}]
)
def test_a_place_that_is_none_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        Fetch({**PARAMS, **change})


async def test_it_asks_for_patience_and_gets_it() -> None:
    with pytest.raises(TooMany) as asked:
        await Service(b"", 429, **{"Retry-After": "900"}).fetch().fetch(None)
    assert asked.value.retry_after_s == 900


@pytest.mark.parametrize(
    "body",
    [b"", FORECAST[:400], b"[]", b'{"properties": {"meta": {}}}', b"\xff", b"[" * 99_999, b" " * 5_000_000],
)
async def test_what_is_no_forecast_is_told(body: bytes) -> None:
    with pytest.raises(Unavailable):
        await Service(body).fetch().fetch(None)


@pytest.mark.parametrize(
    "change", [{"made": "now"}, {"time": "2026-11-22T17:00:00"}, {"data": 5}, {"hours": "x"}]
)
def test_a_step_that_is_none_is_refused(change: dict[str, object]) -> None:
    whole = {"product": "nowcast", "made": "2026-11-22T17:00:00Z", "lon": 1.0, "lat": 2.0, "hours": 0,
             "time": "2026-11-22T17:00:00Z", "data": {}}  # fmt: skip
    assert read(msgspec.json.encode(whole)).attributes["hoursAhead"] == 0
    with pytest.raises(Refused):
        read(msgspec.json.encode(whole | change))
