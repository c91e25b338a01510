"""The contract of a tool, whole. Of ours a tool imports ``sdk`` and ``kernel`` only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from tocsin.kernel.advice import NearbyAlert
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
    """What an advisor may ask of the city: a picture taken when it was asked, the same however often it looks.

    Of entities only the types that the manifest ``consumes``; alerts and spaces in and near the space that
    the request names under ``space``. In tests and on the command line: ``sdk.consult.Given``.
    """

    @property
    def now(self) -> datetime:
        """The realm's time when it was asked: the only clock of an advisor."""
        ...

    def entities(self, *, type: str | None = None) -> Sequence[Observation]:  # noqa: A002
        """One observation an entity: the newest known value of every attribute, by entity id."""
        ...

    def alerts(self) -> Sequence[NearbyAlert]:
        """Alerts with a place, by id; those that have ended are marked."""
        ...

    def space(self, id: str) -> Any:  # noqa: A002
        """The newest version of a space. Raises ``NotFound``."""
        ...

    def spaces(self) -> Sequence[Any]:
        """All that were given, by id."""
        ...


class Cancelled(Exception):  # noqa: N818 - it is no error
    """Nobody waits any more. An advisor lets it pass, having put its things away."""


class OutOfTime(Cancelled):
    """The manifest's time is over. An advisor may catch this one and answer the best it has, at once."""


class Progress(Protocol):
    def __call__(self, share: float, words: str, best: Advice | None = None) -> None:
        """Call it several times a second. ``share``: 0 to 1, never falling. ``best``: the best answer so far,
        which counts, marked as not complete, when the time is over.

        Raises ``Cancelled`` or ``OutOfTime``.
        """
        ...


class Advisor(Protocol):
    """Answers a request for an incident or a what-if. One class in ``advisor.py``, made as
    ``Advisor(params)``; no I/O, clock or globals, no state from one request to the next: the same request and
    context give the same advice.

    Hosted in a process of its own (``runner/advising``), one request at a time. It may be killed at any
    moment; the request is then asked anew. Raises ``Invalid`` for a request that it cannot answer, with field
    and cure. The host sets ``id``, ``request``, ``tool`` and ``tool_version`` of what it answers.
    """

    def advise(self, request: Mapping[str, Any], context: Context, progress: Progress) -> Advice: ...
