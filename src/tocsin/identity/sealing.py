"""Secrets that must be read again (not only compared), encrypted at rest: AES-256-GCM, key in its own file.

Whoever takes the database without ``<state>/keys/identity.key`` cannot read them.
"""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.keyfile import secret

FOLDER, FILE = "keys", "identity.key"
_KEY_BYTES, _NONCE_BYTES = 32, 12
_CURE = "bring it back from a backup, or reset second factors (tocsin user reset-second-factor)"


class Seal:
    """``state``: the installation's folder; None (no installation) seals nothing.

    The key is made at the first sealing and read once. It is never shown, logged or exported.
    """

    def __init__(self, state: Path | None) -> None:
        self._path = None if state is None else state / FOLDER / FILE
        self._cipher: AESGCM | None = None

    def close(self, plain: str, about: str) -> str:
        """Sealed text; it opens only for the same ``about`` (whose it is). Raises as ``open``."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ready().encrypt(nonce, plain.encode(), about.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, about: str) -> str:
        """Raises ``Misconfigured`` where this key did not seal it (for ``about``), or the file is unfit or
        readable by others; ``Unavailable`` where no key can be made or read.
        """
        raw = base64.b64decode(sealed)
        try:
            return self._ready().decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], about.encode()).decode()
        except InvalidTag as error:
            raise Misconfigured(
                "a sealed secret cannot be opened with this key", field="key", value=self._path, cure=_CURE
            ) from error

    def _ready(self) -> AESGCM:
        if self._cipher is None:
            if self._path is None:
                raise Misconfigured("there is no folder for a key here", field="state", cure="give --state")
            self._cipher = AESGCM(_key(self._path))
        return self._cipher


def _key(path: Path) -> bytes:
    raw = secret(path, lambda: secrets.token_bytes(_KEY_BYTES), what="the key of sealed secrets")
    if len(raw) != _KEY_BYTES:
        raise Misconfigured("the key of sealed secrets is damaged", field="key", value=path, cure=_CURE)
    return raw
