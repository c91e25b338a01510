"""Parameters; a city overrides them in ``tools/camera.toml`` of its state folder."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.sdk.params import param


@dataclass(frozen=True, slots=True)
class Params:
    hold_s: float = param(20.0, low=0.0, high=3600.0, why="a camera that restarts is back before that")
    silent_after_s: float = param(150.0, low=10.0, high=86400.0, why="five reports missed at one in 30 s")
    forget_after_s: float = param(86400.0, low=600.0, high=2592000.0, why="taken down without saying so")
