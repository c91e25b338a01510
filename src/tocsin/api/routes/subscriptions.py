"""Subscriptions that were made through NGSI-LD: how their notifications stand, and what to do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query

from tocsin.api.commands import subscriptions as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints
from tocsin.api.paging import Limit
from tocsin.api.schemas import Page
from tocsin.api.schemas_subscriptions import ReplayStarted, SubscriptionItem
from tocsin.identity.policy import Permission

endpoints = Endpoints("subscriptions")

SubscriptionId = Annotated[str, Path(alias="id", max_length=4096)]
Since = Annotated[datetime, Query(description="changes from then on, as in 2026-11-22T16:00:00Z")]


@endpoints.get("/subscriptions", Permission.SEE)
async def list_subscriptions(
    ask: Ask, limit: Limit = 100, after: str | None = None
) -> Page[SubscriptionItem]:
    """Every subscription, oldest first, with its ledger."""
    return await commands.listed(ask, limit, after)


@endpoints.get("/subscriptions/{id}", Permission.SEE)
async def get_subscription(ask: Ask, subscription: SubscriptionId) -> SubscriptionItem:
    return await commands.read(ask, subscription)


@endpoints.post("/subscriptions/{id}/pause", Permission.INGEST)
async def pause_subscription(ask: Ask, caller: Caller, subscription: SubscriptionId) -> SubscriptionItem:
    """Nothing is told, nor of that time later, but by a replay."""
    return await commands.pause(ask, caller, subscription)


@endpoints.post("/subscriptions/{id}/resume", Permission.INGEST)
async def resume_subscription(ask: Ask, caller: Caller, subscription: SubscriptionId) -> SubscriptionItem:
    """Told of what changes from now on."""
    return await commands.resume(ask, caller, subscription)


@endpoints.post("/subscriptions/{id}/replay", Permission.INGEST)
async def replay_subscription(
    ask: Ask, caller: Caller, subscription: SubscriptionId, since: Since
) -> ReplayStarted:
    """Tell it once more all that changed since then, as far back as changes are kept."""
    return await commands.replay(ask, caller, subscription, since)
