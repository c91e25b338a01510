"""Counts published under pure differential privacy (Dwork et al. 2006), through OpenDP.

One set of counts is one release: 24 hours of one UTC day with discrete Laplace noise (Ghosh et al. 2009),
scaled to
what one contributor can change in all of them together (L1). OpenDP's own privacy map says the loss, and
that is
what a day's budget is charged: losses add up over all that is published of one entity type and day (basic
composition). The same question gets the stored answer: asking again neither costs nor tells anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tocsin.db import Connection
from tocsin.kernel.errors import Conflict, Invalid, Unavailable
from tocsin.kernel.ids import TYPE_NAME, content_id
from tocsin.privacy import repository
from tocsin.privacy.records import HourCount, Measure, Release

#: what one contributor changes at most in a day's counts together, and why that holds
BOUNDS: dict[Measure, tuple[int, bool, str]] = {
    "readings": (24, False, "one entity counts with at most 24 readings of the day; more are left out"),
    "entities": (4, False, "one entity counts in at most 4 hours of the day; more are left out"),
    "people": (8, True, "assumed: one person is at most in 8 hourly greatest counts of the day"),
}
MECHANISM = "discrete Laplace (OpenDP make_laplace, integers)"
#: a box is rounded to this many decimals of a degree (about 100 m): the same place is the same question
_DECIMALS = 3
#: late readings of a day are in by then
_SETTLED = timedelta(hours=2)
_ALPHA = 0.05

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be published. Made by ``question``, which brings equal questions to equal form."""

    measure: Measure
    type: str
    day: date
    box: Box | None

    @property
    def id(self) -> str:
        """Equal for equal questions, whoever asks and whenever."""
        return content_id("privacy.release", self.measure, self.type, self.day.isoformat(), self.box)


@dataclass(frozen=True, slots=True)
class Limits:
    """``release``: loss of one release; ``day``: of all releases of one type and day."""

    release: float
    day: float


def question(measure: Measure, type_name: str, day: date, box: Box | None, now: datetime) -> Question:
    """Raises ``Invalid`` for what cannot be asked: a day that is not over, an empty box, no such type."""
    if not TYPE_NAME.match(type_name):
        raise Invalid("no entity type", field="type", value=type_name, cure="for example CrowdFlowObserved")
    if measure == "people" and type_name != "CrowdFlowObserved":
        raise Invalid("this type counts no people", field="type", value=type_name, cure="CrowdFlowObserved")
    if datetime.combine(day, time(), UTC) + timedelta(days=1) + _SETTLED > now:
        cure = f"ask for a day that ended at least {_SETTLED.seconds // 3600} h ago (UTC)"
        raise Invalid("this day is not over", field="day", value=day, cure=cure)
    if box is not None:
        west, south, east, north = box = tuple(round(edge, _DECIMALS) for edge in box)  # type: ignore[assignment]
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            cure = "west,south,east,north in degrees, at least 0.001 apart"
            raise Invalid("the box is empty", field="bbox", value=box, cure=cure)
    return Question(measure, type_name, day, box)


def known(conn: Connection, asked: Question) -> Release | None:
    """What was published in answer to the same question before."""
    return repository.release(conn, asked.id)


def draw(asked: Question, exact: Sequence[int], limits: Limits, by: str, at: datetime) -> Release:
    """A release with fresh noise, not published yet. Blocks (the first time for seconds).

    Raises ``Unavailable`` where OpenDP is not installed.
    """
    bound, assumed, words = BOUNDS[asked.measure]
    noise = Noise(bound, limits.release)
    first = datetime.combine(asked.day, time(), UTC)
    counts = tuple(
        HourCount(first + timedelta(hours=hour), max(0, count))
        for hour, count in enumerate(noise.added(list(exact)))
    )
    return Release(
        id=asked.id,
        dataset=asked.type,
        period=asked.day.isoformat(),
        measure=asked.measure,
        type=asked.type,
        box=asked.box,
        counts=counts,
        epsilon=noise.loss,
        bound=bound,
        assumed=assumed,
        bound_words=words,
        mechanism=MECHANISM,
        scale=noise.scale,
        error95=noise.error95,
        released_at=at,
        released_by=by,
    )


def publish(conn: Connection, drawn: Release, limits: Limits) -> tuple[Release, bool]:
    """In the caller's transaction: the release that holds now, and whether it is this one.

    One that somebody else published in the meantime wins; then ``drawn`` is dropped unseen, which costs
    nothing.
    Raises ``Conflict`` where the day's budget does not reach.
    """
    there = repository.release(conn, drawn.id)
    if there is not None:
        return there, False
    spent = repository.spent(conn, drawn.dataset, drawn.period)
    if spent + drawn.epsilon > limits.day * (1 + 1e-9):
        raise Conflict(
            f"the budget of {drawn.dataset} on {drawn.period} is spent: {spent:g} of {limits.day:g}",
            field="epsilon",
            value=drawn.epsilon,
            cure="what was published stays readable; ask about another day",
        )
    repository.publish(conn, drawn)
    return drawn, True


class Noise:
    """A measurement of OpenDP over vectors of counts. ``loss``: by its map, for ``bound`` in L1 distance."""

    def __init__(self, bound: int, epsilon: float) -> None:
        dp = _opendp()
        if not epsilon > 0:
            raise Invalid("no privacy loss", field="epsilon", value=epsilon, cure="give a number above 0")
        domain = dp.vector_domain(dp.atom_domain(T="i64"))
        metric = dp.l1_distance(T="i64")
        scale = bound / epsilon
        self._measure = dp.m.make_laplace(domain, metric, scale=scale)
        while self._measure.map(bound) > epsilon:  # its arithmetic rounds up: a hair more noise
            scale *= 1 + 1e-9
            self._measure = dp.m.make_laplace(domain, metric, scale=scale)
        self.scale = scale
        self.loss = float(self._measure.map(bound))
        self.error95 = int(dp.discrete_laplacian_scale_to_accuracy(scale=scale, alpha=_ALPHA))

    def added(self, counts: list[int]) -> list[int]:
        return [int(count) for count in self._measure(counts)]

    def loss_of(self, distance: int) -> float:
        """Loss for a contributor who changes the counts by so much."""
        return float(self._measure.map(distance))


def _opendp() -> Any:
    try:
        import opendp.prelude as dp  # 1 s and 260 MB on disk that a city without publication need not carry
    except ImportError as error:
        raise Unavailable(
            "counts are published through OpenDP, which is not installed here",
            field="opendp",
            cure="pip install 'tocsin[counts]'",
        ) from error
    dp.enable_features("contrib")
    return dp
