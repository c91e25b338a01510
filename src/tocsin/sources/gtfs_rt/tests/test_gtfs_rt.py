"""A recorded feed of trip updates and vehicle positions; and what is no GTFS-Realtime."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.sdk.reading import Refused
from tocsin.sources.gtfs_rt.fetch import MOST_BYTES, Fetch
from tocsin.sources.gtfs_rt.map import read
from tocsin.sources.gtfs_rt.message import items_of

HERE = Path(__file__).parent
FEED = (HERE / "recorded" / "feed.pb").read_bytes()
PARAMS = {
    "address": "https://rt.example/feed.pb",
    "authority": "oslo",
    "key_header": "X-Key",
    "key": "k",
    "contact": "",
}


def source(body: bytes, status: int = 200, **headers: str) -> Fetch:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["x-key"] == "k"
        return httpx.Response(status, content=body, headers=headers)

    return Fetch(PARAMS, transport=httpx.MockTransport(answer))


async def test_the_recorded_feed_becomes_the_golden_readings() -> None:
    got = await source(FEED).fetch(None)
    assert got.cursor == "1795366800"
    made = [msgspec.to_builtins(read(bytes(item))) for item in got.items]
    assert made == json.loads((HERE / "golden.json").read_text())


async def test_a_feed_that_has_not_changed_is_no_news() -> None:
    assert (await source(FEED).fetch("1795366800")).items == ()


async def test_number_plates_are_not_even_read() -> None:
    assert b"AB 12345" in FEED
    assert not any(b"AB 12345" in bytes(item) for item in (await source(FEED).fetch(None)).items)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (FEED[:-7], 200),
        (b"", 200),
        (b"<html>no such feed</html>", 200),
        (b"\xff" * 30, 200),
        (FEED, 403),
        (b"\x0a\x02\x0a\x00", 200),
        (b"x" * (MOST_BYTES + 1), 200),
    ],
)
async def test_what_is_no_feed_is_told(body: bytes, status: int) -> None:
    with pytest.raises(Unavailable):
        await source(body, status).fetch(None)


async def test_one_that_moves_is_not_followed() -> None:
    with pytest.raises(Unavailable, match="has moved"):
        await source(b"", 302, location="http://127.0.0.1/").fetch(None)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (b"{", "not JSON"),
        (b'{"kind":"ship","at":1}', "does not fit"),
        (b'{"kind":"vehicle","at":1e99}', "does not fit"),
        (b'{"kind":"vehicle","at":999999999999999}', "no such time"),
        (b'{"kind":"arrivals","at":1}', "nothing comes"),
        (b'{"kind":"vehicle","at":1,"lat":NaN}', "not a number"),
    ],
)
def test_an_item_that_is_none_is_refused(item: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(item)


@given(st.binary(max_size=300), st.integers(0, len(FEED)), st.integers(0, 40))
def test_any_bytes_are_read_or_refused(noise: bytes, at: int, cut: int) -> None:
    try:
        _, items = items_of(FEED[:at] + noise + FEED[at + cut :])
    except (Invalid, Unavailable):
        return
    for item in items:
        try:
            read(msgspec.json.encode(item))
        except Refused:
            continue
