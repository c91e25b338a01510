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


def stream_configs() -> list[dict[str, Any]]:
    """JetStream configuration of every stream. None has limits of its own: ``retention.py`` trims by what
    readers have committed, and a full disk refuses the publisher instead of forgetting the oldest."""
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
            "num_replicas": 1,
            "allow_direct": True,
            "allow_atomic": True,
            "duplicate_window": DEDUPE_WINDOW_S * 1_000_000_000,
        }
        for stream, subjects in patterns.items()
    ]
