"""Places in the order of a Z-curve: what is near lies mostly together, so a box is a few ranges of numbers.

G. M. Morton, "A computer oriented geodetic data base and a new technique in file sequencing", IBM, 1966.
"""

from __future__ import annotations

from tocsin.kernel.geo import Box

#: halvings of each axis: a cell is about a metre wide and half as high
BITS = 25
#: at most so many cells along each side of a box, and ranges in all: finer ones cover less beside the box,
#: but each is a look into an index
_ALONG = 4
RANGES = _ALONG * _ALONG
_END = (1 << BITS) - 1


def _spread(byte: int) -> int:
    """Its bits, each with a zero before it."""
    return sum((byte >> bit & 1) << 2 * bit for bit in range(8))


_SPREAD = tuple(_spread(byte) for byte in range(256))


def cell(lon: float, lat: float) -> int:
    """The number of the cell that holds a place, below ``4 ** BITS``."""
    return _number(_step(lon, 360.0), _step(lat, 180.0))


def ranges(box: Box) -> list[tuple[int, int]]:
    """First and last numbers of cells that cover the box, ascending, at most ``RANGES``.

    They reach beyond it by less than its longer side.
    """
    west, east = _step(box.west, 360.0), _step(box.east, 360.0)
    south, north = _step(box.south, 180.0), _step(box.north, 180.0)
    size = max(east - west, north - south).bit_length()
    coarse = max(0, size - _ALONG.bit_length() + 1)
    while max((east >> coarse) - (west >> coarse), (north >> coarse) - (south >> coarse)) >= _ALONG:
        coarse += 1
    firsts = sorted(
        _number(x, y) << 2 * coarse
        for x in range(west >> coarse, (east >> coarse) + 1)
        for y in range(south >> coarse, (north >> coarse) + 1)
    )
    width = 1 << 2 * coarse
    found: list[tuple[int, int]] = []
    for first in firsts:
        if found and found[-1][1] == first - 1:
            found[-1] = (found[-1][0], first + width - 1)
        else:
            found.append((first, first + width - 1))
    return found


def _step(degrees: float, around: float) -> int:
    return min(_END, max(0, int((degrees / around + 0.5) * (_END + 1))))


def _number(x: int, y: int) -> int:
    made = 0
    for shift in range(0, BITS, 8):
        made |= (_SPREAD[x >> shift & 255] | _SPREAD[y >> shift & 255] << 1) << 2 * shift
    return made
