"""Lines and areas of a Mapbox vector tile (version 2.1), as much as an outline needs.

https://github.com/mapbox/vector-tile-spec/tree/master/2.1
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from tocsin.reports.tiles import varint

Point = tuple[int, int]
POINT, LINE, AREA = 1, 2, 3


class Feature(NamedTuple):
    """``parts``: lines or rings in units of the tile, origin at its north-west corner."""

    kind: int
    properties: dict[str, str]
    parts: list[list[Point]]


class Layer(NamedTuple):
    name: str
    extent: int
    features: list[Feature]


def layers(tile: bytes) -> dict[str, Layer]:
    """Raises ``IndexError`` or ``struct.error`` for bytes that are no tile."""
    found = (_layer(body) for number, body in _fields(tile) if number == 3 and isinstance(body, bytes))
    return {layer.name: layer for layer in found}


def _layer(data: bytes) -> Layer:
    name, extent = "", 4096
    keys: list[str] = []
    values: list[str] = []
    raw: list[bytes] = []
    for number, body in _fields(data):
        if isinstance(body, int):
            extent = body if number == 5 else extent
        elif number == 1:
            name = body.decode("utf-8", "replace")
        elif number == 2:
            raw.append(body)
        elif number == 3:
            keys.append(body.decode("utf-8", "replace"))
        elif number == 4:
            values.append(_text(body))
    return Layer(name, extent, [_feature(one, keys, values) for one in raw])


def _feature(data: bytes, keys: list[str], values: list[str]) -> Feature:
    kind, tags, drawn = 0, b"", b""
    for number, body in _fields(data):
        if isinstance(body, int):
            kind = body if number == 3 else kind
        elif number == 2:
            tags = body
        elif number == 4:
            drawn = body
    pairs = list(_numbers(tags))
    properties = {keys[k]: values[v] for k, v in zip(pairs[::2], pairs[1::2], strict=False)}
    return Feature(kind, properties, _parts(list(_numbers(drawn)), kind))


def _parts(commands: list[int], kind: int) -> list[list[Point]]:
    """Commands of a geometry (4.3): move to, line to, close; each step relative to the one before."""
    parts: list[list[Point]] = []
    x = y = at = 0
    while at < len(commands):
        what, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if what == 7:
            continue
        for _ in range(count):
            x, y = x + _zigzag(commands[at]), y + _zigzag(commands[at + 1])
            at += 2
            if what == 1 and (kind != POINT or not parts):
                parts.append([])
            parts[-1].append((x, y))
    return parts


def _text(value: bytes) -> str:
    for number, body in _fields(value):
        return body.decode("utf-8", "replace") if number == 1 and isinstance(body, bytes) else str(body)
    return ""


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Fields of a protobuf message: number, and a number or bytes."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        match tag & 7:
            case 0:
                value, at = varint(data, at)
                yield tag >> 3, value
            case 1:
                yield tag >> 3, data[at : at + 8]
                at += 8
            case 2:
                size, at = varint(data, at)
                yield tag >> 3, data[at : at + size]
                at += size
            case 5:
                yield tag >> 3, data[at : at + 4]
                at += 4
            case other:
                raise struct.error(f"no wire type {other}")


def _numbers(packed: bytes) -> Iterator[int]:
    at = 0
    while at < len(packed):
        value, at = varint(packed, at)
        yield value


def _zigzag(number: int) -> int:
    return (number >> 1) ^ -(number & 1)
