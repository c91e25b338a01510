"""Parameters of ``egress``; a city overrides them in ``tools/egress.toml`` of its state folder."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.sdk.params import param


@dataclass(frozen=True, slots=True)
class Params:
    counter_window_s: float = param(
        60.0,
        low=0.0,
        high=300.0,
        why="outflow is the people of the last minute; 0 where a counter counts since its last reading only",
    )
    site_m: float = param(
        120.0, low=10.0, high=1000.0, why="exits of one square lie closer to the next one than that"
    )
    evidence_score: float = param(
        6.0,
        low=4.0,
        high=60.0,
        why="log likelihood ratio; set on a simulated month that the benchmark does not use",
    )
    least_ratio: float = param(
        3.5, low=1.2, high=20.0, why="less than this many times the usual is a busy hour, not an egress"
    )
    least_per_min: float = param(
        90.0, low=5.0, high=5000.0, why="fewer people more than usual are no matter for a control room"
    )
    exit_score: float = param(
        1.0, low=0.5, high=20.0, why="what several exits show weakly at once the place shows strongly"
    )
    confirm_score: float = param(
        3.0, low=0.0, high=20.0, why="the other exits must show it too, at odds of 20 to 1"
    )
    breadth_share: float = param(
        0.35, low=0.0, high=1.0, why="a train or a jam sends people through two or three of eight exits"
    )
    floor_per_min: float = param(
        3.0, low=0.1, high=100.0, why="at an exit nobody uses at night the first three people are no news"
    )
    level_s: float = param(
        600.0, low=60.0, high=7200.0, why="a rush hour builds up over tens of minutes and is followed"
    )
    prior_ratio: float = param(
        0.15, low=0.01, high=4.0, why="relative variance of an hour not yet known: people come in bunches"
    )
    impossible_per_m_s: float = param(
        4.0, low=1.5, high=10.0, why="three times what a metre of opening lets through; Weidmann (1993)"
    )
    over_ratio: float = param(
        1.5, low=1.0, high=10.0, why="below that many times the usual it is an ordinary hour again"
    )
    over_s: float = param(60.0, low=5.0, high=1800.0, why="a jam at the exits must not look like the end")
    longest_s: float = param(
        10800.0, low=600.0, high=86400.0, why="what lasts for hours is the new usual, not an egress"
    )
    news_s: float = param(
        60.0, low=5.0, high=3600.0, why="an operator needs no more than one update a minute"
    )
    silent_after_s: float = param(120.0, low=30.0, high=86400.0, why="ends what nobody counts any more")
