"""Bytes of any length, encrypted in chunks whose order and end are part of what is authenticated.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance, CRYPTO 2015) over AES-256-GCM: the nonce of a chunk is a random prefix, its
number and whether it is the last, so that a chunk altered, moved, doubled, left out or cut off is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import BinaryIO, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tocsin.kernel.errors import Damaged, TooLarge

#: bytes of clear text in every chunk but the last
CHUNK = 64 * 1024
_TAG = 16
_MAGIC = b"TOCSINE1"
_ID, _PREFIX = 16, 7
HEADER = len(_MAGIC) + _ID + 1 + _PREFIX
_MOST_CHUNKS = 2**32

#: what is kept of one thing: as it may be read with a reason, and as everybody sees it
Part = Literal["clear", "blurred"]
PARTS: tuple[Part, ...] = ("clear", "blurred")


def _cipher(key: bytes, header: bytes) -> AESGCM:
    """Of the object's key, one for this very part and file: the header is in the derivation."""
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"tocsin evidence part\n" + header).derive(key))


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


class Sealer:
    """Writes clear bytes, encrypted, to ``out``; nothing of them is kept elsewhere.

    ``key``: 32 bytes of this object alone. ``object_id``: 16 bytes.
    """

    def __init__(self, key: bytes, object_id: bytes, part: Part, out: BinaryIO) -> None:
        self._prefix = secrets.token_bytes(_PREFIX)
        self._header = _MAGIC + object_id + bytes([PARTS.index(part)]) + self._prefix
        self._cipher = _cipher(key, self._header)
        self._out, self._held, self._number = out, bytearray(), 0
        out.write(self._header)

    def write(self, data: bytes) -> None:
        self._held += data
        # one byte more than a chunk: only then is it known that this one is not the last
        while len(self._held) > CHUNK:
            self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]

    def finish(self) -> None:
        """The last chunk, which may be empty."""
        self._seal(bytes(self._held), last=True)
        self._held.clear()

    def _seal(self, clear: bytes, *, last: bool) -> None:
        if self._number >= _MOST_CHUNKS:
            raise TooLarge("more chunks than one key may encrypt", field="body", cure="send it in parts")
        nonce = _nonce(self._prefix, self._number, last)
        self._out.write(self._cipher.encrypt(nonce, clear, self._header))
        self._number += 1


def opened(key: bytes, object_id: bytes, part: Part, file: BinaryIO) -> Iterator[bytes]:
    """The clear bytes, chunk by chunk, each only after it was found to be what was written.

    Raises ``Damaged`` for whatever is not the very file that was sealed as this part of this object.
    """
    header = file.read(HEADER)
    if len(header) != HEADER or header[: HEADER - _PREFIX] != _MAGIC + object_id + bytes([PARTS.index(part)]):
        raise _damaged()
    cipher, prefix = _cipher(key, header), header[-_PREFIX:]
    sealed, number = file.read(CHUNK + _TAG), 0
    while True:
        following = file.read(CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(prefix, number, not following), sealed, header)
        except (InvalidTag, ValueError) as error:
            raise _damaged() from error
        if not following:
            return
        sealed, number = following, number + 1


def _damaged() -> Damaged:
    return Damaged(
        "this piece of evidence is not what was kept: it was altered, cut, or belongs elsewhere",
        cure="bring its file back from a back-up; tocsin evidence verify names all that are damaged",
    )
