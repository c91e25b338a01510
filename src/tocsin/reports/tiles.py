"""Vector tiles out of one PMTiles file (version 3): which tile lies where, and its bytes.

https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import NamedTuple

from tocsin.kernel.errors import Misconfigured

_HEADER = 127
#: a tile that unpacks to more than this is none of ours
_MOST_BYTES = 8 * 2**20
_GZIP, _NONE, _MVT = 2, 1, 1


class Entry(NamedTuple):
    tile: int
    run: int
    length: int
    offset: int


class Archive:
    """``zooms``: least and greatest; ``box``: west, south, east, north in degrees.

    Raises ``Misconfigured`` for a file that is no such archive.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        head = self._bytes(0, _HEADER)
        if len(head) < _HEADER or head[:8] != b"PMTiles\x03":
            raise Misconfigured("no map of vector tiles (PMTiles 3)", field="map", value=path.name)
        (self._root, self._root_size, _, _, self._leaves, _, self._data, _) = struct.unpack_from(
            "<8Q", head, 8
        )
        self._packed_inside, self._packed_tiles, kind = head[97], head[98], head[99]
        if kind != _MVT or not {self._packed_inside, self._packed_tiles} <= {_GZIP, _NONE}:
            raise Misconfigured("a map of another kind of tiles", field="map", value=path.name)
        self.zooms = (head[100], head[101])
        west, south, east, north = struct.unpack_from("<4i", head, 102)
        self.box = (west / 1e7, south / 1e7, east / 1e7, north / 1e7)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The tile unpacked; None where there is none. Raises ``Misconfigured`` for a broken file."""
        wanted = tile_id(z, x, y)
        start, size = self._root, self._root_size
        for _ in range(4):  # directories nest at most so deep
            entry = _holding(self._directory(start, size), wanted)
            if entry is None:
                return None
            if entry.run:
                return self._unpacked(
                    self._bytes(self._data + entry.offset, entry.length), self._packed_tiles
                )
            start, size = self._leaves + entry.offset, entry.length
        return None

    def _directory(self, start: int, size: int) -> list[Entry]:
        return directory(self._unpacked(self._bytes(start, size), self._packed_inside))

    def _bytes(self, start: int, size: int) -> bytes:
        with self._path.open("rb") as file:
            file.seek(start)
            return file.read(min(size, _MOST_BYTES))

    def _unpacked(self, packed: bytes, how: int) -> bytes:
        if how == _NONE:
            return packed
        try:
            return zlib.decompressobj(wbits=31).decompress(packed, _MOST_BYTES)
        except zlib.error as error:
            raise Misconfigured(f"broken map: {error}", field="map", value=self._path.name) from None


def directory(data: bytes) -> list[Entry]:
    """Entries of an unpacked directory, in order of tile. Raises ``IndexError`` for a cut one."""
    count, at = varint(data, 0)
    columns: list[list[int]] = []
    for _ in range(4):
        column = []
        for _ in range(count):
            value, at = varint(data, at)
            column.append(value)
        columns.append(column)
    ids, runs, lengths, offsets = columns
    entries: list[Entry] = []
    tile = 0
    for i in range(count):
        tile += ids[i]
        # 0: straight after the one before
        offset = entries[-1].offset + entries[-1].length if offsets[i] == 0 and entries else offsets[i] - 1
        entries.append(Entry(tile, runs[i], lengths[i], offset))
    return entries


def _holding(entries: list[Entry], tile: int) -> Entry | None:
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if entries[middle].tile <= tile else (low, middle)
    if low == 0:
        return None
    found = entries[low - 1]
    return found if found.run == 0 or tile < found.tile + found.run else None


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte (LEB128) and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def tile_id(z: int, x: int, y: int) -> int:
    """Place of a tile in the order of the archive: all of the zooms before, then along a Hilbert curve."""
    before = ((1 << (2 * z)) - 1) // 3
    along, side = 0, 1 << (z - 1) if z else 0
    while side:
        right, upper = int(bool(x & side)), int(bool(y & side))
        along += side * side * ((3 * right) ^ upper)
        if not upper:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
        side >>= 1
    return before + along
