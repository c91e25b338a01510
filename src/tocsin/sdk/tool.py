"""The contract of a tool, whole. Of ours a tool imports ``sdk`` and ``kernel`` only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from tocsin.kernel.events import Advice, Finding, Observation

State = Mapping[str, Any]  # what msgpack can carry: str, bytes, int, float, bool, None, list, dict, datetime


class Detector(Protocol):
    """Turns observations into findings. One class, made as ``Detector(params)``; no I/O, clock or globals.

    The host (``sdk/feed.py``) calls it with observations in event-time order, each once, never one older than
    the last tick, cut at tick times; how many come in one call means nothing. The exception is *history*
    (backfill): calls with readings older than the last tick, in order, of entities of which the detector
    holds nothing newer. What it answers to these is not told; an episode that goes on is, once it is spoken
    of again.

    Findings: ``id`` from ``episodes.episode_id``, ``phase`` started, then ongoing as often as it has news
    (not at every reading), then ended, at the latest with the ``delete`` of its first entity. The host sets
    ``version``, ``tool`` and ``tool_version``, whatever stands there.
    """

    def observe(self, observations: Sequence[Observation]) -> Sequence[Finding]:
        """Take readings, in order of ``observed_at``; answer what they show."""
        ...

    def tick(self, event_time: datetime) -> Sequence[Finding]:
        """Event time has reached ``event_time``: silence shows here. Every ``tick_s`` of the manifest; while
        no reading comes at all, after 16 of them every 16th, then every 256th."""
        ...

    def snapshot(self) -> State:
        """All that the detector has learnt, such that ``restore`` goes on exactly from here."""
        ...

    def restore(self, state: State) -> None:
        """Take the place of the detector that made ``state``. Raises ``Invalid`` for another version's."""
        ...


class Context(Protocol):
    """What an advisor may ask of the city as it is now."""

    def entities(self, *, type: str | None = None) -> Sequence[Observation]: ...  # noqa: A002


class Advisor(Protocol):
    """Answers a request for an incident or a what-if. Hosted in a process of its own, can be cancelled."""

    def advise(self, request: Mapping[str, Any], context: Context, progress: Progress) -> Advice: ...


class Progress(Protocol):
    def __call__(self, share: float, words: str) -> None:
        """0 <= share <= 1. Raises ``Cancelled`` when nobody waits for the answer any more."""
        ...
