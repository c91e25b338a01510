"""What a city may set. Everything else is learnt, or is a time constant stated in the algorithm's own
file."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import available_timezones

from tocsin.sdk.params import param


@dataclass(frozen=True, slots=True)
class Params:
    timezone: str = param(
        "UTC",
        choices=tuple(sorted(available_timezones())),
        why="the day of people follows the local clock, summer time included; set the city's own zone",
    )
    false_alarms_per_sensor_day: float = param(
        0.01,
        low=1e-5,
        high=1.0,
        why="one in 100 sensor-days: a district of 100 series hears at most one false alarm a day",
    )
    alerts_per_district_day: float = param(
        8.0,
        low=0.5,
        high=500.0,
        why="what a seat can look into beside its other work; beyond it thresholds rise, and findings say so",
    )
    district_km: float = param(
        2.0, low=0.2, high=50.0, why="edge of the squares that the budget is counted in; about a city quarter"
    )
    grace_days: float = param(
        5.0, low=1.0, high=60.0, why="four days to learn a daily profile, one to judge it on; weekends wait"
    )
    grace_readings: int = param(
        60, low=10, high=100_000, why="two and a half days of hourly readings; fewer say little about spread"
    )
    neighbour_m: float = param(
        600.0, low=10.0, high=20_000.0, why="sensors of one kind further apart see different streets"
    )
    silence_min_s: float = param(
        180.0, low=5.0, high=86_400.0, why="shorter pauses are radio and batching, not a lost sensor"
    )
    stuck_min_s: float = param(
        120.0, low=5.0, high=86_400.0, why="a value that repeats for less is rounding, not a stuck sensor"
    )
    ongoing_every_s: float = param(
        300.0, low=30.0, high=86_400.0, why="an open finding is told again at most this often"
    )
    max_series_count: int = param(
        20_000, low=100, high=1_000_000, why="about 8 kB each; the longest silent makes room for a new one"
    )
