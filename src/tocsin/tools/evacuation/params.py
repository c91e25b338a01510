"""Parameters of ``evacuation``; a city overrides them in ``tools/evacuation.toml`` of its state folder."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.sdk.params import param


@dataclass(frozen=True, slots=True)
class Params:
    diagram: str = param(
        "weidmann",
        why="from measurements outdoors and in stations; SFPE and IMO are for buildings and ships",
        choices=("weidmann", "sfpe", "imo"),
    )
    walk_ratio: float = param(
        0.6,
        low=0.3,
        high=1.0,
        why="the last one out is one of the slow: set on replays in JuPedSim with seed 7, see the guide",
    )
    chokepoint_widest_m: float = param(
        20.0,
        low=2.0,
        high=60.0,
        why="wider than a main street nothing holds a crowd up before its ways out do",
    )
    cells_count: int = param(
        400, low=20, high=5000, why="5 m on a square of 100 m: a group that goes one way"
    )
    steps_count: int = param(80, low=20, high=400, why="of time in a plan: rounding is then near one percent")
    wheelchair_mps: float = param(
        0.89, low=0.3, high=1.5, why="manual wheelchairs on the level, Boyce et al. (1999), as SFPE has it"
    )
    wheelchair_room_factor: float = param(
        2.0, low=1.0, high=5.0, why="a chair takes the width of two who walk; recalled, not checked"
    )
    queue_per_m2: float = param(
        3.5,
        low=1.0,
        high=6.0,
        why="before bottlenecks 3 to 4 people/m² were measured, Seyfried et al. (2009)",
    )
    crowd_sigma: float = param(0.10, low=0.0, high=0.5, why="counts of crowds are right to about ten percent")
    speed_sigma: float = param(
        0.20, low=0.0, high=0.5, why="mean speeds of crowds differ by age and weather, Weidmann (1993)"
    )
    capacity_sigma: float = param(
        0.16,
        low=0.0,
        high=0.5,
        why="peak flows measured at bottlenecks scatter by that and more, Seyfried (2009)",
    )
    samples_count: int = param(40, low=10, high=500, why="a tenth quantile of 40 is the fourth of them")
    steward_compliance_share: float = param(
        0.95,
        low=0.5,
        high=1.0,
        why="told by a person on the spot nearly everyone follows; judged, not measured",
    )
    stewards_count: int = param(5, low=0, high=30, why="places that are tried, the largest zones first")
    instruction_least_share: float = param(
        0.1, low=0.0, high=0.5, why="fewer than one in ten of a zone cannot be told apart from the rest"
    )
    valid_min: float = param(10.0, low=1.0, high=1440.0, why="after that the crowd stands elsewhere")
