"""How people walk: speed and flow by density, and what a way out lets through."""

from __future__ import annotations

import math

#: free walking speed in m/s, and the density in people/m2 at which nobody moves (Weidmann 1993)
FREE_M_S = 1.34
JAM_PER_M2 = 5.4
_GAMMA = 1.913
#: most people per metre of width and second, and the density at which that is reached
FLOW_PER_M_S = 1.225
DENSE_PER_M2 = 1.75
#: an opening with free ground behind it lets a little more through (SFPE Handbook: 1.3 /m/s)
DOOR_PER_M_S = 1.3
#: nobody walks closer to an edge than this, on either side (m)
EDGE_M = 0.15


def speed_m_s(per_m2: float) -> float:
    """Weidmann's fundamental diagram: speed at a density."""
    if per_m2 <= 0.0:
        return FREE_M_S
    if per_m2 >= JAM_PER_M2:
        return 0.0
    return FREE_M_S * (1.0 - math.exp(-_GAMMA * (1.0 / per_m2 - 1.0 / JAM_PER_M2)))


def room_for_flow(per_m2: float) -> float:
    """People per metre and second that a place so dense can take in (cell transmission, Daganzo 1994)."""
    if per_m2 <= DENSE_PER_M2:
        return FLOW_PER_M_S
    return min(FLOW_PER_M_S, per_m2 * speed_m_s(per_m2))


def door_per_s(width_m: float, usable: float, per_m2: float) -> float:
    """People per second that an opening lets out.

    Args:
        width_m: its clear width in metres.
        usable: share of the width that can be used, 0 when shut.
        per_m2: density in front of it; above 3 people lock shoulders and less gets through
            ("faster is slower", Helbing, Farkas and Vicsek 2000).
    """
    clear = max(0.0, width_m * usable - 2 * EDGE_M)
    locked = min(1.0, max(0.0, (per_m2 - 3.0) / 2.0))
    return DOOR_PER_M_S * clear * (1.0 - 0.4 * locked)
