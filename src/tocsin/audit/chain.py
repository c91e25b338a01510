"""The chain: each row's hash covers its number, the hash before it and its words. Pure.

``hash = SHA-256("tocsin audit 1\\n" || seq as 8 bytes, big-endian || previous hash || body)``, after the
linked time-stamping of Haber and Stornetta (J. Cryptology 3, 1991). The chain alone shows every change but
one: whoever rewrites it from some row to its end. That is what signed checkpoints are for (``keys.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import msgspec

from tocsin.audit.record import Entry

_DOMAIN = b"tocsin audit 1\n"
_HEX = frozenset("0123456789abcdef")
#: the hash before the first row
GENESIS = "0" * 64

_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Entry)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as stored: ``seq`` counts up from 1, hashes are 64 hex digits, ``body`` the canonical bytes."""

    seq: int
    prev: str
    hash: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody trustworthy says: row ``seq`` has this hash. Seq 0 is the beginning."""

    seq: int
    hash: str


BEGINNING = Mark(0, GENESIS)


def canonical(entry: Entry) -> bytes:
    """The one encoding of an entry: JSON in UTF-8, keys sorted, no blanks, times in RFC 3339 UTC."""
    return _encoder.encode(entry)


def read(body: bytes) -> Entry:
    """The entry of canonical bytes. Raises ``msgspec.DecodeError`` for bytes that hold none."""
    return _decoder.decode(body)


def digest(seq: int, prev: str, body: bytes) -> str:
    """The hash of a row; empty where ``seq`` or ``prev`` are not of the form that rows have."""
    if not 0 < seq < 1 << 63 or len(prev) != 64 or not _HEX.issuperset(prev):
        return ""
    return sha256(_DOMAIN + seq.to_bytes(8, "big") + bytes.fromhex(prev) + body).hexdigest()


def follow(last: Mark, entry: Entry) -> Row:
    """The row of ``entry`` after ``last``."""
    seq, body = last.seq + 1, canonical(entry)
    return Row(seq, last.hash, digest(seq, last.hash, body), body)
