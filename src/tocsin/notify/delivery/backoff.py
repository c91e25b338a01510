"""How long to wait before the next try."""

from __future__ import annotations

from datetime import timedelta
from random import Random

BASE_S, CAP_S = 5.0, 900.0


def wait(failures: int, chance: Random) -> timedelta:
    """After the n-th failure in a row: 5 s doubled each time, at most 15 min, the later half by chance.

    Half is kept so that nobody is asked again at once, half is drawn so that not all come back together.
    """
    full = min(CAP_S, BASE_S * 2.0 ** min(failures - 1, 20))
    return timedelta(seconds=full * (0.5 + chance.random() / 2))
