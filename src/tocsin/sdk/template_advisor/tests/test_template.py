"""Behaviour beyond the laws, which are tried on every tool found."""

from __future__ import annotations

from pathlib import Path

from tocsin.sdk.checks_advice_case import AdviceCase
from tocsin.sdk.discover import read_folder


def test_people_go_by_width_and_each_way_has_a_steward() -> None:
    case = AdviceCase(read_folder(Path(__file__).parents[1]))
    advice = case.answer("plain")
    assert [(post["way"], post["people"], post["stewards"]) for post in advice.plan["posts"]] == [
        ("n", 600, 3),
        ("s", 400, 2),
    ]
    assert case.answer("counted").plan["crowd"] == 720
