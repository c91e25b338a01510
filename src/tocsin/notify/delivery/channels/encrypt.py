"""Message encryption for Web Push: RFC 8291 over RFC 8188 (``aes128gcm``), one record."""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tocsin.kernel.errors import Invalid

CURVE = SECP256R1()
_RECORD = 4096
#: a push service takes 4096 octets (RFC 8030, 7.2): header 86, tag 16, delimiter 1
MOST_BYTES = _RECORD - 86 - 16 - 1


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str, field: str) -> bytes:
    """Raises ``Invalid``."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise Invalid(
            "not base64url", field=field, value=text[:40], cure="as the browser gives it"
        ) from error


def point(key: EllipticCurvePublicKey) -> bytes:
    """65 octets, uncompressed."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def receiver_key(p256dh: str) -> EllipticCurvePublicKey:
    """Raises ``Invalid`` for what is no point of the curve."""
    try:
        return EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(p256dh, "p256dh"))
    except ValueError as error:
        raise Invalid(
            "not a key of P-256", field="p256dh", value=p256dh[:40], cure="subscribe anew"
        ) from error


def encrypt(
    plain: bytes,
    p256dh: str,
    auth: str,
    *,
    salt: bytes | None = None,
    sender: EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of the push request. ``salt`` (16 octets) and ``sender`` are given by tests alone.

    Raises ``Invalid`` for keys that are none, or more than ``MOST_BYTES``.
    """
    if len(plain) > MOST_BYTES:
        raise Invalid("too long for a push", field="message", value=len(plain), cure="shorten it")
    theirs, secret = receiver_key(p256dh), unb64(auth, "auth")
    if len(secret) != 16:
        raise Invalid("not a secret of 16 octets", field="auth", value=len(secret), cure="subscribe anew")
    salt, ours = salt or secrets.token_bytes(16), sender or generate_private_key(CURVE)
    mine = point(ours.public_key())
    # RFC 8291, 3.3 and 3.4
    info = b"WebPush: info\x00" + point(theirs) + mine
    keying = _hkdf(secret, info, 32, ours.exchange(ECDH(), theirs))
    key = _hkdf(salt, b"Content-Encoding: aes128gcm\x00", 16, keying)
    nonce = _hkdf(salt, b"Content-Encoding: nonce\x00", 12, keying)
    header = salt + _RECORD.to_bytes(4, "big") + bytes([len(mine)]) + mine
    return header + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def _hkdf(salt: bytes, info: bytes, length: int, keying: bytes) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(keying)
