"""Parameters; a city overrides them in ``tools/cap_alert.toml`` of its state folder."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.sdk.params import param


@dataclass(frozen=True, slots=True)
class Params:
    city_lat_deg: float = param(60.1713, low=-85.0, high=85.0, why="middle of the demonstration's city")
    city_lon_deg: float = param(24.9437, low=-180.0, high=180.0, why="middle of the demonstration's city")
    city_radius_km: float = param(15.0, low=0.1, high=500.0, why="a city of half a million people")
    least_severity: str = param(
        "Moderate",
        choices=("Unknown", "Minor", "Moderate", "Severe", "Extreme"),
        why="minor ones are for the weather page, not for a control room",
    )
    unending_h: float = param(24.0, low=1.0, high=720.0, why="a warning that never says when it ends")
