"""The source on a recorded feed: what it asks for, what it makes of it, what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.cap.model import Area, Circle, Corner
from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.sdk.reading import Refused
from tocsin.sources.cap.fetch import Fetch
from tocsin.sources.cap.letter import fold
from tocsin.sources.cap.map import read
from tocsin.sources.cap.outline import CORNERS, SHAPES, hull, shapes

HERE = Path(__file__).parent
RECORDED = HERE / "recorded"
HEARD = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
FEED = "https://weather.example/feed"


class Service:
    """Answers from the recorded files, and keeps what it was asked."""

    def __init__(self, **more: httpx.Response) -> None:
        self.asked: list[str] = []
        self.more = more

    def __call__(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.asked.append(url)
        name = "feed.atom" if url.endswith("/feed") else url.rpartition("/")[2]
        if name in self.more:
            return self.more[name]
        path = RECORDED / name
        return httpx.Response(200, content=path.read_bytes()) if path.exists() else httpx.Response(404)


def source(service: Service, addresses: str = FEED) -> Fetch:
    return Fetch({"addresses": addresses}, transport=httpx.MockTransport(service), now=lambda: HEARD)


async def test_each_warning_is_fetched_once_and_from_the_feeds_own_host_alone() -> None:
    service = Service()
    got = await source(service).fetch(None)
    assert service.asked == [FEED, "https://weather.example/cap/1.xml", "https://weather.example/cap/3.xml"]
    assert len(got.items) == 2
    again = await source(service).fetch(got.cursor)
    assert again.items == []
    assert len(again.cursor or "") < 4000
    assert service.asked[-1] == FEED


async def test_the_recorded_warning_becomes_the_golden_reading() -> None:
    got = await source(Service()).fetch(None)
    made = msgspec.to_builtins(read(bytes(got.items[0])))
    assert made == msgspec.json.decode((HERE / "golden.json").read_bytes())


async def test_a_broken_document_goes_to_quarantine_with_its_clause() -> None:
    got = await source(Service()).fetch(None)
    with pytest.raises(Refused) as refused:
        read(bytes(got.items[1]))
    assert "3.2.1 references" in refused.value.message
    assert refused.value.field == "references"
    assert refused.value.cure


async def test_without_an_address_nobody_is_asked() -> None:
    service = Service()
    assert (await source(service, "").fetch(None)).items == []
    assert service.asked == []


@pytest.mark.parametrize("address", ["file:///etc/passwd", "weather.example/feed", "ftp://a/b"])
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(Invalid) as refused:
        source(Service(), address)
    assert refused.value.field == "warnings.feeds"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(302, headers={"location": "http://127.0.0.1/secret"}),
        httpx.Response(200, content=b"<html><body>maintenance</body></html>"),
        httpx.Response(200, content=b'<!DOCTYPE a [<!ENTITY b "c">]><feed>&b;</feed>'),
        httpx.Response(200, content=b"x" * 9_000_000),
    ],
    ids=["fails", "redirects inward", "is a page", "has entities", "is endless"],
)
async def test_a_feed_that_is_none_is_told_and_harms_no_other(answer: httpx.Response) -> None:
    service = Service(**{"feed.atom": answer})
    with pytest.raises(Unavailable):
        await source(service).fetch(None)
    assert len(service.asked) == 1
    both = await source(service, f"{FEED} https://weather.example/1.xml").fetch(None)
    assert len(both.items) == 1


def test_what_was_not_fetched_is_refused() -> None:
    for payload in (b"", b"<alert/>", b"heard-at: never\nfrom: x\n\n<alert/>"):
        with pytest.raises(Refused):
            read(payload)


def test_no_reading_is_larger_than_a_field_may_be() -> None:
    ring = " ".join(f"{60 + (i % 7) / 10:.5f},{24 + i / 1000:.5f}" for i in range(2000))
    text = (
        (RECORDED / "1.xml")
        .read_text()
        .replace(
            "60.0,24.7 60.0,25.2 60.3,25.2 60.3,24.7 60.0,24.7",
            "60.0,24.0 61.0,24.0 61.0,27.0 60.0,27.0 60.0,24.0",
        )
    )
    assert ring
    text = text.replace("Gusts of 30 m/s.", "wind " * 5000)
    made = read(fold(text.encode(), heard=HEARD, address=FEED))
    assert all(len(v) <= 1000 for v in made.attributes.values() if isinstance(v, str))


corners = st.builds(Corner, st.floats(-80, 80), st.floats(-170, 170))


@given(st.lists(corners, min_size=1, max_size=80))
def test_a_hull_leaves_no_corner_outside(points: list[Corner]) -> None:
    around = hull(points)
    if len(around) < 3:
        return
    for p in points:
        for a, b in zip(around, [*around[1:], around[0]], strict=True):
            side = (b.lon - a.lon) * (p.lat - a.lat) - (b.lat - a.lat) * (p.lon - a.lon)
            assert side >= -1e-6


@given(st.lists(st.lists(corners, min_size=3, max_size=120), max_size=20), st.integers(0, 20))
def test_every_area_fits_into_lines(rings: list[list[Corner]], circles: int) -> None:
    area = Area("x", tuple(map(tuple, rings)), tuple(Circle(1.0, 2.0, float(i)) for i in range(circles)))
    lines = shapes([area])
    assert len(lines) <= SHAPES
    assert all(len(line) <= 1000 and len(line.split()) <= CORNERS for line in lines)
