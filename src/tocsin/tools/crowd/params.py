"""Parameters of ``crowd``; a city overrides them in ``tools/crowd.toml`` of its state folder."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.sdk.params import param


@dataclass(frozen=True, slots=True)
class Params:
    crush_per_m2: float = param(
        4.0,
        low=2.0,
        high=8.0,
        why="from 4-5 people/m² a crowd moves its people, not they themselves; Still (2014)",
    )
    release_per_m2: float = param(3.5, low=1.0, high=8.0, why="half a person lower, so that it does not flap")
    extreme_per_m2: float = param(5.0, low=2.0, high=10.0, why="beyond the 4.7 of the Guide to Safety (2008)")
    hold_s: float = param(20.0, low=0.0, high=600.0, why="people crossing a cell bunch for less than that")
    smooth_s: float = param(
        15.0, low=0.0, high=120.0, why="the median of three 5 s counts outvotes one bad count"
    )
    impossible_per_m2: float = param(10.0, low=6.0, high=20.0, why="more bodies do not fit on a square metre")

    surge_window_s: float = param(60.0, low=20.0, high=600.0, why="what thickens slower leaves time to look")
    surge_rise_per_m2: float = param(
        0.8, low=0.2, high=4.0, why="a level of service and more within the window"
    )
    surge_from_per_m2: float = param(
        1.5, low=0.5, high=4.0, why="below Fruin's D standing people move freely"
    )
    surge_sigma: float = param(
        5.0, low=2.0, high=20.0, why="set on ordinary simulated days: none in a cell-month"
    )

    jam_drop_share: float = param(0.7, low=0.2, high=0.95, why="outflow of an open exit varies by 10-20 %")
    jam_from_per_min: float = param(20.0, low=1.0, high=500.0, why="below that a drop is chance, not a jam")
    jam_press_per_m2: float = param(
        2.5, low=1.0, high=6.0, why="free walking ends near 2.2 people/m²; Fruin (1971)"
    )
    jam_recent_s: float = param(15.0, low=5.0, high=900.0, why="what passes now: three counts of 5 s")
    jam_peak_s: float = param(
        300.0, low=60.0, high=7200.0, why="people who just began to leave have no longer past"
    )
    jam_level_s: float = param(900.0, low=120.0, high=86400.0, why="what passed before: a quarter of an hour")

    neighbour_m: float = param(
        60.0, low=5.0, high=500.0, why="cells of a square share an edge or a corner at that"
    )
    exit_m: float = param(
        45.0, low=5.0, high=300.0, why="people press at an exit from one cell's length away"
    )
    news_s: float = param(
        60.0, low=5.0, high=3600.0, why="an operator needs no more than one update a minute"
    )
    silent_after_s: float = param(300.0, low=30.0, high=86400.0, why="ends what nobody measures any more")
