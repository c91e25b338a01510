"""A recorded delivery of vehicle monitoring; and XML that means harm."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import msgspec
import pytest

from tocsin.kernel.errors import Unavailable
from tocsin.sdk.reading import Refused
from tocsin.sources.siri_vm.fetch import Fetch
from tocsin.sources.siri_vm.map import read

HERE = Path(__file__).parent
VM = (HERE / "recorded" / "vm.xml").read_bytes()
PARAMS = {"address": "https://rt.example/vm?datasetId=RUT", "client": "oslo-tocsin", "contact": ""}
BOMB = b'<!DOCTYPE a [<!ENTITY b "c">]><Siri xmlns="http://www.siri.org.uk/siri">&b;</Siri>'


class Service:
    def __init__(self, *bodies: bytes) -> None:
        self.bodies, self.asked = list(bodies), []  # type: ignore[var-annotated]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["et-client-name"] == "oslo-tocsin"
        self.asked.append(str(request.url))
        return httpx.Response(200, content=self.bodies.pop(0))

    def fetch(self) -> Fetch:
        return Fetch(PARAMS, transport=httpx.MockTransport(self), requestor="r1")


async def test_the_recorded_delivery_becomes_the_golden_readings() -> None:
    service = Service(VM)
    got = await service.fetch().fetch(None)
    assert service.asked == ["https://rt.example/vm?datasetId=RUT&requestorId=r1"]
    made = [msgspec.to_builtins(read(bytes(item))) for item in got.items]
    assert made == json.loads((HERE / "golden.json").read_text())


async def test_what_comes_in_pages_is_asked_for_to_the_end() -> None:
    first = VM.replace(b"<MoreData>false", b"<MoreData>true")
    got = await Service(first, VM).fetch().fetch(None)
    assert len(got.items) == 4


@pytest.mark.parametrize(
    "body",
    [
        VM[:900],
        b"",
        b"{}",
        BOMB,
        b"<Siri/>",
        VM.replace(b"<Siri ", b"<Sari ").replace(b"</Siri>", b"</Sari>"),
        VM.replace(b'encoding="UTF-8"', b'encoding="klingon"'),
        VM.decode().encode("utf-16-be"),
        b"<a>" * 50,
        VM + b" " * 34_000_000,
    ],
    ids=[
        "cut off",
        "empty",
        "json",
        "entities",
        "no namespace",
        "another root",
        "encoding",
        "utf-16",
        "deep",
        "huge",
    ],
)
async def test_what_is_no_delivery_is_told(body: bytes) -> None:
    with pytest.raises(Unavailable):
        await Service(body).fetch().fetch(None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vehicle": ""}, "no id"),
        ({"recorded": "yesterday"}, "bad time"),
        ({"recorded": ""}, "bad time"),
        ({"delay": "soon"}, "duration"),
        ({"delay": "PT"}, "duration"),
        ({"lat": "north"}, "lat is a number"),
        ({"delay": 5}, "does not fit"),
    ],
)
def test_a_vehicle_that_is_none_is_refused(change: dict[str, object], words: str) -> None:
    whole = {"vehicle": "V", "recorded": "2026-11-22T17:00:02Z", "lat": "59.9", "lon": "10.7"}
    assert read(msgspec.json.encode(whole)).lat == 59.9
    with pytest.raises(Refused, match=words):
        read(msgspec.json.encode(whole | change))
