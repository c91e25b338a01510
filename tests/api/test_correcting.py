"""Severity by hand, detection corrected, times to respond: through the door, from events."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.api.house import House
from tests.api.test_decisions import city, raise_alert
from tests.api.test_merging import opened
from tests.api.test_proposals import city as busy_city

from tocsin.kernel.figures import spread


async def test_severity_by_hand_holds_until_given_back(door: House) -> None:
    async with busy_city(door) as (client, screen):
        one, two = [(await raise_alert(door, screen, n))["id"] for n in (1, 2)]
        a = await opened(client, "A", one)
        path = f"/api/v1/incidents/{a['id']}"
        assert (
            await client.put(f"{path}/severity", json={"severity": "low", "reason": ""})
        ).status_code == 422
        assert (
            await client.put(f"{path}/severity", json={"severity": "odd", "reason": "x"})
        ).status_code == 422
        early = await client.put(f"{path}/severity", json={"severity": None, "reason": "x"})
        assert early.status_code == 409
        low = await client.put(f"{path}/severity", json={"severity": "low", "reason": "a drill"})
        assert (low.json()["severity"], low.json()["severity_set"]["reason"]) == ("low", "a drill")
        grown = await client.post(f"{path}/alerts", json={"alerts": [two]})
        assert grown.json()["severity"] == "low"
        given = {"severity": None, "reason": "no drill", "version": grown.json()["version"]}
        back = (await client.put(f"{path}/severity", json=given)).json()
        assert (back["severity"], back["severity_set"]) == (a["severity"], None)
        assert a["severity"] != "low"
        assert (await client.put(f"{path}/severity", json=given)).status_code == 409


async def test_detection_is_corrected_and_the_figures_follow(door: House) -> None:
    async with city(door) as (client, screen):
        one, two, three = [(await raise_alert(door, screen, n))["id"] for n in (1, 2, 3)]
        a, b, c = [await opened(client, t, i) for t, i in (("A", one), ("B", two), ("C", three))]
        path = f"/api/v1/incidents/{a['id']}"
        opened_at = datetime.fromisoformat(a["opened_at"])
        assert datetime.fromisoformat(a["detected_at"]) <= opened_at
        late = {"detected_at": (opened_at + timedelta(seconds=1)).isoformat(), "reason": "x"}
        assert (await client.put(f"{path}/detection", json=late)).status_code == 422
        hour = {"detected_at": (opened_at - timedelta(hours=1)).isoformat(), "reason": "a caller at three"}
        said = await client.put(f"{path}/detection", json=hour)
        assert said.json()["detection_set"]["reason"] == "a caller at three"
        await client.post(f"/api/v1/incidents/{b['id']}/merge", json={"incidents": [c["id"]], "reason": "x"})
        await client.post(f"{path}/close", json={"outcome": "handled", "words": "over"})
        figures = (await client.get("/api/v1/figures/response")).json()
        # A: an hour and some; B open; C merged; A's alert was acknowledged by the close
        assert (figures["resolve"]["count"], figures["resolve"]["waiting"]) == (1, 1)
        assert 3600 <= figures["resolve"]["mean_s"] < 3700
        assert figures["take_on"]["count"] == 2
        assert figures["take_on"]["p90_s"] == pytest.approx(3600, abs=1e-3)
        assert (figures["acknowledge"]["count"], figures["acknowledge"]["waiting"]) == (1, 2)
        assert "first time that a person" in figures["acknowledge"]["how"]
        await client.post(f"{path}/reopen", json={"reason": "again"})
        figures = (await client.get("/api/v1/figures/response")).json()
        assert (figures["resolve"]["count"], figures["resolve"]["waiting"]) == (0, 2)
        assert figures["resolve"]["mean_s"] is None
        old = await client.get("/api/v1/figures/response", params={"end": "2026-01-01T00:00:00Z"})
        assert old.json()["take_on"]["count"] == 0
        empty = {"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}
        assert (await client.get("/api/v1/figures/response", params=empty)).status_code == 422


def test_mean_median_and_ninetieth_percentile() -> None:
    ten = spread([10, 1, 9, 2, 8, 3, 7, 4, 6, 5], 3, "how")
    assert (ten.count, ten.waiting, ten.mean_s, ten.median_s, ten.p90_s) == (10, 3, 5.5, 5.5, 9)
    one = spread([4.0], 0, "how")
    assert (one.mean_s, one.median_s, one.p90_s) == (4.0, 4.0, 4.0)
