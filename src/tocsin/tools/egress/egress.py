"""The decision: do more people leave a site than it lets out at this hour, by several exits at once?

Claim: told at the first reading that shows it. Method: over each of the last stretches of seconds the
counts of all exits of a site are added and set against the sum of their expectations by the likelihood
ratio of ``glr.py``; the greatest over the stretches decides (window-limited GLR, Lai 1998). How bunched
the people of a site come is learnt on its total; until that is known the exits are taken to bunch
together, so that their relative deviations add up unlessened: ``q = (sum m_i sqrt(q_i) / sum m_i)^2``. A
site confirms itself: a good part of its exits, two at least unless it has but one, show the rise each on
its own count, and the site still shows it without its strongest exit. A counter that jumps alone says
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from math import sqrt
from typing import NamedTuple

from .exits import BACK, Exit
from .glr import evidence
from .params import Params
from .usual import Usual

#: The manifest's grace.
GRACE_READINGS, GRACE_S = 12, 60.0


class Share(NamedTuple):
    """One exit in the stretch that decides: people a minute, and whether it rose on its own."""

    exit: Exit
    per_min: float
    usual_per_min: float
    rises: bool


class Egress(NamedTuple):
    """What a site shows over ``seconds``. Scores in nats, rates in people a minute. ``without_first``:
    the score without the exit that adds most."""

    score: float
    seconds: float
    per_min: float
    usual_per_min: float
    spread: float
    without_first: float
    shares: tuple[Share, ...]

    @property
    def rising(self) -> tuple[Share, ...]:
        return tuple(s for s in self.shares if s.rises)


def look(site: Sequence[Exit], total: Usual | None, at_s: float, p: Params) -> Egress | None:
    """The strongest stretch at ``at_s``; None where no exit of the site can be asked. ``total``: what was
    learnt of the sum of its exits."""
    return max(_stretches(site, total, at_s, p), key=lambda s: s.score, default=None)


def begun(site: Sequence[Exit], total: Usual | None, at_s: float, p: Params) -> Egress | None:
    """The strongest stretch that is to be told. A longer one may be stronger and not yet show many times the
    usual, for people began to leave within it."""
    found = (s for s in _stretches(site, total, at_s, p) if _has_begun(s, p))
    return max(found, key=lambda s: s.score, default=None)


def _has_begun(it: Egress, p: Params) -> bool:
    enough = it.per_min >= p.least_ratio * it.usual_per_min
    many = it.per_min - it.usual_per_min >= p.least_per_min
    several = len(it.rising) >= max(min(2, len(it.shares)), p.breadth_share * len(it.shares))
    confirmed = several and it.without_first >= p.confirm_score
    return it.score >= p.evidence_score and enough and many and confirmed


def _stretches(site: Sequence[Exit], total: Usual | None, at_s: float, p: Params) -> Iterator[Egress]:
    asked = [e for e in site if e.fresh(at_s) and e.ready(GRACE_READINGS, GRACE_S)]
    return (s for b in BACK if (s := _stretch(asked, total, b, at_s, p)))


def _stretch(asked: Sequence[Exit], total: Usual | None, back: int, at_s: float, p: Params) -> Egress | None:
    at = datetime.fromtimestamp(at_s, UTC)
    shares: list[Share] = []
    sums: list[tuple[float, float, float, float]] = []  # people, mean, deviation, dropped
    longest = 0.0
    for e in asked:
        counted = e.last(back, p.counter_window_s)
        if counted is None or counted.seconds <= 0.0:
            continue
        rate = counted.people * 60.0 / counted.seconds
        if e.width_m is not None and rate > 60.0 * p.impossible_per_m_s * e.width_m:
            continue  # no such number gets through: the counter jumped
        usual = e.usual.expected(at, at_s, p.floor_per_min, p.level_s)
        expected = usual * counted.seconds / 60.0
        q = e.usual.variance(at, p.prior_ratio)
        own = evidence(counted.people, expected, q + counted.dropped / expected**2)
        rises = own >= p.exit_score and rate >= p.least_ratio * usual
        shares.append(Share(e, rate, usual, rises))
        sums.append((counted.people, expected, expected * sqrt(q), counted.dropped))
        longest = max(longest, counted.seconds)
    if not shares:
        return None
    known = total.relative(at) if total is not None else None
    score, spread = _together(sums, known)
    first = max(range(len(sums)), key=lambda n: sums[n][0] - sums[n][1])
    rest = sums[:first] + sums[first + 1 :]
    return Egress(
        score,
        longest,
        sum(s.per_min for s in shares),
        sum(s.usual_per_min for s in shares),
        spread,
        _together(rest, known)[0] if rest else score,
        tuple(shares),
    )


def _together(sums: Sequence[tuple[float, float, float, float]], known: float | None) -> tuple[float, float]:
    """Evidence of the sum of exits, and its relative deviation."""
    people, mean, deviation, dropped = (sum(column) for column in zip(*sums, strict=True))
    q = ((deviation / mean) ** 2 if known is None else known) + dropped / mean**2
    return evidence(people, mean, q), sqrt(q)
