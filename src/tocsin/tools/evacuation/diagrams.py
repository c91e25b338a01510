"""Fundamental diagrams: how fast a crowd walks at a density, and how many pass a metre of width.

Weidmann, U. (1993). Transporttechnik der Fussgaenger. IVT Schriftenreihe 90, ETH Zurich: v = 1.34 m/s
(1 - exp(-1.913 (1/rho - 1/5.4))), peak of the flow 1.225 /m/s at 1.75 /m².
SFPE Handbook of Fire Protection Engineering, 5th ed. (2016), chapter 59 (Gwynne, Rosenbaum): v = 1.4 (1 -
0.266 rho) on the level, densities below 0.54 /m² count as 0.54; at a door no more than 1.3 /m/s.
IMO MSC.1/Circ.1533 (2016), annex 2, table 2.1 (corridors; values as in Circ.1238, which it supersedes).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.kernel.errors import Invalid

Figures = NDArray[np.float64]

#: how far people keep from each side of an opening, m: SFPE, table 59.1 (doors, corridors 0.15 to 0.20)
BOUNDARY_M = 0.15

_WEIDMANN_V0, _WEIDMANN_GAMMA, _WEIDMANN_JAM = 1.34, 1.913, 5.4
_SFPE_K, _SFPE_A, _SFPE_LOW = 1.4, 0.266, 0.54
_IMO_DENSITY = (0.0, 0.5, 1.9, 3.2, 3.5)
_IMO_SPEED = (1.2, 1.2, 0.67, 0.2, 0.1)
_IMO_FLOW = (0.0, 0.65, 1.3, 0.65, 0.32)


@dataclass(frozen=True)
class Diagram:
    """``speed``: m/s at a density per m²; ``peak`` the greatest flow, per second and m of effective width."""

    name: str
    free_mps: float
    peak: float
    jam_per_m2: float
    speed: Callable[[Figures], Figures]

    def flow(self, density: Any) -> Figures:
        """People per metre and second at a density per m²."""
        rho = np.asarray(density, float)
        passing: Figures = (
            np.interp(rho, _IMO_DENSITY, _IMO_FLOW)
            if self.name == "imo"
            else np.minimum(rho * self.speed(rho), self.peak)
        )
        return passing

    def slowed(self, ratio: float) -> Diagram:
        """The same flows, with everybody walking at ``ratio`` of the speed."""
        return (
            self
            if ratio == 1.0
            else replace(self, free_mps=ratio * self.free_mps, speed=lambda rho: ratio * self.speed(rho))
        )

    def capacity(self, width_m: float) -> float:
        """People a second through an opening of that clear width."""
        return self.peak * max(0.0, width_m - 2 * BOUNDARY_M)


def _weidmann(density: Figures) -> Figures:
    rho = np.clip(np.asarray(density, float), 1e-6, _WEIDMANN_JAM)
    speed: Figures = _WEIDMANN_V0 * (1 - np.exp(-_WEIDMANN_GAMMA * (1 / rho - 1 / _WEIDMANN_JAM)))
    return speed


def _sfpe(density: Figures) -> Figures:
    rho = np.maximum(np.asarray(density, float), _SFPE_LOW)
    speed: Figures = np.maximum(_SFPE_K * (1 - _SFPE_A * rho), 0.0)
    return speed


def _imo(density: Figures) -> Figures:
    speed: Figures = np.interp(np.asarray(density, float), _IMO_DENSITY, _IMO_SPEED)
    return speed


#: The SFPE peak on the level is 1.316 /m/s at 1.88 /m²; at doors the handbook has 1.3.
DIAGRAMS: dict[str, Diagram] = {
    "weidmann": Diagram("weidmann", _WEIDMANN_V0, 1.225, _WEIDMANN_JAM, _weidmann),
    "sfpe": Diagram("sfpe", _SFPE_K * (1 - _SFPE_A * _SFPE_LOW), 1.3, 1 / _SFPE_A, _sfpe),
    "imo": Diagram("imo", 1.2, 1.3, 3.5, _imo),
}

#: Walking on stairs as a part of walking on the level, downwards; SFPE: k 1.08 to 1.4
STAIRS_SPEED = 0.77
#: and of the flow through them: SFPE, table 59.5, 1.01 /m/s of 1.3
STAIRS_FLOW = 0.78


def diagram(name: str) -> Diagram:
    """Raises ``Invalid`` for a name that is none of ``DIAGRAMS``."""
    if name not in DIAGRAMS:
        raise Invalid(
            "no such fundamental diagram", field="diagram", value=name, cure=f"one of {[*DIAGRAMS]}"
        )
    return DIAGRAMS[name]
