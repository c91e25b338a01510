from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tocsin.simulate.city import City
from tocsin.simulate.places import load
from tocsin.simulate.scenario import CYCLE_S, SIDES, Story, acts

PLACES = load()
SATURDAY = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)


def played(seed: int, at: datetime) -> tuple[Story, dict[int, dict[str, float]]]:
    """What a story does, second by second: densities and outflows of its side."""
    city = City(PLACES, seed, at)
    story = Story(seed, 0, at + timedelta(seconds=4))
    city.tell(story)
    stage = next(i for i, cell in enumerate(PLACES.cells) if cell.id == story.side.stage)
    jam, held = PLACES.device(story.side.jams), PLACES.device(story.side.held)
    seen = {}
    for second in range(1, int(CYCLE_S) + 1):
        city.live(at + timedelta(seconds=second))
        seen[second] = {
            "people": city.crowd.people(),
            "stage": city.crowd.in_cell(stage) / city.crowd.area_m2[stage],
            "jam": city.read(jam)["outflow"],
            "held": city.read(held)["outflow"],
            "state": city.read(held)["state"],
        }
    return story, seen


@pytest.mark.parametrize(("seed", "at"), [(1, SATURDAY), (2, NIGHT), (5, SATURDAY)])
def test_the_first_act(seed: int, at: datetime) -> None:
    story, seen = played(seed, at)
    calm = seen[3]["people"]
    assert calm < 250
    # within the minute the side is many times fuller than it ever is
    assert seen[60]["stage"] > 0.4
    assert seen[60]["people"] > 1200
    full, surged = int(story.surge_s) + 4, int(story.jam_s) + 4
    assert seen[full]["people"] > 5000
    assert seen[full]["stage"] < 3.2
    assert max(seen[s]["stage"] for s in range(full, int(story.eases_s))) > 3.9
    # the jam: fewer get out although as many press
    before = max(seen[s]["jam"] for s in range(full, surged + 30))
    after = seen[int(story.eases_s)]["jam"]
    assert after < 0.75 * before
    assert before > 180
    assert seen[int(story.eases_s)]["held"] <= 2
    assert seen[int(story.eases_s)]["state"] == "held"
    # calm again before the next one
    assert seen[900]["people"] < 900
    assert seen[int(CYCLE_S)]["people"] < calm + 150
    assert seen[int(CYCLE_S)]["state"] == "open"


def test_another_seed_is_another_story() -> None:
    stories = [Story(seed, 0, SATURDAY) for seed in range(1, 31)]
    for one, other in pairwise(stories):
        assert one.side != other.side
        assert one.fault.device != other.fault.device or one.fault.kind != other.fault.kind
    assert {story.side for story in stories} == set(SIDES)
    assert {story.fault.kind for story in stories} == {"stuck", "spiking"}
    assert len({round(story.surge_s, 3) for story in stories}) == 30


def test_the_next_story_is_another_one() -> None:
    for number in range(6):
        one, other = Story(1, number, SATURDAY), Story(1, number + 1, SATURDAY)
        assert one.side != other.side
        assert one.fault.device != other.fault.device


def test_a_seed_is_reproducible() -> None:
    assert Story(7, 2, SATURDAY).__dict__ == Story(7, 2, SATURDAY).__dict__


def test_the_tour_is_in_order_and_fits_the_first_act() -> None:
    for seed in range(1, 20):
        tour = acts(seed, SATURDAY)
        times = [(act.at - SATURDAY).total_seconds() for act in tour]
        assert times == sorted(times)
        assert -60.0 < times[0] < 0.0
        assert 520.0 < times[-1] < 660.0
        assert all(act.title and act.words and act.press for act in tour)


def test_the_tour_promises_no_alert() -> None:
    words = " ".join(
        f"{act.title} {act.words}" for seed in range(1, 9) for act in acts(seed, SATURDAY)
    ).lower()
    for claim in ("alert", "alarm", "critical", "detect", "finding", "tocsin"):
        assert claim not in words


def test_every_screen_that_the_tour_leads_to_is_there() -> None:
    """The console's own list of places; and each of the newer ones is shown once."""
    router = (Path(__file__).parents[2] / "console" / "src" / "app" / "router.svelte.ts").read_text()
    listed = re.search(r"BOARDS = new Set\(\[(.*?)\]\)", router)
    assert listed
    there = set(re.findall(r'"(\w+)"', listed[1]))
    for seed in range(1, 9):
        shown = [board for act in acts(seed, SATURDAY) for board in act.boards]
        assert set(shown) <= there
        assert {"boards", "warning", "shift", "account"} <= set(shown)
        assert len(shown) == len(set(shown))
        assert all(len(act.press) <= 200 and len(act.words) <= 300 for act in acts(seed, SATURDAY))
