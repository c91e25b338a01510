"""Which stream a subject belongs to, and how device ids and MQTT topics look as subjects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tocsin.kernel.errors import Invalid
from tocsin.kernel.subjects import MQTT, SUBJECTS

#: The MQTT gateway writes a dot within a topic level like this, for a dot parts the tokens of a subject.
_DOT = "//"


@lru_cache(maxsize=8192)
def matches(pattern: str, subject: str) -> bool:
    """Whether ``subject`` fits ``pattern``: ``*`` is one token, a last ``>`` one or more."""
    wanted, got = pattern.split("."), subject.split(".")
    for i, token in enumerate(wanted):
        if token == ">":  # noqa: S105 - a subject token
            return len(got) > i
        if i >= len(got) or (token != "*" and token != got[i]):  # noqa: S105 - a subject token
            return False
    return len(wanted) == len(got)


@lru_cache(maxsize=8192)
def stream_of(subject: str) -> str:
    """The stream that keeps ``subject``. Raises ``Invalid`` where none does."""
    for known in SUBJECTS:
        if known.stream and matches(known.pattern, subject):
            return known.stream
    raise Invalid(
        "no stream keeps this subject",
        field="subject",
        value=subject,
        cure="publish under a pattern of kernel/subjects.py, or announce() what need not be kept",
    )


def fits(subject: str, patterns: Sequence[str]) -> bool:
    """Whether ``subject`` fits one of ``patterns``; no pattern means all."""
    return not patterns or any(matches(p, subject) for p in patterns)


def device_subject(device: str, *levels: str) -> str:
    """The subject on which the MQTT topic ``devices/<device>/<levels...>`` arrives."""
    return ".".join(["devices", *(part.replace(".", _DOT) for part in (device, *levels))])


def device_of(subject: str) -> str:
    """Id of the device whose message arrived on ``subject``. Raises ``Invalid`` for another kind of
    subject.
    """
    if not matches(MQTT.pattern, subject):
        raise Invalid("not a device's subject", field="subject", value=subject)
    return subject.split(".")[1].replace(_DOT, ".")
