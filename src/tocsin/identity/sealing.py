"""Secrets that must be read again (not only compared), encrypted at rest: AES-256-GCM, key in its own file.

Whoever takes the database without ``<state>/keys/identity.key`` cannot read them.
"""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tocsin.kernel.errors import Misconfigured, Unavailable

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
    try:
        if not path.exists():
            _make(path)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise Misconfigured(
                "the key of sealed secrets can be read by others",
                field="key",
                value=path,
                cure=f"chmod 600 {path}, and find out who had access",
            )
        raw = path.read_bytes()
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be made or read ({error.strerror})",
            cure="look at the disk and at the rights of the state folder",
        ) from error
    if len(raw) != _KEY_BYTES:
        raise Misconfigured("the key of sealed secrets is damaged", field="key", value=path, cure=_CURE)
    return raw


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        os.write(handle, secrets.token_bytes(_KEY_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    # A link, not a rename: whoever comes second keeps the first one's key.
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
