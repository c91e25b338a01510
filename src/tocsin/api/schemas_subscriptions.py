"""What the API says of NGSI-LD subscriptions: whom they tell, and how that stands. Never what lets one in."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tocsin.ngsi.store.names import short
from tocsin.ngsi.subscriptions.address import shown_uri
from tocsin.ngsi.subscriptions.desk import Stands
from tocsin.ngsi.subscriptions.model import USUAL_TRIGGERS

State = Literal["working", "failing", "paused", "expired"]


class SubscriptionItem(msgspec.Struct, frozen=True):
    """``endpoint``: without sign-in and query. ``types``: as they were asked for; ``waiting``: changes that
    are not delivered yet; ``retried``: notifications that needed more than one try; ``coalesced``: changes
    that went out within a later one (throttling); ``given_up``: notifications that the receiver refused for
    good; ``dropped_*``: changes of that time were let go, it was away for too long. ``failures``: in a row.
    """

    id: str
    name: str
    by: str
    created_at: datetime
    state: State
    endpoint: str
    types: list[str]
    attributes: list[str]
    triggers: list[str]
    q: str
    interval_s: float | None
    throttling_s: float | None
    expires_at: datetime | None
    sent: int
    changes: int
    failed: int
    retried: int
    waiting: int
    coalesced: int
    given_up: int
    failures: int
    last_success: datetime | None
    last_failure: datetime | None
    last_error: str
    failing_since: datetime | None
    next_try: datetime | None
    dropped_from: datetime | None
    dropped_to: datetime | None


class ReplayStarted(msgspec.Struct, frozen=True):
    """``kept_since``: the time from which changes are kept, where that is after what was asked for."""

    subscription: SubscriptionItem
    kept_since: datetime | None


def subscription_item(stands: Stands, now: datetime) -> SubscriptionItem:
    one, ledger = stands.subscription, stands.ledger
    body, status = one.body, one.status(now)
    active: State = "failing" if ledger.failures else "working"
    return SubscriptionItem(
        id=one.id,
        name=body.get("subscriptionName", body.get("description", "")),
        by=one.by,
        created_at=one.created_at,
        state=active if status == "active" else status,
        endpoint=shown_uri(one.endpoint["uri"]),
        types=[short(each["type"]) for each in body.get("entities", [])],
        attributes=[short(iri) for iri in body.get("watchedAttributes", [])],
        triggers=list(body.get("notificationTrigger", USUAL_TRIGGERS)) if one.interval_s is None else [],
        q=body.get("q", ""),
        interval_s=one.interval_s,
        throttling_s=body.get("throttling"),
        expires_at=one.expires_at,
        sent=ledger.sent,
        changes=ledger.changes,
        failed=ledger.failed,
        retried=ledger.retried,
        waiting=ledger.waiting,
        coalesced=ledger.coalesced,
        given_up=ledger.given_up,
        failures=ledger.failures,
        last_success=ledger.last_success,
        last_failure=ledger.last_failure,
        last_error=ledger.last_error,
        failing_since=ledger.failing_since,
        next_try=ledger.next_try,
        dropped_from=ledger.dropped_from,
        dropped_to=ledger.dropped_to,
    )
