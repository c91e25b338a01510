"""Every subject on the bus: its one publisher, its readers, its rank. A stage consumes only from lower ranks.

``stream`` None means ephemeral: heard by whoever listens now, kept by nobody. Realms are accounts of the
server, so no subject names a realm.
"""

from __future__ import annotations

from dataclasses import dataclass

RANKS = {
    "devices": 0,
    # a box elsewhere, which sends what it has normalised and found itself
    "edge": 0,
    "ingest": 1,
    # at an edge: blurs pictures
    "shutter": 1,
    "normalise": 2,
    # takes in at the centre what edges send
    "edges": 2,
    "context": 3,
    # writes into the context's own database, from the door
    "ngsi": 3,
    "detectors": 4,
    "alerts": 5,
    "incidents": 6,
    "advisors": 7,
    "notify": 8,
    "lake": 8,
    "live": 8,
    # enters at the centre the pictures of edges as evidence
    "shots": 8,
    # at an edge: hands on to the centre
    "uplink": 8,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """``pattern`` is a NATS subject with wildcards; ``readers`` are stages by their name in ``RANKS``."""

    pattern: str
    stream: str | None
    publisher: str
    readers: tuple[str, ...]
    carries: str


MQTT = Subject("devices.>", "MQTT", "devices", ("ingest",), "a device's own message, as it sent it")
SPARKPLUG = Subject(
    "spBv1//0.>", "MQTT", "devices", ("ingest",), "Sparkplug B of an edge node; from us a request for rebirth"
)
RAW = Subject("raw.>", "RAW", "ingest", ("normalise",), "RawBatch")
OBS = Subject(
    "obs.src.>", "OBS", "normalise", ("context", "detectors", "lake", "live", "uplink"), "ObservationBatch"
)
API = Subject(
    "obs.api.>",
    "OBS",
    "ngsi",
    ("detectors", "lake", "live"),
    "ObservationBatch of what NGSI-LD wrote into the context",
)
FINDING = Subject("finding.>", "FINDING", "detectors", ("alerts", "uplink"), "Finding")
#: by the edge's name; at the centre alone
EDGE_OBS = Subject("edge.*.obs", "EDGE", "edge", ("edges",), "Parcel of an edge's ObservationBatches")
EDGE_FINDING = Subject("edge.*.finding", "EDGE", "edge", ("edges",), "Parcel of an edge's Findings")
SHOT = Subject("shot.>", "SHOT", "shutter", ("uplink",), "Shot: a blurred picture of a finding, at an edge")
EDGE_SHOT = Subject("edge.*.shot", "SHOT", "edge", ("shots",), "Parcel of one Shot of an edge")
AFAR = Subject(
    "obs.edge.>",
    "OBS",
    "edges",
    ("context", "detectors", "lake", "live"),
    "ObservationBatch of an edge, its source and ids under the edge's name",
)
FOUND = Subject("found.>", "FINDING", "edges", ("alerts",), "Finding of an edge, its id under the name")
ALERT = Subject("alert.>", "ALERT", "alerts", ("incidents", "live", "notify"), "alert event with its view")
INCIDENT = Subject(
    "incident.>",
    "INCIDENT",
    "incidents",
    ("live", "notify"),
    "incident event with its view; below incident.proposal: proposal event, .advice: consultation event",
)
#: the one declared pair that goes back: from incidents to the advisors, and their answers (docs/adr/0020)
ADVICE_REQUESTED = Subject(
    "advice.requested.>", "ADVICE", "incidents", ("advisors",), "AdviceAsked, or its withdrawal"
)
ADVICE_GIVEN = Subject("advice.given.>", "ADVICE", "advisors", ("incidents",), "AdviceAnswered")
#: read by a stage of lower rank: the answer to what it asked, and nothing else
BACK: tuple[Subject, ...] = (ADVICE_GIVEN,)

SUBJECTS: tuple[Subject, ...] = (
    MQTT,
    SPARKPLUG,
    RAW,
    OBS,
    API,
    FINDING,
    ALERT,
    INCIDENT,
    EDGE_OBS,
    EDGE_FINDING,
    SHOT,
    EDGE_SHOT,
    AFAR,
    FOUND,
    ADVICE_REQUESTED,
    ADVICE_GIVEN,
)
STREAMS: tuple[str, ...] = tuple(dict.fromkeys(s.stream for s in SUBJECTS if s.stream))


@dataclass(frozen=True, slots=True)
class Question:
    """Asked and answered, kept by nobody; questions have no rank. ``by`` and ``askers`` are stages."""

    subject: str
    by: str
    askers: tuple[str, ...]
    carries: str


HISTORY = Question("ask.history", "lake", ("live",), "readings of an attribute, or the city as it was")
COUNTS = Question("ask.counts", "lake", ("live",), "exact counts by hour, for publication with noise alone")
LAKE = Question("ask.lake", "lake", ("live",), "one SELECT over the lake, its series, an erasure")
TEMPORAL = Question(
    "ask.temporal", "lake", ("ngsi",), "the temporal evolution of entities, and what is taken out of it"
)
WHAT_IF = Question("ask.advice", "advisors", ("live",), "WhatIf: advice that touches no incident")
SURROUNDINGS = Question(
    "ask.surroundings", "incidents", ("advisors",), "entities, alerts and spaces that an advisor may look at"
)
THREATS = Question("ask.threats", "incidents", ("live",), "what an incident's alerts mean for who leaves")
QUESTIONS: tuple[Question, ...] = (HISTORY, COUNTS, LAKE, TEMPORAL, WHAT_IF, SURROUNDINGS, THREATS)

#: Health of processes, stages and tools; ephemeral, from everyone to the door. No decision rests on it.
STATUS = "status.>"
#: How far an advisor is (``AdviceProgress``); ephemeral, to open screens.
ADVISING = "advising.>"
#: What an edge says of itself, about once a second; ephemeral, from the edge to stage ``edges``.
EDGE_STATE = "edge.*.state"
#: How names of sources at edges begin, ``edge:<name>/<source>``; no other source may be called so.
AT_EDGES = "edge:"


def token(text: str) -> str:
    """One subject token from any text: characters that the bus gives meaning to become ``_``."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in text) or "_"
