"""Is it the crowd or the counter? The probability that a cell's density is a fault of its sensor.

Claim: bodies do not fit without bound, do not appear in the middle, and stand beside others. Method: noisy-or
(Pearl 1988, 4.3) over four independent signs, each with its own probability; two agreeing neighbours more
than halve it. The weights are judgement, not fitted: see guide.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.kernel.events import Neighbour

from .cell import Cell
from .params import Params

BASE, ALONE = 0.03, 0.1
IMPOSSIBLE, STUCK, JUMPED, CONTRADICTED = 0.97, 0.9, 0.6, 0.7
#: A neighbour below this share of the density contradicts, unless it rises too.
SHARE = 0.25
#: Counts that stay the very same: of at least so many people, for so many counts and so long.
STUCK_PEOPLE, STUCK_STEPS, STUCK_S = 30, 12, 60.0
JUMP_REMEMBERED_S = 600.0


def opinions(cell: Cell, around: Sequence[Cell], params: Params) -> tuple[Neighbour, ...]:
    """What the neighbouring cells say, nearest first; those without a fresh count are not asked."""
    out = []
    for other in around:
        if other.area_m2 is None or cell.now_s - other.now_s > max(30.0, 3 * cell.interval_s):
            continue
        rise, _ = other.rise(params.surge_window_s)
        agrees = other.density >= SHARE * cell.density or rise >= 0.5 * params.surge_rise_per_m2
        moving = ", rising" if rise >= 0.1 else ", falling" if rise <= -0.1 else ""
        out.append(Neighbour(other.entity, agrees, f"{other.density:.1f} people/m²{moving} at {other.name}"))
    return tuple(out[:4])


def fault(cell: Cell, asked: Sequence[Neighbour], params: Params) -> tuple[float, tuple[str, ...]]:
    """Probability and the signs in words."""
    signs: list[tuple[float, str]] = []
    if cell.density > params.impossible_per_m2:
        signs.append((IMPOSSIBLE, f"{cell.density:.0f} people do not fit on a square metre"))
    if is_stuck(cell):
        signs.append((STUCK, f"the very same count for {cell.now_s - cell.stuck_since_s:.0f} s"))
    if cell.now_s - cell.jumped_s <= JUMP_REMEMBERED_S:
        signs.append((JUMPED, "the count jumped faster than people walk in"))
    against = [n for n in asked if not n.agrees]
    if asked and len(against) == len(asked):
        signs.append((CONTRADICTED if len(asked) > 1 else 0.4, "no neighbour shows anything like it"))
    sound = 1 - (BASE if asked else ALONE)
    for probability, _ in signs:
        sound *= 1 - probability
    p = 1 - sound
    if len(asked) - len(against) >= 2 and cell.density <= params.impossible_per_m2:
        p *= 0.4
    return round(p, 3), tuple(words for _, words in signs)


def is_stuck(cell: Cell) -> bool:
    people = cell.raw[-1][1] * (cell.area_m2 or 0.0) if cell.raw else 0.0
    lasting = cell.now_s - cell.stuck_since_s >= STUCK_S
    return people >= STUCK_PEOPLE and cell.stuck_steps >= STUCK_STEPS and lasting
