"""A CAP alert message as structs, field by field as in clause 3.2. Coordinates are WGS 84 degrees (3.3.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple, get_args

import msgspec

Status = Literal["Actual", "Exercise", "System", "Test", "Draft"]
MsgType = Literal["Alert", "Update", "Cancel", "Ack", "Error"]
Scope = Literal["Public", "Restricted", "Private"]
Category = Literal[
    "Geo",
    "Met",
    "Safety",
    "Security",
    "Rescue",
    "Fire",
    "Health",
    "Env",
    "Transport",
    "Infra",
    "CBRNE",
    "Other",
]
ResponseType = Literal[
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"
]
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]

#: message types that speak of an earlier message
REFERRING: frozenset[str] = frozenset(get_args(MsgType)) - {"Alert"}


class Corner(NamedTuple):
    """CAP writes latitude first (3.2.4)."""

    lat: float
    lon: float


Ring = tuple[Corner, ...]


class Reference(msgspec.Struct, frozen=True):
    """An earlier message: ``sender,identifier,sent`` (3.2.1)."""

    sender: str
    identifier: str
    sent: datetime


class Named(msgspec.Struct, frozen=True):
    """A ``valueName`` with its ``value``; the value may be empty."""

    name: str
    value: str


class Circle(msgspec.Struct, frozen=True):
    lat: float
    lon: float
    radius_km: float


class Area(msgspec.Struct, frozen=True):
    """Clause 3.2.4. ``altitude`` and ``ceiling``: feet above mean sea level."""

    description: str
    polygons: tuple[Ring, ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[Named, ...] = ()
    altitude: float | None = None
    ceiling: float | None = None


class Resource(msgspec.Struct, frozen=True):
    """Clause 3.2.3. ``size``: bytes. ``digest``: SHA-1 in hexadecimal."""

    description: str
    mime_type: str
    size: int | None = None
    uri: str | None = None
    deref_uri: str | None = None
    digest: str | None = None


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """Clause 3.2.2: what is said, in one language. Without ``language`` it is en-US by the standard."""

    categories: tuple[Category, ...]
    event: str
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    language: str = "en-US"
    response_types: tuple[ResponseType, ...] = ()
    audience: str | None = None
    event_codes: tuple[Named, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    web: str | None = None
    contact: str | None = None
    parameters: tuple[Named, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Clause 3.2.1. An element that is there and empty counts as not there."""

    identifier: str
    sender: str
    sent: datetime
    status: Status
    msg_type: MsgType
    scope: Scope
    source: str | None = None
    restriction: str | None = None
    addresses: str | None = None
    codes: tuple[str, ...] = ()
    note: str | None = None
    references: tuple[Reference, ...] = ()
    incidents: str | None = None
    infos: tuple[Info, ...] = ()

    @property
    def reference(self) -> Reference:
        """How a later message names this one."""
        return Reference(self.sender, self.identifier, self.sent)
