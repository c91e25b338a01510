"""Keeps what a tool says legal: ``started -> ongoing* -> ended``, versions 1, 2, 3..., a bounded rate.

Pure and driven by event time alone, so that a catch-up after a crash gives the same versions again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from tocsin.kernel.events import Finding, Phase
from tocsin.kernel.ids import content_id

#: Findings that may come at once, and how many more in a second of event time. An operator reads perhaps one
#: a minute; a city-wide blackout may rightly start hundreds at once. Beyond this it is a flood, not news.
BURST = 500
PER_S = 20.0
#: Open episodes that are followed at once; more cannot mean anything to a person.
MAX_OPEN = 5_000
#: Findings looked at in one answer of a tool; the rest of the answer is counted as flood.
MAX_ANSWER = 20_000


def episode_id(kind: str, entity: str, onset: object, attribute: str | None = None) -> str:
    """A finding id for a tool to use: the same wherever and whenever it is computed."""
    return content_id(kind, entity, attribute, onset)


@dataclass(slots=True)
class Episode:
    """``version`` 0: nobody has been told (it began in history, in a flood or in grace)."""

    version: int
    last: Finding


class Episodes:
    """Open episodes of one tool."""

    def __init__(self, tool: str, tool_version: str) -> None:
        self._tool, self._tool_version = tool, tool_version
        self._open: dict[str, Episode] = {}
        self._closed: dict[str, int] = {}  # id -> last version, of the last thousand
        self._tokens = float(BURST)
        self._at: float | None = None
        #: held back by the flood guard, and phases that the tool got wrong, since the start
        self.flooded = 0
        self.irregular = 0
        self.flooded_kinds: dict[str, int] = {}
        #: told since the tool first read this log, and the event time of the last of them
        self.told = 0
        self.last_told_at: datetime | None = None

    @property
    def open(self) -> int:
        return sum(1 for e in self._open.values() if e.version)

    def pass_on(self, said: Iterable[Finding], *, muted: bool, now_s: float, out: list[Finding]) -> None:
        """Append to ``out`` what of ``said`` may be told, with its version and a legal phase.

        ``muted``: it comes from history. ``now_s``: event time, seconds since 1970; refills the rate.
        """
        if self._at is None or now_s > self._at:
            if self._at is not None:
                self._tokens = min(float(BURST), self._tokens + (now_s - self._at) * PER_S)
            self._at = now_s
        for n, finding in enumerate(said):
            if n >= MAX_ANSWER:
                self._flood(finding)
                if n >= 10 * MAX_ANSWER:
                    return  # an endless answer
                continue
            told = self._one(finding, muted)
            if told is not None:
                out.append(told)

    def close_entity(self, entity: str, at: datetime, out: list[Finding]) -> None:
        """End what the tool left open about an entity that is gone since ``at``."""
        for episode in list(self._open.values()):
            if episode.last.entities[:1] == (entity,) and episode.last.observed_at <= at:
                self.irregular += 1
                ended = msgspec.structs.replace(episode.last, phase=Phase.ENDED, observed_at=at)
                told = self._one(ended, muted=False)
                if told is not None:
                    out.append(told)

    def _one(self, f: Finding, muted: bool) -> Finding | None:
        episode = self._open.get(f.id)
        if f.phase is Phase.ENDED:
            if episode is None:
                self.irregular += 1
                return None
            del self._open[f.id]
            if episode.version == 0:
                return None  # nobody was told that it began
            self._remember(f.id, episode.version + 1)
            return self._told(f, Phase.ENDED, episode.version + 1)
        if episode is None:
            if f.phase is not Phase.STARTED or f.id in self._closed:
                self.irregular += 1
            if len(self._open) >= MAX_OPEN:
                self._flood(f)
                return None
            episode = self._open[f.id] = Episode(0, f)
        elif f.phase is Phase.STARTED:
            self.irregular += 1
        episode.last = f
        if muted:
            return None
        if self._tokens < 1.0:
            self._flood(f)
            return None
        self._tokens -= 1.0
        first = episode.version == 0
        episode.version = self._closed.pop(f.id, 0) + 1 if first else episode.version + 1
        return self._told(f, Phase.STARTED if first else Phase.ONGOING, episode.version)

    def _told(self, f: Finding, phase: Phase, version: int) -> Finding:
        self.told += 1
        self.last_told_at = f.observed_at
        return msgspec.structs.replace(
            f, phase=phase, version=version, tool=self._tool, tool_version=self._tool_version
        )

    def _flood(self, f: Finding) -> None:
        self.flooded += 1
        if f.kind in self.flooded_kinds or len(self.flooded_kinds) < 50:
            self.flooded_kinds[f.kind] = self.flooded_kinds.get(f.kind, 0) + 1

    def _remember(self, id_: str, version: int) -> None:
        self._closed[id_] = version
        if len(self._closed) > 1000:
            del self._closed[next(iter(self._closed))]

    def snapshot(self) -> dict[str, Any]:
        return {
            "open": [
                [e.version, msgspec.to_builtins(e.last, builtin_types=(datetime,))]
                for e in self._open.values()
            ],
            "closed": [[k, v] for k, v in self._closed.items()],
            "tokens": self._tokens,
            "at": self._at,
            "flooded": self.flooded,
            "irregular": self.irregular,
            "flooded_kinds": dict(self.flooded_kinds),
            "told": self.told,
            "last_told_at": self.last_told_at,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self._open = {}
        for version, raw in state["open"]:
            finding = msgspec.convert(raw, Finding)
            self._open[finding.id] = Episode(version, finding)
        self._closed = dict(state["closed"])
        self._tokens, self._at = state["tokens"], state["at"]
        self.flooded, self.irregular = state["flooded"], state["irregular"]
        self.flooded_kinds = dict(state["flooded_kinds"])
        self.told, self.last_told_at = state["told"], state["last_told_at"]
