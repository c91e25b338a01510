"""Reads Protocol Buffers messages by a table of their fields; what the table leaves out is passed over.

A few dozen lines instead of a generated module and its runtime: feeds of strangers need bounds that those do
not give. Wire format: https://protobuf.dev/programming-guides/encoding/ (groups, long deprecated: refused).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tocsin.kernel.errors import Invalid

Kind = Literal["uint", "int", "bool", "float", "double", "fixed32", "fixed64", "text", "bytes"]
#: of all messages within one
MOST_FIELDS = 2_000_000
_DEEPEST = 16
_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_WIRE = {
    "uint": _VARINT,
    "int": _VARINT,
    "bool": _VARINT,
    "double": _EIGHT,
    "fixed64": _EIGHT,
    "float": _FOUR,
    "fixed32": _FOUR,
    "text": _LENGTH,
    "bytes": _LENGTH,
}


@dataclass(frozen=True, slots=True)
class Field:
    """``kind``: how it is read, or the table of a message within. ``many``: repeated; a list."""

    name: str
    kind: Kind | Table
    many: bool = False


Table = dict[int, Field]


def decode(payload: bytes, table: Table, what: str = "message") -> dict[str, Any]:
    """Fields by name; those that are not there are left out, repeated ones are lists.

    Raises ``Invalid`` with the byte at which it ends too early or is no message.
    """
    return _Reader(payload, what).message(table, 0, len(payload), 1)


class _Reader:
    def __init__(self, payload: bytes, what: str) -> None:
        self._bytes, self._what, self._fields = payload, what, 0

    def message(self, table: Table, at: int, end: int, depth: int) -> dict[str, Any]:
        if depth > _DEEPEST:
            raise self._odd(at, "messages lie too deep in one another")
        made: dict[str, Any] = {}
        while at < end:
            self._fields += 1
            if self._fields > MOST_FIELDS:
                raise self._odd(at, f"more than {MOST_FIELDS} fields")
            key, at = self._varint(at, end)
            number, wire = key >> 3, key & 7
            if number == 0:
                raise self._odd(at, "a field numbered 0")
            raw, at = self._raw(wire, at, end)
            field = table.get(number)
            if field is None:
                continue
            for value in self._values(field, wire, raw, depth):
                if field.many:
                    made.setdefault(field.name, []).append(value)
                else:
                    made[field.name] = value
        return made

    def _raw(self, wire: int, at: int, end: int) -> tuple[int | tuple[int, int], int]:
        """A number, or where its bytes begin and end; and where it goes on."""
        if wire == _VARINT:
            return self._varint(at, end)
        if wire == _LENGTH:
            length, at = self._varint(at, end)
        elif wire in (_EIGHT, _FOUR):
            length = 8 if wire == _EIGHT else 4
        else:
            raise self._odd(at, f"wire type {wire}")
        if length > end - at:
            raise self._odd(at, "it ends in the middle of a field")
        return (at, at + length), at + length

    def _values(self, field: Field, wire: int, raw: int | tuple[int, int], depth: int) -> Iterator[Any]:
        kind = field.kind
        if isinstance(kind, dict):
            if not isinstance(raw, tuple) or wire != _LENGTH:
                raise self._odd(0, f"{field.name} is no message")
            yield self.message(kind, *raw, depth + 1)
        elif isinstance(raw, tuple) and wire == _LENGTH and _WIRE[kind] != _LENGTH and field.many:
            yield from self._packed(kind, *raw)
        elif _WIRE[kind] != wire:
            raise self._odd(0, f"{field.name} is no {kind}")
        else:
            yield self._value(kind, raw, field.name)

    def _packed(self, kind: Kind, at: int, end: int) -> Iterator[Any]:
        while at < end:
            self._fields += 1
            raw, at = self._raw(_WIRE[kind], at, end)
            yield self._value(kind, raw, "")

    def _value(self, kind: Kind, raw: int | tuple[int, int], name: str) -> Any:
        if isinstance(raw, int):
            if kind == "bool":
                return raw != 0
            return raw - (1 << 64) if kind == "int" and raw >= 1 << 63 else raw
        piece = self._bytes[raw[0] : raw[1]]
        if kind == "text":
            try:
                return piece.decode()
            except UnicodeDecodeError:
                raise self._odd(raw[0], f"{name} is not UTF-8") from None
        if kind == "bytes":
            return piece
        if kind == "float":
            return _short(piece)
        form = {"double": "<d", "fixed64": "<Q", "fixed32": "<I"}[kind]
        return struct.unpack(form, piece)[0]

    def _varint(self, at: int, end: int) -> tuple[int, int]:
        value = shift = 0
        while at < end:
            byte = self._bytes[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFFFFFFFFFFFFFF, at
            shift += 7
            if shift > 63:
                raise self._odd(at, "a number of more than ten bytes")
        raise self._odd(at, "it ends in the middle of a number")

    def _odd(self, at: int, words: str) -> Invalid:
        return Invalid(
            f"no {self._what} in Protocol Buffers, byte {at}: {words}",
            field="payload",
            cure="send it whole, as its schema says",
        )


def _short(four: bytes) -> float:
    """With as few digits as tell it from its neighbours: 21.7, where four bytes hold 21.700000762939453."""
    value: float = struct.unpack("<f", four)[0]
    for digits in (6, 7, 8):
        short = float(f"{value:.{digits}g}")
        try:
            if struct.pack("<f", short) == four:
                return short
        except OverflowError:  # rounded beyond the largest float of four bytes
            continue
    return value
