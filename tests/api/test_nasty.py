"""Whatever is put into a parameter or a body: a refusal that names it, never a defect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.api.house import House, house

from tocsin.api.app import skeleton
from tocsin.api.openapi import contracts, document
from tocsin.bus.memory import MemoryBus
from tocsin.kernel.events import RawBatch
from tocsin.lake.history import History
from tocsin.lake.reader import LakeReader

TEXTS = ["", "\0", "a" * 20_000, "<script>", "\u202e", "😀", "%", "'; DROP TABLE a", "../..", "null", "-1"]
NUMBERS = ["NaN", "inf", "-inf", "1e999", "99999999999999999999999", "-1", "0", "0.5", "x", "١"]
TIMES = [
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59.999999Z",
    "1969-12-31T00:00:00Z",
    "2026-11-21",
    "1e300",
    "0",
    "-99999999999999",
]
BODIES: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"\xff",
    b"1e999",
    b"[" * 5_000,
    b'{"a":' * 5_000,
    b'{"title": "\\ud800", "alerts": ["\\u0000"]}',
    b'{"title": "\\u0000\\u0000", "alerts": []}',
    b'{"version": 99999999999999999999}',
    b'{"version": -1}',
    b'{"reason": "x", "until": "9999-12-31T23:59:59-14:00"}',
    b'{"reason": "x", "until": "0001-01-01T00:00:00+14:00"}',
    b'{"words": "\\u202e", "outcome": "handled"}',
    b'{"rows": [null, 5, {}], "clock": "0001-01-01T00:00:00+14:00"}',
    b'{"user": "\\u0000", "password": "\\ud83d\\ude00"}',
    b'{"name": "\\u0000", "scopes": ["read"]}',
    b'{"id": "x", "title": "\\u0000"}',
]


@pytest.fixture
async def whole(tmp_path: Path, bus: MemoryBus) -> Any:
    async def resend(_batch: RawBatch) -> None: ...

    history = History(tmp_path / "lake")
    lake = LakeReader(tmp_path, history, resend=resend)
    async with house(tmp_path, bus, lake=lake) as door:
        yield door
    lake.close()
    history.close()


def values_for(parameter: dict[str, Any]) -> list[str]:
    schema = str(parameter["schema"])
    if "date-time" in schema:
        return [*TIMES, *TEXTS]
    return [*NUMBERS, *TEXTS] if "integer" in schema or "number" in schema else [*TEXTS, *NUMBERS, *TIMES]


def _most(tags: Sequence[str]) -> int:
    """This house keeps no evidence, publishes and signs nothing and asks no lake, and says so."""
    return 504 if {"evidence", "privacy", "warnings", "lake"} & set(tags) else 500


async def test_parameters(whole: House) -> None:
    tried = 0
    async with whole.signed_in() as client:
        for path, operations in document(skeleton())["paths"].items():
            operation = operations.get("get")
            if operation is None or operation["operationId"] in ("live", "openapi", "metrics", "healthz"):
                continue
            given = {p["name"]: p for p in operation.get("parameters", [])}
            good = {"entity": "urn:x", "attribute": "a"} if "attribute" in given else {}
            if "start" in given and given["start"].get("required"):
                good |= {"start": "2026-11-21T00:00:00Z", "end": "2026-11-22T00:00:00Z"}
            for name, parameter in given.items():
                for value in values_for(parameter):
                    address, query = path, dict(good)
                    if parameter["in"] == "path":
                        address = path.replace("{" + name + "}", quote(value, safe=""))
                    else:
                        query[name] = value
                    answer = await client.get(address, params=query)
                    most = _most(operation["tags"])
                    assert answer.status_code < most, (path, name, value, answer.text)
                    tried += 1
    assert tried > 300


async def test_bodies(whole: House) -> None:
    tried = 0
    async with whole.signed_in() as client:
        for contract in contracts(skeleton()):
            if contract.method == "GET" or contract.name in ("sign_out", "live"):
                continue
            path = contract.path.replace("{verb}", "shelve").replace("{name}", "m").replace("{id}", "AL-0001")
            path = path.replace("{alert}", "AL-0001")
            for body in BODIES:
                answer = await client.request(contract.method, path, content=body)
                most = _most([contract.tag])
                assert answer.status_code < most, (contract.name, body[:60], answer.text)
                if answer.status_code >= 400:
                    assert answer.headers["content-type"] == "application/problem+json"
                tried += 1
    assert tried > 200


def test_the_times_are_nasty() -> None:
    with pytest.raises(OverflowError):
        datetime.fromisoformat(TIMES[0]).astimezone(UTC)
