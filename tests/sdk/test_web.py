"""The way out of every fetched feed: how often, to whom, how much."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tocsin.kernel.errors import Invalid, TooMany, Unavailable
from tocsin.sdk.web import LONGEST_FRESH_S, Web

HOME = "https://feed.example/a"


class Service:
    def __init__(self, **headers: str) -> None:
        self.headers = headers
        self.body, self.status = b"one", 200
        self.asked: list[httpx.Request] = []
        self.now = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.headers.get("if-none-match") and self.status == 200 and self.body == b"one":
            return httpx.Response(304, headers=self.headers)
        return httpx.Response(self.status, content=self.body, headers=self.headers)

    def web(self, **more: str) -> Web:
        return Web(HOME, transport=httpx.MockTransport(self), now=lambda: self.now, **more)  # type: ignore[arg-type]


async def test_what_is_fresh_is_not_asked_for_and_what_is_old_only_for_a_change() -> None:
    service = Service(**{"Cache-Control": "public, max-age=60", "Age": "10", "ETag": '"1"'})
    web = service.web()
    first = await web.get(HOME, most=10)
    assert (first.body, first.news, first.fresh_s) == (b"one", True, 50)
    service.now += timedelta(seconds=49)
    assert (await web.get(HOME, most=10)).news is False
    assert len(service.asked) == 1
    service.now += timedelta(seconds=2)
    assert (await web.get(HOME, most=10)).news is False
    assert service.asked[1].headers["if-none-match"] == '"1"'
    service.now += timedelta(seconds=60)
    service.body = b"two"
    assert (await web.get(HOME, most=10)).news is True


@pytest.mark.parametrize(
    ("headers", "fresh_s"),
    [
        ({}, 0), ({"Cache-Control": "no-cache, max-age=60"}, 0), ({"Cache-Control": "max-age=soon"}, 0),
        ({"Cache-Control": "max-age=99999999999999"}, LONGEST_FRESH_S), ({"Expires": "0"}, 0),
        ({"Expires": "Sun, 22 Nov 2026 17:05:00 GMT", "Date": "Sun, 22 Nov 2026 17:00:00 GMT"}, 300),
        ({"Expires": "Sun, 22 Nov 2026 16:00:00 GMT"}, 0),
    ],
)  # fmt: skip
async def test_how_long_it_is_fresh(headers: dict[str, str], fresh_s: float) -> None:
    assert (await Service(**headers).web().get(HOME, most=10)).fresh_s == fresh_s


@pytest.mark.parametrize(
    "url", ["https://other.example/a", "file:///etc/passwd", "https://feed.example:8443/", "//x"]
)
async def test_no_other_host_is_asked(url: str) -> None:
    service = Service()
    with pytest.raises(Unavailable, match="another host"):
        await service.web().get(url, most=10)
    with pytest.raises(Unavailable, match="another host"):
        await service.web().post(url, b"{}", most=10)
    assert service.asked == []


async def test_what_swells_when_it_is_unpacked_is_left() -> None:
    service = Service(**{"Content-Encoding": "gzip"})
    service.body = gzip.compress(b"0" * 10_000_000)
    assert len(service.body) < 20_000
    with pytest.raises(Unavailable, match="more than 100000 bytes"):
        await service.web().get(HOME, most=100_000)


@pytest.mark.parametrize(("stated", "seconds"), [("30", 30), ("Sun, 22 Nov 2026 17:05:00 GMT", 60)])
async def test_it_asks_for_patience(stated: str, seconds: float) -> None:
    service = Service(**{"Retry-After": stated})
    service.status = 503
    with pytest.raises(TooMany) as asked:
        await service.web().get(HOME, most=10)
    assert asked.value.retry_after_s == seconds


@pytest.mark.parametrize(
    ("home", "contact"), [("ftp://a/b", ""), ("https://", ""), ("a", ""), (HOME, "a\r\nX: y"), (HOME, "å@b")]
)
def test_what_is_no_address_or_contact_is_refused(home: str, contact: str) -> None:
    with pytest.raises(Invalid):
        Web(home, contact=contact)
