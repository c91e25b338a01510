"""The next round of a duty."""

from __future__ import annotations

from tocsin.kernel.rounds import pause


def test_a_round_that_went_well_is_followed_by_the_whole_pause() -> None:
    assert pause(3600.0, 0) == 3600.0


def test_what_failed_is_tried_again_soon_and_then_ever_later() -> None:
    assert [pause(3600.0, failures) for failures in (1, 2, 3, 4)] == [10.0, 20.0, 40.0, 80.0]
    assert pause(3600.0, 1000) == 3600.0


def test_it_is_never_later_than_without_a_failure() -> None:
    assert pause(4.0, 1) == 4.0
