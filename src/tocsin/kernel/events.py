"""The vocabulary: what travels between stages. Frozen, versioned, time-zoned.

Encoded as MessagePack by ``bus/codec.py``. Fields are only ever added, with a default, at the end. What
comes ten thousand times a second is left out of garbage collection (``gc=False``): it can hold no cycle.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

VOCABULARY = 1

Value = float | int | str | bool | None
Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")


class RawItem(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One reading as it came. ``id`` is the source's own message id where it has one, else from its hop."""

    id: str
    payload: bytes
    device: str | None = None
    #: id of the quarantined item that this is a new attempt at
    retry_of: str | None = None


class RawBatch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Envelope on ``raw.*``: 0-500 items of one source. Empty ones carry the clock alone.

    ``format`` names what understands the items: ``json`` (the HTTP and MQTT reading) or ``map:<mapping>``.
    ``accepted_at`` is the realm's clock at acceptance and drives event time downstream.
    """

    source: str
    format: str
    accepted_at: datetime
    items: tuple[RawItem, ...]


class Attribute(msgspec.Struct, frozen=True, array_like=True, gc=False):
    name: str
    value: Value
    #: UN/CEFACT Recommendation 20 code, the model's own unit after normalising; None where it has none
    unit: str | None = None


class Detail(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What NGSI-LD says of an attribute beyond its value, for the lake alone (docs/adr/0016).

    ``name``: that of an attribute of the observation, or a further series beside them, told from all names
    of attributes by a ``<`` (``speed<urn:ngsi-ld:Dataset:2``): screens and tools know nothing of those.
    """

    name: str
    text: str
    #: of a further series
    value: Value = None
    unit: str | None = None


class Observation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One normalised reading of an entity (Smart Data Models type, NGSI-LD id)."""

    id: str
    entity: str
    type: str
    observed_at: datetime
    attributes: tuple[Attribute, ...]
    lon: float | None = None
    lat: float | None = None
    source: str = ""
    #: 1.0 as the device states it; lower where normalise had doubts (named in ``doubts``)
    quality: float = 1.0
    doubts: tuple[str, ...] = ()
    kind: Literal["update", "delete"] = "update"
    retry_of: str | None = None
    details: tuple[Detail, ...] = ()

    def get(self, name: str) -> Value:
        """Value of an attribute; None where it is missing."""
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute.value
        return None


class Quarantined(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An item that was not understood, whole."""

    id: str
    payload: bytes
    reason: str
    format: str
    device: str | None = None
    #: the field at fault and what to do, where known
    field: str | None = None
    cure: str | None = None
    retry_of: str | None = None


class ObservationBatch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Envelope on ``obs.*``: what became of one or more raw envelopes of one source, item by item."""

    source: str
    accepted_at: datetime
    observations: tuple[Observation, ...]
    quarantined: tuple[Quarantined, ...] = ()


class Expected(msgspec.Struct, frozen=True):
    low: float
    mid: float
    high: float


class Evidence(msgspec.Struct, frozen=True):
    """A reading that a finding rests on; ``observation`` is the id of one that was really seen."""

    observation: str
    entity: str
    attribute: str
    value: Value
    unit: str | None
    observed_at: datetime


class TracePoint(msgspec.Struct, frozen=True):
    """One step of the chart under *why*: what was seen beside the band that was expected."""

    at: datetime
    seen: float | None
    low: float
    high: float


class Factor(msgspec.Struct, frozen=True):
    """What a score is made of; shares of one finding sum to 1."""

    label: str
    share: float


class Neighbour(msgspec.Struct, frozen=True):
    """Another sensor asked for its opinion."""

    entity: str
    agrees: bool
    words: str


class Place(msgspec.Struct, frozen=True):
    lon: float
    lat: float
    radius_m: float = 0.0
    name: str | None = None


class Phase(StrEnum):
    STARTED = "started"
    ONGOING = "ongoing"
    ENDED = "ended"


class PictureBox(msgspec.Struct, frozen=True):
    """Where in the picture that belongs to a finding: shares of its width and height, from its top left."""

    left: float
    top: float
    width: float
    height: float
    label: str = ""
    #: 0 to 1, as the detector says it
    score: float | None = None


class Finding(msgspec.Struct, frozen=True):
    """What a detector says. ``id`` is stable over the phases of one episode, ``version`` counts up from 1.

    ``kind`` is dotted, its first part the tool id (``crowd.surge``, ``anomaly.high``, ``anomaly.fault``).
    ``fault_probability`` is the detector's belief that the sensor, not the city, is odd.
    """

    id: str
    version: int
    tool: str
    tool_version: str
    kind: str
    phase: Phase
    entities: tuple[str, ...]
    onset: datetime
    observed_at: datetime
    headline: str
    words: str
    score: float
    score_means: str
    severity: Severity
    fault_probability: float
    evidence: tuple[Evidence, ...]
    place: Place | None = None
    attribute: str | None = None
    unit: str | None = None
    seen: float | None = None
    expected: Expected | None = None
    factors: tuple[Factor, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    trace: tuple[TracePoint, ...] = ()
    #: the line in the rule or method that was crossed, for the chart; with its name
    limit: float | None = None
    limit_name: str | None = None
    #: what the detector marks in its picture, which lies with the evidence of the alert
    boxes: tuple[PictureBox, ...] = ()


class Shot(msgspec.Struct, frozen=True):
    """A picture that belongs to a finding, blurred where it was made; ``picture``: JPEG."""

    finding: str
    taken_at: datetime
    picture: bytes


class Advice(msgspec.Struct, frozen=True):
    """An advisor's answer. Always shown as advice, with bounds, assumptions and validity.

    ``plan``: JSON-ready, as the advisor's guide describes it. ``complete``: False for the best found before
    its time was over; ``bounds`` then say how far it may be from the best there is.
    """

    id: str
    request: str
    tool: str
    tool_version: str
    words: str
    plan: dict[str, object]
    bounds: dict[str, float]
    assumptions: tuple[str, ...]
    valid_until: datetime
    complete: bool = True
