"""Recorded values of NILU's service; corrections; and what is none."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import msgspec
import pytest

from tocsin.kernel.errors import Unavailable
from tocsin.sdk.reading import Refused
from tocsin.sources.nilu_air.fetch import Fetch
from tocsin.sources.nilu_air.map import read

HERE = Path(__file__).parent
UTD = (HERE / "recorded" / "utd.json").read_bytes()
PARAMS = {"address": "https://air.example/aq/utd", "areas": "Oslo;Bærum", "contact": ""}


def source(body: bytes) -> Fetch:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.params["areas"] == "Oslo;Bærum"
        return httpx.Response(200, content=body)

    return Fetch(PARAMS, transport=httpx.MockTransport(answer))


async def test_the_recorded_values_become_the_golden_readings() -> None:
    got = await source(UTD).fetch(None)
    made = [msgspec.to_builtins(read(bytes(item))) for item in got.items]
    assert made == json.loads((HERE / "golden.json").read_text())


async def test_a_value_is_news_once_and_again_when_it_is_corrected() -> None:
    got = await source(UTD).fetch(None)
    assert (await source(UTD).fetch(got.cursor)).items == []
    (corrected,) = (await source(UTD.replace(b"41.2", b"39.9")).fetch(got.cursor)).items
    assert read(bytes(corrected)).attributes["NO2"]["value"] == 39.9


@pytest.mark.parametrize(
    "body", [b"", UTD[:300], b"{}", b"<html/>", b"\xff\xfe[", b"[0," * 5001, b"[" + b"0," * 5001 + b"0]"]
)
async def test_what_is_no_list_is_told(body: bytes) -> None:
    with pytest.raises(Unavailable):
        await source(body).fetch(None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"component": "Gold"}, "component not known"),
        ({"unit": "ppb"}, "unit not known"),
        ({"value": "much"}, "does not fit"),
        ({"value": None}, "does not fit"),
        ({"toTime": "now"}, "bad time"),
        ({"toTime": "2026-11-22T18:00:00"}, "no time zone"),
        ({"station": None}, "does not fit"),
    ],
)
def test_a_value_that_is_none_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(msgspec.json.encode(json.loads(UTD)[0] | change))
