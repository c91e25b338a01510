"""A warning from its first word to its end. Each CAP message is one: an update is a warning of its own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from tocsin.cap.model import Category, Certainty, ResponseType, Severity, Urgency
from tocsin.kernel.decisions import Mark
from tocsin.kernel.sharing import OPEN_TO_ALL, Sharing

EXERCISE = "EXERCISE"
Kind = Literal["Alert", "Update", "Cancel"]


class WarningState(StrEnum):
    """``draft -> submitted -> issued | refused -> draft``; an issued one ends as one of the last three."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ISSUED = "issued"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


#: still in somebody's hands
OPEN = (WarningState.DRAFT, WarningState.SUBMITTED, WarningState.REFUSED)
#: was before the public, and is no more
OVER = (WarningState.UPDATED, WarningState.CANCELLED, WarningState.EXPIRED)


class Vertex(msgspec.Struct, frozen=True):
    """WGS 84 degrees."""

    lon: float
    lat: float


class Round(msgspec.Struct, frozen=True):
    lon: float
    lat: float
    radius_m: float


class WarningArea(msgspec.Struct, frozen=True):
    """``name``: what people call it. A ``polygon`` (three corners or more), or a ``circle``."""

    name: str
    polygon: tuple[Vertex, ...] = ()
    circle: Round | None = None


class WarningText(msgspec.Struct, frozen=True):
    """What the public reads in one language (RFC 3066)."""

    language: str
    event: str
    headline: str
    description: str
    instruction: str


class WarningContent(msgspec.Struct, frozen=True):
    """All that an author writes. ``lasts_min``: from the moment of issue."""

    category: Category
    response: ResponseType
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    area: WarningArea
    texts: tuple[WarningText, ...]
    lasts_min: int
    #: the id of the template that it began as
    template: str | None = None


Act = Literal[
    "composed",
    "changed",
    "submitted",
    "refused",
    "withdrawn",
    "issued",
    "updated",
    "cancelled",
    "expiring",
    "expired",
]


class WarningStep(msgspec.Struct, frozen=True):
    act: Act
    by: str
    at: datetime
    words: str


class PublicWarning(msgspec.Struct, frozen=True, kw_only=True):
    """``authors``: everybody who wrote a word of it; none of them approves it. ``approver``: who is asked.

    ``status``: as CAP says it; ``Exercise`` in every realm but live. ``of``: the warning that this one
    updates or cancels; ``followed_by``: the one that ended this. ``references``: ``sender,identifier,sent``.
    """

    id: str
    version: int
    kind: Kind
    state: WarningState
    status: Literal["Actual", "Exercise"]
    content: WarningContent
    authors: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    incident: str | None = None
    approver: str | None = None
    submitted: Mark | None = None
    refused: Mark | None = None
    approved: Mark | None = None
    of: str | None = None
    followed_by: str | None = None
    references: tuple[str, ...] = ()
    #: how a later message names this one
    reference: str | None = None
    identifier: str | None = None
    sender: str | None = None
    sent_at: datetime | None = None
    expires_at: datetime | None = None
    #: it was said that it ends soon
    expiring: bool = False
    steps: tuple[WarningStep, ...] = ()
    sharing: Sharing = OPEN_TO_ALL


def mark(warning: PublicWarning) -> str:
    """What stands before every word about a warning that is none."""
    return "" if warning.status == "Actual" else f"{EXERCISE}: "


class WarningEvent(msgspec.Struct, frozen=True):
    """What happened, with the warning as it is after it. In order, once each: see ``events.after``."""

    seq: int
    act: Act
    by: str
    at: datetime
    warning: PublicWarning
