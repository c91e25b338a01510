"""Passwords: Argon2id, RFC 9106 second recommendation (64 MiB, 3 passes, 4 lanes), off the event loop."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tocsin.kernel.errors import Invalid

MIN_LENGTH = 12
#: two at a time: each holds 64 MiB for about 0.1 s, and a flood of sign-ins must not fill the memory
_AT_ONCE = 2
#: checked where there is no account, so that a stranger's wait tells nothing about who exists; the hash of
#: 256 random bits that nobody kept, with the same costs as every other
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$8sEQ831ql9nCmATShgH1UA$9bhBbxmI2ffm8SK8CKXU+eDy/5Wi7fV0zwjHQDGKtfg"


class Passwords:
    """Hashes and checks. ``hasher`` is given only by tests, which cannot wait."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._gate = asyncio.Semaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """Raises ``Invalid`` for one too short to be worth hashing."""
        if len(password) < MIN_LENGTH:
            raise Invalid(
                f"a password has at least {MIN_LENGTH} characters",
                field="password",
                cure="use a longer one, for example four words",
            )
        return self._hasher.hash(password)

    async def fits(self, password: str, stored: str | None) -> bool:
        """Whether it is the password of ``stored``; as slow for None (no such account) as for any other."""
        async with self._gate:
            return await asyncio.to_thread(self._check, password, stored or _NOBODY) and stored is not None

    def _check(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
