"""A city's public feeds on a machine that is cut off, and what the status wall is told."""

import random

import httpx
import pytest

from tocsin.ingest.heard import Heard
from tocsin.ingest.supervisor import SourceSupervisor
from tocsin.kernel.clock import WallClock
from tocsin.sdk.feeds_file import read_profile
from tocsin.sdk.source import find_sources


@pytest.fixture
def cut_off(monkeypatch):
    class Away(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            raise httpx.ConnectError("no route to host")

    monkeypatch.setattr(httpx, "AsyncHTTPTransport", Away)
    monkeypatch.setattr("httpx._client.AsyncHTTPTransport", Away)


@pytest.mark.parametrize("city", ["helsinki", "oslo", "padova", "porto"])
async def test_without_internet_each_feed_is_named_and_the_others_go_on(cut_off, bus, running, until, city):
    profile, _ = read_profile(city)
    stage = SourceSupervisor(
        bus,
        WallClock(),
        find_sources(),
        Heard(),
        chance=random.Random(1),
        backoff_first_s=60,
        feeds=profile.feed,
    )
    async with running(stage):
        await until(lambda: _told(stage) >= len(profile.feed))
        told = {h.name.removeprefix("source."): h for h in stage.healths()}
    for name, feed in profile.feed.items():
        assert told[name].words.startswith(f"{feed.title}: ")
        if feed.source == "met_no":  # nobody has said yet whom MET may write to
            assert (told[name].state, "contact" in told[name].words) == ("out of service", True)
        else:
            assert told[name].state == "degraded"
            assert "is out of reach: ConnectError" in told[name].words
    assert told["cap"].state == "working"
    assert stage.health().state == "degraded"
    assert set(profile.feed) <= {name.removeprefix("source.") for name in stage.health().detail}


def _told(stage):
    return sum(bool(h.words) for h in stage.healths())
