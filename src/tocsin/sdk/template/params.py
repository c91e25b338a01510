"""Parameters; a city overrides them in ``tools/template.toml`` of its state folder."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.sdk.params import param


@dataclass(frozen=True, slots=True)
class Params:
    limit_db: float = param(85.0, low=40.0, high=130.0, why="speech in the street is no longer understood")
    release_db: float = param(80.0, low=40.0, high=130.0, why="5 dB lower, so that it does not flap")
    hold_s: float = param(30.0, low=0.0, high=3600.0, why="a passing lorry takes less than that")
    silent_after_s: float = param(600.0, low=10.0, high=86400.0, why="ends what nobody measures any more")
