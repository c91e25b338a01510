"""Signatures of webhooks: HMAC-SHA256 (RFC 2104) over time and body, with room for two secrets at a change.

``Tocsin-Signature: t=<seconds since 1970>,v1=<hex>[,v1=<hex>]``; each ``v1`` is the HMAC, keyed with one
secret, of ``<t>.<body>``. A receiver takes it when one of them fits and ``t`` is within five minutes of its
own clock.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

HEADER = "Tocsin-Signature"
#: the idempotency key: the same each time a message is tried
KEY_HEADER = "Tocsin-Delivery"
WINDOW = timedelta(minutes=5)
PREFIX = "whsec_"


def new_secret() -> str:
    """256 bits."""
    return PREFIX + secrets.token_urlsafe(32)


def sign(those: Iterable[str], at: datetime, body: bytes) -> str:
    """The header's value."""
    seconds = int(at.timestamp())
    return ",".join((f"t={seconds}", *(f"v1={_mac(secret, seconds, body)}" for secret in those)))


def verify(secret: str, header: str, body: bytes, now: datetime) -> bool:
    """What a receiver does."""
    parts = [part.partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    if len(times) != 1 or not times[0].isdigit() or len(times[0]) > 12:
        return False
    seconds = int(times[0])
    if abs(now - datetime.fromtimestamp(seconds, UTC)) > WINDOW:
        return False
    wanted = _mac(secret, seconds, body)
    return any(hmac.compare_digest(value, wanted) for name, _, value in parts if name == "v1")


def _mac(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % seconds + body, sha256).hexdigest()
