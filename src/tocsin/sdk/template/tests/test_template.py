"""Behaviour beyond the laws, which are tried on every tool found."""

from __future__ import annotations

from pathlib import Path

from tocsin.sdk.checks_case import Case
from tocsin.sdk.discover import read_folder
from tocsin.sdk.testing import clock, reading, run, stream


def test_a_noise_of_20_s_is_not_told_and_one_of_60_s_is() -> None:
    case = Case(read_folder(Path(__file__).parents[1]))
    for length_s, expected in ((20, 0), (60, 2)):
        levels = [(s, 90.0 if 100 <= s < 100 + length_s else 60.0) for s in range(0, 400, 5)]
        log = stream(reading("N-1", "NoiseLevelObserved", float(s), {"LAeq": v}) for s, v in levels)
        assert len(run(case.detector(), case.manifest, [*log, *clock(log, for_s=30)])) == expected
