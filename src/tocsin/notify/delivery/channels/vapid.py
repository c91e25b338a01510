"""Who we are to push services: VAPID (RFC 8292), one P-256 key an installation, made at first start."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.keyfile import secret
from tocsin.notify.delivery.channels.encrypt import CURVE, b64, point

FOLDER, FILE = "keys", "push.key"
#: at most 24 h are allowed (RFC 8292, 2)
_GOOD_FOR = timedelta(hours=12)
#: order of P-256 (SEC 2, 2.4.2)
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Vapid:
    """``contact``: mailto: or https: where a push service reaches whoever runs this (RFC 8292, 2.1)."""

    def __init__(self, key: EllipticCurvePrivateKey, contact: str) -> None:
        self._key, self._contact = key, contact
        #: what a browser is given when it subscribes, base64url
        self.public = b64(point(key.public_key()))

    @classmethod
    def of(cls, state: Path, contact: str) -> Vapid:
        """The key of this state folder, made where there is none.

        Raises ``Misconfigured``, ``Unavailable``.
        """
        path = state / FOLDER / FILE
        kept = secret(
            path, _made, what="the key for pushes", cure="or delete it: every browser then subscribes anew"
        )
        number = int.from_bytes(kept, "big")
        if not 0 < number < _ORDER:
            raise Misconfigured(
                "the key for pushes is damaged",
                field="key",
                value=path,
                cure="bring it back from a backup, or delete it: every browser then subscribes anew",
            )
        return cls(derive_private_key(number, CURVE), contact)

    def authorization(self, endpoint: str, now: datetime) -> str:
        """The Authorization header for a push to ``endpoint``."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + _GOOD_FOR).timestamp()),
            "sub": self._contact,
        }
        signed = b".".join(
            b64(msgspec.json.encode(part)).encode() for part in ({"typ": "JWT", "alg": "ES256"}, claims)
        )
        r, s = decode_dss_signature(self._key.sign(signed, ECDSA(SHA256())))
        token = signed.decode() + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={token}, k={self.public}"


def _made() -> bytes:
    return (secrets.randbelow(_ORDER - 1) + 1).to_bytes(32, "big")
