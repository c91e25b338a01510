"""The document that the console is typed from."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.api.house import House

from tocsin.api.app import skeleton
from tocsin.api.openapi import document

STORED = Path(__file__).parents[2] / "console" / "openapi.json"


def test_the_stored_document_is_todays() -> None:
    today = msgspec.json.decode(msgspec.json.encode(document(skeleton())))
    assert msgspec.json.decode(STORED.read_bytes()) == today, (
        "run: python -m tocsin.api.openapi > console/openapi.json"
    )


def test_every_reference_leads_somewhere() -> None:
    made = document(skeleton())
    text = msgspec.json.encode(made).decode()
    named = {part.split('"', 1)[0] for part in text.split("#/components/schemas/")[1:]}
    assert named
    assert named <= set(made["components"]["schemas"])


def test_answers_state_every_field_and_bodies_only_what_is_needed() -> None:
    components = document(skeleton())["components"]["schemas"]
    assert set(components["Alert"]["required"]) == set(components["Alert"]["properties"])
    assert components["AlertCommand"]["required"] == []
    assert components["NewToken"]["required"] == ["name", "scopes"]


@pytest.mark.parametrize("path", ["/api/v1/openapi.json"])
async def test_it_is_served(door: House, path: str) -> None:
    async with door.client() as client:
        answer = await client.get(path)
    assert answer.json()["info"]["title"] == "Tocsin"
