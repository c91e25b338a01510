"""Recorded notifications of both standards; and entities that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tocsin.sdk.reading import Reading, Refused
from tocsin.sources.ngsi.map import read

HERE = Path(__file__).parent
EXAMPLES = Path(__file__).parents[6] / "shared" / "data" / "messages" / "ngsi"
HEARD = "2026-11-22T17:00:02Z"


def of(entity: Any) -> Reading:
    return read(json.dumps({"entity": entity, "heard": HEARD}).encode())


def test_the_recorded_notifications_become_the_golden_readings() -> None:
    entities = [
        entity
        for name in ("ngsi-ld", "ngsi-v2")
        for entity in json.loads((HERE / "recorded" / f"{name}.json").read_text())["data"]
    ]
    made = [msgspec.to_builtins(of(entity)) for entity in entities]
    assert made == json.loads((HERE / "golden.json").read_text())


def test_an_entity_without_any_time_was_heard_now() -> None:
    plain = of({"id": "a", "type": "Device", "deviceState": "on"})
    assert plain.observed_at.isoformat() == "2026-11-22T17:00:02+00:00"


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        (5, "not an object"), ({}, "no id"), ({"id": 5, "type": "T"}, "no id"),
        ({"id": "a"}, "bad entity type"),
        ({"id": "a", "type": "T", "v": {"value": 1, "observedAt": "noon"}}, "bad time"),
        ({"id": "a", "type": "T", "v": {"value": 1, "observedAt": "2026-11-22T17:00:00"}}, "no time zone"),
        ({"id": "a", "type": "T", "location": {"type": "Point", "coordinates": [1]}}, "impossible place"),
        ({"id": "a", "type": "T", "dateObserved": "2026-11-22T17:00:00Z/2026-11-22T18:00:00Z"}, "bad time"),
    ],
)  # fmt: skip
def test_an_entity_that_is_none_is_refused(entity: Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        of(entity)


@pytest.mark.parametrize(
    "payload", [b'{"entity":{"id":"a","type":"T","v":NaN}}', b"{", b"\xff", b"[" * 60_000]
)
def test_what_is_no_json_is_refused(payload: bytes) -> None:
    with pytest.raises(Refused, match="not"):
        read(payload)


@pytest.mark.data
def test_published_examples_are_understood() -> None:
    if not EXAMPLES.exists():
        pytest.skip(f"published examples not here: {EXAMPLES}")
    understood, refused = 0, []
    for path in sorted(EXAMPLES.glob("*/*/examples/*.json")):
        entity = json.loads(path.read_text())
        if type(entity) is not dict or entity.get("type") == "Feature" or "normalized.jsonld" in path.name:
            continue
        try:
            of(entity)
            understood += 1
        except Refused as error:
            refused.append(f"{path.parent.parent.name}/{path.name}: {error}")
    assert understood > 30
    assert len(refused) <= understood / 5, refused
