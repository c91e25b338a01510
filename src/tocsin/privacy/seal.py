"""Raw bytes that nobody understood, readable for as long as the key of their day lives.

AES-256-GCM (NIST SP 800-38D), a fresh nonce each; the day is authenticated. The first 4 kB are sealed by
themselves, so that a list need not fetch the rest. Bytes that were never sealed are passed as they are.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tocsin.privacy.keys import Expired, Keys, bounds, period_name

MAGIC = b"\x93tocsin\x01"
HEAD_BYTES = 4096
_DAY, _NONCE, _TAG, _LENGTH = 10, 12, 16, 4
_FRONT = len(MAGIC) + _DAY + _LENGTH
#: what a sealed payload has more than the plain one
OVERHEAD = _FRONT + 2 * (_NONCE + _TAG)
#: so much of a stored payload holds its sealed head
HEAD_ROOM = _FRONT + _NONCE + HEAD_BYTES + _TAG
PURPOSE = "quarantine"


class Seal:
    """``keys``: one a day. Only the process that seals makes keys; any other opens."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def close(self, payload: bytes, at: datetime, now: datetime) -> bytes:
        """Sealed under the key of the day of ``at``. Raises ``Unavailable`` where no key can be written."""
        key = self._keys.key(PURPOSE, at, now)
        day = period_name("day", bounds("day", at)[0]).encode()
        head = _shut(key, payload[:HEAD_BYTES], day + b"h")
        tail = _shut(key, payload[HEAD_BYTES:], day + b"t")
        return MAGIC + day + len(head).to_bytes(_LENGTH, "big") + head + tail

    def head(self, stored: bytes) -> bytes:
        """The first 4 kB, of at least ``HEAD_ROOM`` bytes of what is stored. Raises ``Expired``."""
        if not is_sealed(stored):
            return stored[:HEAD_BYTES]
        day, head, _ = _apart(stored)
        return self._open(head, day, b"h")

    def open(self, stored: bytes) -> bytes:
        """All of it. Raises ``Expired`` where the key of its day was destroyed or the bytes were changed."""
        if not is_sealed(stored):
            return stored
        day, head, tail = _apart(stored)
        return self._open(head, day, b"h") + self._open(tail, day, b"t")

    def _open(self, box: bytes, day: bytes, part: bytes) -> bytes:
        key = self._keys.find(PURPOSE, day.decode("ascii", "replace"))
        if key is None:
            raise Expired(day.decode("ascii", "replace"))
        try:
            return AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], day + part)
        except (InvalidTag, ValueError) as error:
            raise Expired("changed") from error


def is_sealed(stored: bytes) -> bool:
    return stored.startswith(MAGIC) and len(stored) >= OVERHEAD


def _shut(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _apart(stored: bytes) -> tuple[bytes, bytes, bytes]:
    at = len(MAGIC)
    day = stored[at : at + _DAY]
    size = int.from_bytes(stored[at + _DAY : _FRONT], "big")
    return day, stored[_FRONT : _FRONT + size], stored[_FRONT + size :]


_KEY = re.compile(r'"[A-Za-z_@][A-Za-z_.@-]{0,39}"\s*:')
_MASK = str.maketrans(
    {
        chr(c): ("9" if chr(c).isdigit() else "X" if chr(c).isupper() else "x")
        for c in range(0x30, 0x7B)
        if chr(c).isalnum()
    }
)


def masked(text: str) -> str:
    """The shape of a payload: its keys and punctuation, every other letter an x, every digit a 9."""
    done, at = [], 0
    for key in _KEY.finditer(text):
        done += [_blank(text[at : key.start()]), key.group()]
        at = key.end()
    return "".join([*done, _blank(text[at:])])


def _blank(text: str) -> str:
    return "".join("x" if ord(c) > 0x7F and c.isalnum() else c for c in text.translate(_MASK))
