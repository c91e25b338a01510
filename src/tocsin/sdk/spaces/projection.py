"""Degrees to metres and back around an anchor: an equirectangular plane on the ellipsoid's own radii.

Within 10 km of the anchor, lengths are right to 0.2 % up to 70° N: the error grows with the square of the
distance north or south, tan(lat) · dlat / 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from tocsin.kernel.errors import Invalid

G = TypeVar("G", bound=BaseGeometry)

_A_M = 6_378_137.0  # WGS 84
_E2 = 6.694_379_990_14e-3


@dataclass(frozen=True, slots=True)
class Projection:
    """x metres east and y metres north of the anchor. Raises ``Invalid`` for an anchor that is no place."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (-180.0 <= self.lon <= 180.0 and -89.0 <= self.lat <= 89.0):  # NaN fails here too
            raise Invalid(
                "the anchor is no place on the map",
                field="anchor",
                value=f"{self.lon},{self.lat}",
                cure="longitude, then latitude, in degrees: 24.9414,60.1710",
            )

    @property
    def scale(self) -> tuple[float, float]:
        """Metres a degree of longitude, and of latitude, at the anchor."""
        s = sin(radians(self.lat))
        w = sqrt(1.0 - _E2 * s * s)
        return radians(1.0) * _A_M / w * cos(radians(self.lat)), radians(1.0) * _A_M * (1.0 - _E2) / w**3

    def metres(self, geometry: G) -> G:
        kx, ky = self.scale
        return shapely.transform(geometry, lambda c: (c - (self.lon, self.lat)) * (kx, ky))  # type: ignore[no-any-return]

    def degrees(self, geometry: G, digits: int = 7) -> G:
        """``digits`` after the point; 7 are a centimetre."""
        kx, ky = self.scale
        return shapely.transform(  # type: ignore[no-any-return]
            geometry, lambda c: np.round(c / (kx, ky) + (self.lon, self.lat), digits)
        )

    def positions(self, xy: NDArray[np.float64], digits: int = 7) -> list[list[float]]:
        """``xy`` (n, 2) in metres as GeoJSON positions."""
        kx, ky = self.scale
        found: list[list[float]] = np.round(xy / (kx, ky) + (self.lon, self.lat), digits).tolist()
        return found
