"""Secrets that people and programs carry: 256 random bits, kept here only as a digest."""

from __future__ import annotations

import secrets
from hashlib import blake2b

#: words typed by people are read aloud sometimes: no 0/O, 1/l/I
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """43 characters, 256 bits."""
    return secrets.token_urlsafe(32)


def new_password() -> str:
    """Four groups of five letters and digits: 99 bits, sayable over the phone."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def digest(secret: str, purpose: str) -> str:
    """What is stored in place of a secret. 256 random bits need no slow hash; ``purpose`` parts the uses."""
    return blake2b(secret.encode(), digest_size=32, person=purpose.encode()[:16]).hexdigest()
