"""What the host and an advisor's process say to each other: a length (four bytes, big-endian), a struct."""

from __future__ import annotations

from typing import BinaryIO, Literal

import msgspec

from tocsin.kernel import errors
from tocsin.kernel.advice import Footing, Request, Surroundings
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.events import Advice

HEAD = 4
#: of one frame; a surroundings message of the bus is smaller
MOST_BYTES = 64 * 2**20
_KINDS = {
    kind.kind: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, TocsinError) and kind is not errors.TooMany
}


class Begin(msgspec.Struct, frozen=True, tag=True):
    """First frame to a new process. ``given``: parameters that differ from their defaults."""

    folder: str
    package: str
    given: dict[str, object]
    where: str


class Job(msgspec.Struct, frozen=True, tag=True):
    name: str
    request: Request
    surroundings: Surroundings


class Stop(msgspec.Struct, frozen=True, tag=True):
    name: str
    why: Literal["withdrawn", "time"]


class Ready(msgspec.Struct, frozen=True, tag=True):
    pass


class Going(msgspec.Struct, frozen=True, tag=True):
    name: str
    share: float
    words: str
    best: Advice | None = None


class Refusal(msgspec.Struct, frozen=True):
    """A ``TocsinError`` on its way from one process to another."""

    kind: str
    message: str
    field: str | None = None
    value: str | None = None
    cure: str | None = None

    @classmethod
    def of(cls, error: TocsinError) -> Refusal:
        return cls(error.kind, error.message, error.field, error.value, error.cure)

    def error(self) -> TocsinError:
        kind = _KINDS.get(self.kind, errors.Invalid)
        return kind(self.message, field=self.field, value=self.value, cure=self.cure)


class Done(msgspec.Struct, frozen=True, tag=True):
    """``refusal``: it cannot answer that; ``defect``: it failed, in words; neither and no advice: stopped."""

    name: str
    advice: Advice | None = None
    refusal: Refusal | None = None
    defect: str | None = None
    footing: tuple[Footing, ...] = ()
    took_s: float = 0.0


ToChild = Begin | Job | Stop
FromChild = Ready | Going | Done
_encode = msgspec.msgpack.Encoder().encode
_to_child = msgspec.msgpack.Decoder(ToChild)
from_child = msgspec.msgpack.Decoder(FromChild).decode


def framed(message: ToChild | FromChild) -> bytes:
    data = _encode(message)
    return len(data).to_bytes(HEAD, "big") + data


def read_to_child(file: BinaryIO) -> ToChild | None:
    """The next frame; None when the other side is gone."""
    head = file.read(HEAD)
    if len(head) < HEAD:
        return None
    length = int.from_bytes(head, "big")
    data = file.read(length)
    return _to_child.decode(data) if len(data) == length else None
