"""Wilson's score interval for a share of few cases (Wilson 1927; Brown, Cai and DasGupta 2001). Pure."""

from __future__ import annotations

from math import sqrt

#: two-sided 95 %
Z = 1.959963984540054


def wilson(hits: int, of: int, z: float = Z) -> tuple[float, float]:
    """Lower and upper bound of the share ``hits / of``, both within 0..1.

    >>> [round(x, 4) for x in wilson(8, 10)]
    [0.4902, 0.9433]
    >>> [round(x, 4) for x in wilson(0, 20)]
    [0.0, 0.1611]

    Raises ``ValueError`` for no cases or more hits than cases.
    """
    if not 0 <= hits <= of or of == 0:
        raise ValueError(f"{hits} of {of} is no share")
    p = hits / of
    middle = p + z * z / (2 * of)
    half = z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    whole = 1 + z * z / of
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)
