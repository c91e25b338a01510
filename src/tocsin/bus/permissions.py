"""What each process may do on the bus: exactly what ``kernel/subjects.py`` says of the stages that it
hosts.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.bus.wire import wire_stream, wire_subject
from tocsin.kernel.subjects import (
    ADVISING,
    EDGE_STATE,
    MQTT,
    QUESTIONS,
    SPARKPLUG,
    STATUS,
    STREAMS,
    SUBJECTS,
)

#: Processes and the stages whose subjects they publish or read. The door and the stages both relay the outbox
#: of alerts and incidents (each adopts the other's orphans).
ROLES: dict[str, tuple[str, ...]] = {
    "door": ("ingest", "live", "alerts", "incidents", "ngsi", "shots"),
    "stages": ("normalise", "edges", "context", "alerts", "incidents", "notify"),
    "lake": ("lake",),
    "runner": ("detectors", "advisors"),
    "box": ("ingest", "shutter", "normalise", "uplink"),
}
#: of a city, and of a box at its edge
CITY: tuple[str, ...] = ("door", "stages", "lake", "runner")
EDGE: tuple[str, ...] = ("box", "runner")
#: Makes and trims the streams; may do everything within its realm. Used by the server's keeper and by tests.
KEEPER = "keeper"
#: Sparkplug 3.0, 4.1: spBv1.0/group_id/message_type/edge_node_id/[device_id]
_SPARKPLUG = SPARKPLUG.pattern.removesuffix(".>")
_NODE, _DEVICE = ("NBIRTH", "NDATA", "NDEATH"), ("DBIRTH", "DDATA", "DDEATH")


@dataclass(frozen=True, slots=True)
class Permissions:
    """Allowed subjects (NATS patterns); what is not listed is refused."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    #: may reply to who asked it
    answers: bool = False


def inbox_prefix(role: str) -> str:
    """Where answers to this role arrive; no other role may listen there."""
    return f"_INBOX_{role}"


def of_role(role: str) -> Permissions:
    """Least privilege of one process. Raises ``KeyError`` for an unknown role."""
    stages = set(ROLES[role])
    publish = [STATUS]
    subscribe = [f"{inbox_prefix(role)}.>", STATUS]
    for stream in STREAMS:  # figures of the status page, and the resume position on one's own output
        publish.append(f"$JS.API.STREAM.INFO.{wire_stream(stream)}")
        publish.append(f"$JS.API.DIRECT.GET.{wire_stream(stream)}")
    for subject in SUBJECTS:
        if subject.publisher in stages:
            publish.append(wire_subject(subject.pattern))
        if subject.stream and stages & set(subject.readers):
            publish.append(f"$JS.API.CONSUMER.CREATE.{wire_stream(subject.stream)}.>")
            publish.append(f"$JS.FC.{wire_stream(subject.stream)}.>")
    publish += [question.subject for question in QUESTIONS if stages & set(question.askers)]
    answered = [question.subject for question in QUESTIONS if question.by in stages]
    subscribe += answered
    if "advisors" in stages:
        publish.append(ADVISING)
    if "live" in stages:
        subscribe.append(ADVISING)
    if "edges" in stages:
        subscribe.append(EDGE_STATE)
    if "ingest" in stages:  # QoS 0 (see qos0.py): heard on the plain subject, stored on the wire one
        for sent in (MQTT, SPARKPLUG):
            publish.append(wire_subject(sent.pattern))
            subscribe.append(sent.pattern)
        publish.append(f"{_SPARKPLUG}.*.NCMD.*")  # asks an edge node for a new birth
    return Permissions(tuple(dict.fromkeys(publish)), tuple(subscribe), answers=bool(answered))


def of_device(subject_prefix: str) -> Permissions:
    """A device sends under its own prefix and hears nothing; as an edge node of Sparkplug B, which its id
    names, it hears commands to itself and its devices alone."""
    node = subject_prefix.partition(".")[2]
    sends = tuple(
        f"{_SPARKPLUG}.*.{kind}.{node}{rest}"
        for kind, rest in (*((kind, "") for kind in _NODE), *((kind, ".*") for kind in _DEVICE))
    )
    hears = (f"{_SPARKPLUG}.*.NCMD.{node}", f"{_SPARKPLUG}.*.DCMD.{node}", f"{_SPARKPLUG}.*.DCMD.{node}.>")
    return Permissions((f"{subject_prefix}.>", *sends), hears)
