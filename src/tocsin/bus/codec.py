"""Bytes of the vocabulary (MessagePack) and the one header that carries a position."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from tocsin.kernel.errors import Invalid

T = TypeVar("T")

#: ``<stream>:<seq>``: the highest input sequence that this message covers. A stage without a store of its own
#: (ingest gathering MQTT, normalise) resumes after the one found on its newest output.
COVERS = "Tocsin-Covers"

_encoder = msgspec.msgpack.Encoder()


@cache
def _decoder(type_: Hashable) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(cast("Any", type_))


def encode(value: object) -> bytes:
    """MessagePack of a struct or dataclass of the kernel."""
    return _encoder.encode(value)


def decode(data: bytes, type_: type[T]) -> T:
    """The struct again. Raises ``Invalid`` naming the field where the bytes are not one."""
    try:
        return cast("T", _decoder(cast("Hashable", type_)).decode(data))
    except msgspec.DecodeError as error:
        raise Invalid(
            f"not a {getattr(type_, '__name__', type_)}: {error}",
            field="data",
            value=data[:60],
            cure="the sender and this process must run the same version",
        ) from error


def covers(stream: str, seq: int) -> dict[str, str]:
    """Header saying that a message covers ``stream`` up to and including ``seq``."""
    return {COVERS: f"{stream}:{seq}"}


def covered(headers: Mapping[str, str], stream: str) -> int:
    """The sequence of ``stream`` up to which a message covers; 0 where it says nothing of that stream."""
    name, _, seq = headers.get(COVERS, "").rpartition(":")
    return int(seq) if name == stream and seq.isdigit() else 0
