"""What is said and heard of evidence over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tocsin.api.schemas import Body
from tocsin.evidence.exhibit import Exhibit
from tocsin.kernel.sharing import Level

Why = Annotated[str, Meta(min_length=3, max_length=1000)]
#: what a clear look is for, in the words of the record
Purpose = Literal["response", "investigation", "review", "court or prosecutor", "data subject's request"]


class OpenEvidence(Body, frozen=True):
    """Why somebody looks at what shows people. Both go into the record."""

    reason: Why
    purpose: Purpose = "response"


class ShareEvidence(Body, frozen=True):
    level: Level
    rooms: tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...] = ()
    reason: Annotated[str, Meta(max_length=1000)] = ""
    version: int | None = None


class HoldEvidence(Body, frozen=True):
    """``hold`` false: release it."""

    reason: Why
    hold: bool = True
    version: int | None = None


class EraseEvidence(Body, frozen=True):
    reason: Why
    version: int | None = None


class EvidenceList(msgspec.Struct, frozen=True):
    """Oldest first. ``closed``: how many more there are that are closed to the caller's room."""

    items: list[Exhibit]
    closed: int


class EvidenceRead(msgspec.Struct, frozen=True):
    """Somebody looked. ``clear``: with a reason at the thing itself, else at its blurred likeness."""

    at: datetime
    person: str
    organisation: str
    clear: bool
    purpose: str
    reason: str
