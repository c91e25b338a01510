"""A subscription as it is stored, and how its notifications stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from tocsin.ngsi.model.checks import moment

Status = Literal["active", "paused", "expired"]
#: to what it is: to changes of entities (clause 5.8), or of registrations (clause 5.11)
Kind = Literal["entities", "registrations"]
#: what a change is called in ``notificationTrigger`` (clause 5.2.12)
TRIGGERS = (
    "entityCreated",
    "entityUpdated",
    "entityDeleted",
    "attributeCreated",
    "attributeUpdated",
    "attributeDeleted",
)
USUAL_TRIGGERS = ("attributeCreated", "attributeUpdated")


class Subscription(msgspec.Struct, frozen=True):
    """``body``: the document, names of types and attributes as IRIs, texts of queries as they were sent;
    ``names``: what the words in those texts stand for. ``context``: URL of the @context of its notifications.

    ``restarts`` counts how often somebody told its delivery to go on from ``restart``, the number of a change
    (resumed, replayed); what stands in the ledger before that is over.
    """

    id: str
    body: dict[str, Any]
    names: dict[str, str]
    context: str
    created_at: datetime
    modified_at: datetime
    #: who made it
    by: str = ""
    restarts: int = 0
    restart: int = 0
    #: who answers for it, where that is not who made it; why it was paused, where nobody asked for that
    resumed_by: str = ""
    stopped: str = ""
    kind: Kind = "entities"

    @property
    def holder(self) -> str:
        """By whose right it is told."""
        return self.resumed_by or self.by

    @property
    def notification(self) -> dict[str, Any]:
        made: dict[str, Any] = self.body["notification"]
        return made

    @property
    def endpoint(self) -> dict[str, Any]:
        made: dict[str, Any] = self.notification["endpoint"]
        return made

    @property
    def expires_at(self) -> datetime | None:
        said = self.body.get("expiresAt")
        return None if said is None else moment(said)

    @property
    def interval_s(self) -> float | None:
        """Of a periodic subscription."""
        said = self.body.get("timeInterval")
        return None if said is None else float(said)

    def status(self, now: datetime) -> Status:
        """Clause 5.2.12."""
        expires = self.expires_at
        if expires is not None and expires <= now:
            return "expired"
        return "active" if self.body.get("isActive", True) else "paused"


class Ledger(msgspec.Struct):
    """How the notifications of one subscription stand. Written by the stage that sends, and by nobody else
    but when the subscription is made.

    ``cursor``: number of the change up to which all is delivered; ``waiting``: changes beyond it that are
    not; ``failures``: in a row; ``retried``: tries beyond the first; ``coalesced``: changes that went out
    within a later one of the same entity (throttling); ``dropped_*``: changes of that time were let go before
    the receiver took them; ``given_up``: notifications that it refused for good.
    """

    cursor: int
    waiting: int = 0
    sent: int = 0
    changes: int = 0
    failed: int = 0
    retried: int = 0
    coalesced: int = 0
    given_up: int = 0
    failures: int = 0
    last_notification: datetime | None = None
    last_success: datetime | None = None
    last_failure: datetime | None = None
    last_error: str = ""
    failing_since: datetime | None = None
    next_try: datetime | None = None
    dropped_from: datetime | None = None
    dropped_to: datetime | None = None
    restarts: int = 0


_ENCODE = msgspec.json.Encoder().encode
_SUBSCRIPTION, _LEDGER = msgspec.json.Decoder(Subscription), msgspec.json.Decoder(Ledger)


def packed(value: Subscription | Ledger) -> bytes:
    return _ENCODE(value)


def subscription_of(row: bytes) -> Subscription:
    return _SUBSCRIPTION.decode(row)


def ledger_of(row: bytes) -> Ledger:
    return _LEDGER.decode(row)
