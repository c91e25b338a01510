"""Published counts: the loss as OpenDP's map says, a budget that holds, an answer that repeats."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tocsin.db import Database
from tocsin.kernel.errors import Conflict, Invalid, Unavailable
from tocsin.kernel.events import Attribute, Observation
from tocsin.lake.counting import hours
from tocsin.lake.history import History
from tocsin.lake.records import HourAsked
from tocsin.lake.rows import Rows, micros
from tocsin.lake.shelf import Shelf
from tocsin.privacy import counts, repository
from tocsin.privacy.counts import BOUNDS, Limits, Noise, draw, publish, question

NOW = datetime(2026, 11, 21, 16, 42, 17, tzinfo=UTC)
DAY = date(2026, 11, 20)
LIMITS = Limits(release=0.5, day=2.0)


def ask(**more: Any) -> counts.Question:
    given = {"measure": "entities", "type_name": "CrowdFlowObserved", "day": DAY, "box": None, "now": NOW}
    return question(**(given | more))


@pytest.mark.parametrize(("bound", "epsilon"), [(4, 0.5), (24, 0.1), (8, 1 / 3), (1, 2.0), (7, 0.7)])
def test_the_loss_is_what_the_map_says(bound: int, epsilon: float) -> None:
    noise = Noise(bound, epsilon)
    assert noise.loss <= epsilon
    assert noise.loss == pytest.approx(epsilon, rel=1e-6), "and no more noise than that asks for"
    assert noise.loss_of(bound) == noise.loss
    assert noise.loss_of(1) == pytest.approx(epsilon / bound, rel=1e-6)
    assert noise.loss_of(2 * bound) > epsilon, "the map tells distances apart"


def test_noise_has_the_spread_that_is_stated() -> None:
    noise = Noise(4, 0.5)  # scale 8
    drawn = [value for _ in range(200) for value in noise.added([0] * 24)]
    # 4,800 draws of a discrete Laplace: mean 0, standard deviation about sqrt(2) * 8 = 11.3
    assert abs(sum(drawn) / len(drawn)) < 1.0
    spread = math.sqrt(sum(v * v for v in drawn) / len(drawn))
    assert 10.3 < spread < 12.3
    within = sum(abs(v) <= noise.error95 for v in drawn) / len(drawn)
    assert 0.93 < within < 0.99


async def test_the_same_question_gets_the_stored_answer(ops: Database) -> None:
    asked = ask()
    first, fresh = await ops.write(lambda c: publish(c, draw(asked, [10] * 24, LIMITS, "a", NOW), LIMITS))
    assert fresh
    for who in ("b", "c"):
        again, fresh = await ops.write(
            lambda c, who=who: publish(c, draw(ask(), [10] * 24, LIMITS, who, NOW), LIMITS)  # type: ignore[misc]
        )
        assert (again, fresh) == (first, False)
    assert await ops.read(lambda c: repository.spent(c, "CrowdFlowObserved", "2026-11-20")) == first.epsilon


async def test_boxes_that_are_the_same_place_are_the_same_question() -> None:
    assert ask(box=(24.9401, 60.1, 24.95, 60.2)).id == ask(box=(24.94012, 60.1, 24.95, 60.2)).id
    assert ask(box=(24.94, 60.1, 24.95, 60.2)).id != ask(box=(24.941, 60.1, 24.95, 60.2)).id


async def test_the_budget_holds_when_many_ask_at_once(tmp_path: Path, ops: Database) -> None:
    """Ten questions of 0.5 on a budget of 2, through two databases as two processes have them."""
    other = Database(tmp_path / "ops.db", durable=False, name="ops")
    boxes = [(24.0 + n / 100, 60.0, 24.0 + (n + 1) / 100, 60.1) for n in range(10)]
    drawn = [draw(ask(box=box), [5] * 24, LIMITS, "a", NOW) for box in boxes]

    async def one(number: int) -> bool:
        db = (ops, other)[number % 2]
        try:
            await db.write(lambda c: publish(c, drawn[number], LIMITS))
        except Conflict:
            return False
        return True

    granted = await asyncio.gather(*[one(n) for n in range(10)])
    other.close()
    assert sum(granted) == 4
    assert await ops.read(lambda c: repository.spent(c, "CrowdFlowObserved", "2026-11-20")) <= 2.0
    later = draw(ask(day=DAY - timedelta(days=1)), [5] * 24, LIMITS, "a", NOW)
    assert (await ops.write(lambda c: publish(c, later, LIMITS)))[1], "another day has its own"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"day": NOW.date()}, "day"),
        ({"day": NOW.date() + timedelta(days=3)}, "day"),
        ({"now": datetime(2026, 11, 21, 1, 59, tzinfo=UTC)}, "day"),
        ({"box": (25.0, 60.0, 24.0, 61.0)}, "bbox"),
        ({"box": (25.0, 60.0, 25.0001, 61.0)}, "bbox"),
        ({"type_name": "not a type"}, "type"),
        ({"measure": "people", "type_name": "Device"}, "type"),
    ],
)
def test_what_cannot_be_asked(more: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(**more)
    assert refused.value.field == field


def test_without_opendp_nothing_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "opendp.prelude", None)
    monkeypatch.setitem(sys.modules, "opendp", None)
    with pytest.raises(Unavailable, match="not installed"):
        Noise(4, 0.5)


# What is counted before noise is added: one contributor changes it by no more than BOUNDS says.


def lake_of(folder: Path, readings: list[tuple[str, datetime, float, float, float]]) -> None:
    shelf = Shelf.open(folder, create=True)
    assert shelf is not None
    rows = Rows()
    for n, (entity, at, lon, lat, people) in enumerate(readings):
        one = Observation(
            f"o{n}", f"urn:ngsi-ld:CrowdFlowObserved:{entity}", "CrowdFlowObserved", at,
            (Attribute("peopleCount", people), Attribute("area", 4.0)), lon, lat, "mqtt",
        )  # fmt: skip
        rows.add(one, micros(at), micros(at), "mqtt", 1)
    shelf.append(rows.table(), 1)


def moment(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=UTC)


async def counted(folder: Path, measure: str, **more: Any) -> list[int]:
    history = History(folder)
    try:
        given = {"measure": measure, "type": "CrowdFlowObserved", "day": DAY, "bound": BOUNDS[measure][0]}  # type: ignore[index]
        return await hours(history, HourAsked(**(given | more)))
    finally:
        history.close()


QUIET = [
    ("A", moment(8), 24.9, 60.1, 5.0),
    ("A", moment(8, 30), 24.9, 60.1, 9.0),
    ("B", moment(8), 25.1, 60.1, 3.0),
]


async def test_counts_by_hour_and_box(tmp_path: Path) -> None:
    lake_of(tmp_path, QUIET)
    assert (await counted(tmp_path, "readings"))[7:10] == [0, 3, 0]
    assert (await counted(tmp_path, "entities"))[8] == 2
    assert (await counted(tmp_path, "people"))[8] == 9 + 3
    west = (24.8, 60.0, 25.0, 60.2)
    assert (await counted(tmp_path, "readings", box=west))[8] == 2
    assert (await counted(tmp_path, "people", box=west))[8] == 9
    assert await counted(tmp_path, "readings", day=DAY - timedelta(days=1)) == [0] * 24


@pytest.mark.parametrize("measure", ["readings", "entities"])
async def test_one_contributor_changes_all_counts_together_by_no_more_than_the_bound(
    tmp_path: Path, measure: str
) -> None:
    loud = [("C", moment(hour, minute), 24.9, 60.1, 1.0) for hour in range(24) for minute in range(0, 60, 5)]
    lake_of(tmp_path / "without", QUIET)
    lake_of(tmp_path / "with", QUIET + loud)
    one, other = await counted(tmp_path / "without", measure), await counted(tmp_path / "with", measure)
    bound = BOUNDS[measure][0]  # type: ignore[index]
    assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) == bound


async def test_one_person_more_changes_the_people_by_no_more_than_is_assumed(tmp_path: Path) -> None:
    seen_in = [("A", moment(hour), 24.9, 60.1, 20.0) for hour in range(8)]
    lake_of(tmp_path / "without", seen_in)
    lake_of(tmp_path / "with", [(e, at, lon, lat, n + 1) for e, at, lon, lat, n in seen_in])
    one, other = await counted(tmp_path / "without", "people"), await counted(tmp_path / "with", "people")
    assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) == BOUNDS["people"][0]
