"""What a city may set."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.sdk.params import param


@dataclass(frozen=True, slots=True)
class Params:
    people_per_steward_count: int = param(
        250, low=10, high=5000, why="one steward for 250 people, as the Green Guide asks at sports grounds"
    )
    valid_min: float = param(15.0, low=1.0, high=240.0, why="crowds move within a quarter of an hour")
