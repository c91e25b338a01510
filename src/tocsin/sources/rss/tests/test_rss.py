"""A recorded Atom feed, the same as RSS; and what is no feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest

from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.sdk.reading import Refused
from tocsin.sources.rss.fetch import Fetch
from tocsin.sources.rss.map import read

HERE = Path(__file__).parent
ATOM = (HERE / "recorded" / "feed.atom").read_bytes()
NOW = datetime(2026, 11, 22, 17, 5, tzinfo=UTC)
RSS = b"""<rss version="2.0"><channel><title>N</title><item><guid>a</guid><title>Fire &amp; smoke</title>
<pubDate>Sun, 22 Nov 2026 17:50:00 +0100</pubDate><link>https://city.example/a</link></item></channel></rss>"""


def source(body: bytes, address: str = "https://city.example/feed.atom") -> Fetch:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    return Fetch({"address": address, "contact": ""}, transport=transport, now=lambda: NOW)


async def test_the_recorded_feed_becomes_the_golden_readings_oldest_first_and_without_authors() -> None:
    got = await source(ATOM).fetch(None)
    made = [msgspec.to_builtins(read(bytes(item))) for item in got.items]
    marks = {one.pop("message_id") for one in made}
    golden = json.loads((HERE / "golden.json").read_text())
    for one in golden:
        one.pop("message_id")
    assert made == golden
    assert len(marks) == 2
    assert not any(b"Nordmann" in bytes(item) or b"kari@" in bytes(item) for item in got.items)


async def test_an_entry_is_news_once_and_again_when_it_changes() -> None:
    got = await source(ATOM).fetch(None)
    assert (await source(ATOM).fetch(got.cursor)).items == []
    (changed,) = (await source(ATOM.replace(b"20:00", b"22:00")).fetch(got.cursor)).items
    assert "22:00" in read(bytes(changed)).attributes["description"]


async def test_rss_and_its_dates() -> None:
    (item,) = (await source(RSS).fetch(None)).items
    reading = read(bytes(item))
    assert (reading.attributes["headline"], reading.observed_at.hour) == ("Fire & smoke", 16)
    (item,) = (await source(RSS.replace(b"pubDate", b"x")).fetch(None)).items
    assert read(bytes(item)).observed_at == NOW


@pytest.mark.parametrize(
    "body",
    [
        b"",
        ATOM[:300],
        b"{}",
        b"<html><body/></html>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><feed>&b;</feed>',
        b"<feed>" + b"<entry/>" * 200_001 + b"</feed>",
        b"x" * 9_000_000,
        ATOM.replace(b"UTF-8", b"klingon"),
    ],
    ids=["empty", "cut off", "json", "page", "entities", "many", "huge", "encoding"],
)
async def test_what_is_no_feed_is_told(body: bytes) -> None:
    with pytest.raises(Unavailable):
        await source(body).fetch(None)


def test_what_is_no_web_address_is_refused() -> None:
    with pytest.raises(Invalid):
        source(b"", "file:///etc/passwd")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"title": ""}, "says nothing"), ({"updated": "soon"}, "bad time"), ({"id": 5}, "fit")],
)
def test_an_entry_that_is_none_is_refused(change: dict[str, object], words: str) -> None:
    whole = {"feed": "https://a/b", "heard": "2026-11-22T17:05:00Z", "title": "x"}
    assert read(msgspec.json.encode(whole)).observed_at == NOW
    with pytest.raises(Refused, match=words):
        read(msgspec.json.encode(whole | change))
