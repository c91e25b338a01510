"""What can become of an item in a stage. Every one has a name; there is no silent fourth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ack:
    """Taken effect."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now: the consumer halts at this position and comes back ``after_s`` later."""

    after_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Not understood: kept with its raw bytes, shown, can be retried after a fix."""

    reason: str


Outcome = Ack | Retry | Quarantine
