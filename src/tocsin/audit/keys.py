"""The instance's signing key (Ed25519, RFC 8032), and what it signs: how far the chain came, what was cut."""

from __future__ import annotations

import base64
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from tocsin.audit.chain import Mark
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.keyfile import secret

FOLDER, PRIVATE, PUBLIC = "keys", "audit.key", "audit.pub"
_DOMAIN = b"tocsin audit checkpoint 1\n"
_encoder = msgspec.json.Encoder(order="sorted")


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A signed statement about the chain.

    ``checkpoint``: at ``at``, row ``seq`` had this ``hash`` and was the last. ``cut``: rows ``first`` to
    ``seq``, the last of them with this ``hash``, were deleted because their time of keeping was over.
    ``key``: fingerprint of the public key. ``signature``: base64 of the 64 bytes.
    """

    kind: Literal["checkpoint", "cut"]
    seq: int
    hash: str
    at: datetime
    first: int = 0
    key: str = ""
    signature: str = ""

    @property
    def mark(self) -> Mark:
        return Mark(self.seq, self.hash)


def _signed_bytes(checkpoint: Checkpoint) -> bytes:
    return _DOMAIN + _encoder.encode(msgspec.structs.replace(checkpoint, signature=""))


class PublicKey:
    """Checks signatures. ``text`` is base64 of the 32 bytes of the key."""

    def __init__(self, raw: bytes) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(raw)
        self.text = base64.b64encode(raw).decode()
        self.fingerprint = sha256(raw).hexdigest()[:16]

    @classmethod
    def of_text(cls, text: str) -> PublicKey:
        """Raises ``Misconfigured`` for what is no key."""
        try:
            return cls(base64.b64decode(text, validate=True))
        except ValueError as error:
            raise Misconfigured(
                "this is no public key of an audit", field="key", value=text, cure="give 44 letters of base64"
            ) from error

    @classmethod
    def load(cls, path: Path) -> PublicKey:
        """From a PEM file (``audit.pub``). Raises ``Misconfigured``."""
        try:
            key = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError) as error:
            raise Misconfigured(
                "no public key can be read here", field="key", value=path, cure="give the file audit.pub"
            ) from error
        if not isinstance(key, Ed25519PublicKey):
            raise Misconfigured("this key is not an Ed25519 key", field="key", value=path)
        return cls(key.public_bytes_raw())

    def signed(self, checkpoint: Checkpoint) -> bool:
        """Whether this key's owner signed it."""
        try:
            signature = base64.b64decode(checkpoint.signature, validate=True)
            self._key.verify(signature, _signed_bytes(checkpoint))
        except (InvalidSignature, ValueError):
            return False
        return checkpoint.key == self.fingerprint


class SigningKey:
    """Signs. The private half is never shown, logged or exported."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"SigningKey({self.public.fingerprint})"

    def checkpoint(self, head: Mark, at: datetime) -> Checkpoint:
        return self._sign(Checkpoint(kind="checkpoint", seq=head.seq, hash=head.hash, at=at))

    def cut(self, first: int, last: Mark, at: datetime) -> Checkpoint:
        return self._sign(Checkpoint(kind="cut", seq=last.seq, hash=last.hash, at=at, first=first))

    def _sign(self, plain: Checkpoint) -> Checkpoint:
        named = msgspec.structs.replace(plain, key=self.public.fingerprint)
        signature = base64.b64encode(self._key.sign(_signed_bytes(named))).decode()
        return msgspec.structs.replace(named, signature=signature)


def signing_key(state: Path) -> SigningKey:
    """The key in ``<state>/keys``; made there, mode 0600, where there is none yet.

    Several processes may ask at once: one key is made. Raises ``Misconfigured`` for a file that others can
    read or that holds no such key, ``Unavailable`` where none can be written.
    """
    path = state / FOLDER / PRIVATE
    pem = secret(path, _made, what="the audit's signing key")
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        raise Misconfigured(
            "the audit's signing key is damaged", field="key", value=path, cure="bring it back from a backup"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Misconfigured("this key is not an Ed25519 key", field="key", value=path)
    made = SigningKey(key)
    _show_public(path.with_name(PUBLIC), key)
    return made


def first_key(state: Path) -> None:
    """Make the key at the first start, before there is a row; one that is there is left as it is.

    A key that cannot be used stops no control room: the stage that signs says so on the status wall.
    """
    if not (state / FOLDER / PRIVATE).exists():
        signing_key(state)


def _made() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _show_public(path: Path, key: Ed25519PrivateKey) -> None:
    if not path.exists():
        path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
