"""Where a drifting cloud is harmful: a Gaussian plume at the ground over open country.

Pasquill, F., Smith, F. B. (1983). Atmospheric Diffusion, 3rd ed.; spreads: Briggs (1973), open country.
C(x, y) = Q / (pi u sy sz) exp(-y²/2sy²) at the ground from a release at the ground: harmful where C exceeds
the harmful one: where strength / (pi u sy sz) exp(...) > 1, strength = Q / C_harmful in m³/s.
No buildings, no rain, no deposition, steady wind: an orientation until a specialist's model is there.
"""

from __future__ import annotations

from math import exp, log, pi, radians, sin, sqrt

import numpy as np
from shapely import Polygon

#: sy = a x / sqrt(1 + 0.0001 x); sz as (a, b, power): a x (1 + b x)^power
_SY = {"A": 0.22, "B": 0.16, "C": 0.11, "D": 0.08, "E": 0.06, "F": 0.04}
_SZ = {
    "A": (0.20, 0.0, 0.0), "B": (0.12, 0.0, 0.0), "C": (0.08, 0.0002, -0.5), "D": (0.06, 0.0015, -0.5),
    "E": (0.03, 0.0003, -1.0), "F": (0.016, 0.0003, -1.0),
}  # fmt: skip


def spreads(x: float, stability: str) -> tuple[float, float]:
    """sigma y and sigma z, m, at ``x`` m downwind."""
    a, b, power = _SZ[stability]
    return _SY[stability] * x / sqrt(1 + 0.0001 * x), a * x * (1 + b * x) ** power


def concentration(x: float, y: float, *, strength: float, wind_mps: float, stability: str) -> float:
    """In multiples of the harmful concentration, ``x`` m downwind and ``y`` m across."""
    if x <= 0:
        return 0.0
    sy, sz = spreads(x, stability)
    return strength / (pi * wind_mps * sy * sz) * exp(-(y**2) / (2 * sy**2))


def plume(
    origin: tuple[float, float],
    *,
    strength: float,
    wind_mps: float,
    wind_from_deg: float,
    stability: str,
    after_s: float,
    reach_m: float = 5000.0,
    near_m: float = 10.0,
) -> Polygon:
    """Where it is harmful ``after_s`` the release began, in m: it has come ``wind_mps * after_s`` far."""
    end = min(reach_m, wind_mps * after_s + near_m)
    left: list[tuple[float, float]] = []
    for x in np.geomspace(1.0, max(2.0, end), 40):
        sy, sz = spreads(float(x), stability)
        middle = strength / (pi * wind_mps * sy * sz)
        half = sy * sqrt(2 * log(middle)) if middle > 1 else 0.0
        if half == 0.0 and x > near_m:
            break
        left.append((float(x), max(half, near_m if x <= near_m else 0.0)))
    shape = [
        (-near_m, -near_m),
        *((x, -h) for x, h in left),
        *((x, h) for x, h in reversed(left)),
        (-near_m, near_m),
    ]
    to = radians(wind_from_deg + 180.0)
    ex, ey = sin(to), sin(to + pi / 2)  # downwind, x east and y north
    return Polygon([(origin[0] + x * ex + y * -ey, origin[1] + x * ey + y * ex) for x, y in shape]).buffer(0)
