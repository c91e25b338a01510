"""How the streams of ``kernel/subjects.py`` lie on the server.

Stream MQTT is the gateway's own store of QoS 1 messages, ``$MQTT_msgs``, made by us beforehand so that it
keeps them (the gateway would make it with interest retention and keep nothing). Only so does a PUBACK mean
*stored*: the gateway acknowledges after that store alone. A second stream on ``devices.>`` would be fed
beside it, without an acknowledgement: at its limit 2,000 messages were acked and 268 stored.
"""

from __future__ import annotations

from typing import Any

from tocsin.kernel.subjects import MQTT, SUBJECTS

_MQTT_STREAM = "$MQTT_msgs"
_MQTT_PREFIX = "$MQTT.msgs."
#: first token of what devices send
_DEVICES = tuple(s.pattern.removesuffix(">") for s in SUBJECTS if s.stream == MQTT.stream)
#: Message ids are remembered so long; no publish is repeated later than this under the same id.
DEDUPE_WINDOW_S = 120


def wire_stream(stream: str) -> str:
    """The server's name of a stream."""
    return _MQTT_STREAM if stream == MQTT.stream else stream


def wire_subject(subject: str) -> str:
    """The subject under which the server stores what the kernel calls ``subject``."""
    return _MQTT_PREFIX + subject if subject.startswith(_DEVICES) else subject


def kernel_subject(subject: str) -> str:
    """The other way round."""
    return subject.removeprefix(_MQTT_PREFIX)


def stream_configs(replicas: int = 1) -> list[dict[str, Any]]:
    """JetStream configuration of every stream, each message held by ``replicas`` nodes.

    None has limits of its own: ``retention.py`` trims by what readers have committed, and a full disk
    refuses the publisher instead of forgetting the oldest.
    """
    patterns: dict[str, list[str]] = {}
    for subject in SUBJECTS:
        if subject.stream:
            patterns.setdefault(subject.stream, []).append(wire_subject(subject.pattern))
    patterns[str(MQTT.stream)] = [_MQTT_PREFIX + ">"]  # the gateway insists on the whole of its prefix
    return [
        {
            "name": wire_stream(stream),
            "subjects": subjects,
            "storage": "file",
            "retention": "limits",
            "discard": "new",
            "num_replicas": replicas,
            "allow_direct": True,
            "allow_atomic": True,
            "duplicate_window": DEDUPE_WINDOW_S * 1_000_000_000,
        }
        for stream, subjects in patterns.items()
    ]


#: in a cluster alone: which devices may send, the newest telling alone
GATE_STREAM = "GATE"


def gate_config(replicas: int) -> dict[str, Any]:
    """JetStream configuration of the stream that every node's keeper reads device users from."""
    return {
        "name": GATE_STREAM,
        "subjects": ["gate.>"],
        "storage": "file",
        "retention": "limits",
        "max_msgs_per_subject": 1,
        "num_replicas": replicas,
    }


def parse_headers(raw: bytes) -> dict[str, str]:
    """Of a stored message: ``NATS/1.0``, then lines of name and value."""
    lines = raw.decode(errors="replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}
