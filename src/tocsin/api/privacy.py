"""What the API needs of the privacy engine. The composition root fills it; without it there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tocsin.lake.records import HourAsked
from tocsin.privacy.counts import Limits
from tocsin.privacy.register import Facts


class ExactCounts(Protocol):
    """Counts as they are (``lake.counting``): never shown, only published with noise."""

    async def hours(self, asked: HourAsked) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Privacy:
    """``limits``: privacy loss of a release and of a day."""

    facts: Facts
    counts: ExactCounts
    limits: Limits
