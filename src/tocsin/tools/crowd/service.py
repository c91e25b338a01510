"""Levels of service A to F after Fruin, for people who stand (queues) and who walk.

Claim: names the comfort and safety of a density in six letters that planners know.
Reference: Fruin, J. J. (1971), Pedestrian Planning and Design, tables for queueing areas (square feet a
person: 13, 10, 7, 3, 2) and walkways (35, 25, 15, 10, 5), in people per square metre (1 ft² = 0.0929 m²).
"""

from __future__ import annotations

from typing import Literal

Use = Literal["standing", "walking"]
Level = Literal["A", "B", "C", "D", "E", "F"]

_FT2_M2 = 0.09290304
_LETTERS: tuple[Level, ...] = ("A", "B", "C", "D", "E", "F")
#: Upper limits of A to E, people/m².
LIMITS: dict[Use, tuple[float, ...]] = {
    "standing": tuple(1 / (ft2 * _FT2_M2) for ft2 in (13, 10, 7, 3, 2)),
    "walking": tuple(1 / (ft2 * _FT2_M2) for ft2 in (35, 25, 15, 10, 5)),
}
MEANS: dict[Level, str] = {
    "A": "free to move",
    "B": "some must step aside",
    "C": "close, still at ease",
    "D": "touching now and then",
    "E": "pressed, no way through",
    "F": "pressed hard, no own movement",
}


def level(per_m2: float, use: Use = "standing") -> Level:
    """The level of a density in people/m².

    >>> level(0.5), level(4.6), level(6.0), level(0.5, "walking")
    ('A', 'E', 'F', 'C')
    """
    for letter, limit in zip(_LETTERS, LIMITS[use], strict=False):
        if per_m2 <= limit:
            return letter
    return "F"
